/**
 * Cholesky with diagonal pivoting, `Pᵀ M P = L Lᵀ` with L of `rank` columns, of a symmetric matrix that may be singular
 * (Higham, Accuracy and Stability, §10.3); `negative` where it has a negative eigenvalue beyond rounding.
 */
export class Semidefinite {
  readonly rank: number;
  readonly negative: boolean;
  /** Smallest over largest pivot among the first `rank`; 1 where there is none. */
  readonly ratio: number;
  readonly #n: number;
  readonly #L: Float64Array;
  readonly #order: Int32Array;
  #inner: Semidefinite | undefined;

  /** M n × n by rows, overwritten; pivots up to `zero` count as none. */
  constructor(M: Float64Array, n: number, zero: number) {
    const order = Int32Array.from({ length: n }, (_, k) => k);
    let rank = 0;
    let negative = false;
    let [least, largest] = [Infinity, 0];
    for (; rank < n; rank++) {
      let best = rank;
      for (let i = rank; i < n; i++) {
        if (M[i * n + i]! > M[best * n + best]!) best = i;
        if (M[i * n + i]! < -zero) negative = true;
      }
      const pivot = M[best * n + best]!;
      if (!(pivot > zero)) break;
      if (best !== rank) exchange(M, n, order, rank, best);
      const root = Math.sqrt(pivot);
      M[rank * n + rank] = root;
      for (let i = rank + 1; i < n; i++) M[i * n + rank] = M[i * n + rank]! / root;
      for (let i = rank + 1; i < n; i++) {
        const factor = M[i * n + rank]!;
        if (factor !== 0)
          for (let j = rank + 1; j <= i; j++) {
            M[i * n + j] = M[i * n + j]! - factor * M[j * n + rank]!;
            M[j * n + i] = M[i * n + j]!;
          }
      }
      [least, largest] = [Math.min(least, pivot), Math.max(largest, pivot)];
    }
    // Without diagonal, entries beside it make eigenvalues of both signs.
    for (let i = rank; i < n; i++)
      for (let j = rank; j < i; j++) if (Math.abs(M[i * n + j]!) > 8 * zero) negative = true;
    this.rank = rank;
    this.negative = negative;
    this.ratio = rank === 0 ? 1 : least / largest;
    this.#n = n;
    this.#L = M;
    this.#order = order;
  }

  /** `x ← M⁺ x`, M⁻¹ x at full rank, else the least solution in the least-squares sense, `L (LᵀL)⁻² Lᵀ x`. */
  solve(x: Float64Array): void {
    const [n, r, L] = [this.#n, this.rank, this.#L];
    const y = Float64Array.from({ length: n }, (_, k) => x[this.#order[k]!]!);
    if (r === n) {
      for (let i = 0; i < n; i++) {
        let sum = y[i]!;
        for (let j = 0; j < i; j++) sum -= L[i * n + j]! * y[j]!;
        y[i] = sum / L[i * n + i]!;
      }
      for (let i = n - 1; i >= 0; i--) {
        let sum = y[i]!;
        for (let j = i + 1; j < n; j++) sum -= L[j * n + i]! * y[j]!;
        y[i] = sum / L[i * n + i]!;
      }
    } else {
      const a = new Float64Array(r);
      for (let j = 0; j < r; j++) for (let i = j; i < n; i++) a[j] = a[j]! + L[i * n + j]! * y[i]!;
      this.#inner ??= this.#gram();
      this.#inner.solve(a);
      this.#inner.solve(a);
      y.fill(0);
      for (let j = 0; j < r; j++) for (let i = j; i < n; i++) y[i] = y[i]! + L[i * n + j]! * a[j]!;
    }
    for (let k = 0; k < n; k++) x[this.#order[k]!] = y[k]!;
  }

  /** LᵀL. */
  #gram(): Semidefinite {
    const [n, r, L] = [this.#n, this.rank, this.#L];
    const M = new Float64Array(r * r);
    for (let a = 0; a < r; a++)
      for (let b = 0; b < r; b++) {
        let sum = 0;
        for (let i = Math.max(a, b); i < n; i++) sum += L[i * n + a]! * L[i * n + b]!;
        M[a * r + b] = sum;
      }
    return new Semidefinite(M, r, 0);
  }
}

function exchange(M: Float64Array, n: number, order: Int32Array, a: number, b: number): void {
  [order[a], order[b]] = [order[b]!, order[a]!];
  for (let k = 0; k < n; k++) [M[a * n + k], M[b * n + k]] = [M[b * n + k]!, M[a * n + k]!];
  for (let k = 0; k < n; k++) [M[k * n + a], M[k * n + b]] = [M[k * n + b]!, M[k * n + a]!];
}

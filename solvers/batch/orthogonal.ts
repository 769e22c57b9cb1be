/**
 * Householder QR with column pivoting, `M P = H [R; 0]`, of a matrix given by its columns (that is, of Mᵀ by rows: `count`
 * columns of length `length`). Golub & Van Loan, §5.4.2.
 */
export class Orthogonal {
  /** Columns in the order of their pivots. */
  readonly order: Int32Array;
  readonly rank: number;
  /** Smallest over largest diagonal entry of R among the first `rank`; 1 where there is none. */
  readonly ratio: number;
  readonly #length: number;
  readonly #columns: Float64Array[];
  readonly #β: Float64Array;
  /** Of R: its places hold the heads of the reflectors. */
  readonly #diagonal: Float64Array;

  /** Columns whose remainder is at most `tolerance` times their own length are dependent on those before. */
  constructor(columns: Float64Array, length: number, count: number, tolerance: number) {
    this.#length = length;
    const own = Array.from({ length: count }, (_, k) => columns.slice(k * length, (k + 1) * length));
    this.order = Int32Array.from({ length: count }, (_, k) => k);
    const norms = own.map((column) => Math.hypot(...column));
    const most = Math.min(length, count);
    this.#β = new Float64Array(most);
    this.#diagonal = new Float64Array(most);
    let rank = 0;
    let [least, largest] = [Infinity, 0];
    for (; rank < most; rank++) {
      let best = -1;
      let remainder = 0;
      for (let k = rank; k < count; k++) {
        const scale = norms[this.order[k]!]!;
        if (scale === 0) continue;
        const left = tail(own[k]!, rank) / scale;
        if (left > remainder) [best, remainder] = [k, left];
      }
      if (best < 0 || remainder <= tolerance) break;
      [own[rank], own[best]] = [own[best]!, own[rank]!];
      [this.order[rank], this.order[best]] = [this.order[best]!, this.order[rank]!];
      [this.#β[rank], this.#diagonal[rank]] = reflect(own[rank]!, rank);
      for (let k = rank + 1; k < count; k++) apply(own[rank]!, this.#β[rank]!, rank, own[k]!);
      [least, largest] = [Math.min(least, remainder), Math.max(largest, remainder)];
    }
    this.rank = rank;
    this.ratio = rank === 0 ? 1 : least / largest;
    this.#columns = own;
  }

  /** R at row i ≤ column j, columns in the order of pivots, i below `rank`. */
  entry(i: number, j: number): number {
    return i === j ? this.#diagonal[i]! : this.#columns[j]![i]!;
  }

  /** `x ← Hᵀ x`. */
  forward(x: Float64Array): void {
    for (let k = 0; k < this.rank; k++) apply(this.#columns[k]!, this.#β[k]!, k, x);
  }

  /** `x ← H x`. */
  backward(x: Float64Array): void {
    for (let k = this.rank - 1; k >= 0; k--) apply(this.#columns[k]!, this.#β[k]!, k, x);
  }

  get length(): number {
    return this.#length;
  }
}

function tail(x: Float64Array, from: number): number {
  let largest = 0;
  for (let i = from; i < x.length; i++) largest = Math.max(largest, Math.abs(x[i]!));
  if (largest === 0) return 0;
  let sum = 0;
  for (let i = from; i < x.length; i++) sum += (x[i]! / largest) ** 2;
  return largest * Math.sqrt(sum);
}

/** Turns the entries of x from `from` on into a reflector v, `I − β v vᵀ`, that makes them α e₁; returns β and α. */
function reflect(x: Float64Array, from: number): [β: number, α: number] {
  const norm = tail(x, from);
  const head = x[from]!;
  const α = head > 0 ? -norm : norm;
  const v0 = head - α;
  x[from] = 1;
  for (let i = from + 1; i < x.length; i++) x[i] = x[i]! / v0;
  return [-v0 / α, α];
}

function apply(v: Float64Array, β: number, from: number, x: Float64Array): void {
  let sum = 0;
  for (let i = from; i < x.length; i++) sum += v[i]! * x[i]!;
  sum *= β;
  for (let i = from; i < x.length; i++) x[i] = x[i]! - sum * v[i]!;
}

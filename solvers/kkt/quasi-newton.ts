import { dot } from '../../src/core/vector.js';

/**
 * Limited-memory BFGS in compact form (Byrd, Nocedal & Schnabel 1994, (3.5)):
 *
 *     B = σI − Ψ M⁻¹ Ψᵀ,   Ψ = [σS Y] (n × 2k),   M = [σSᵀS  L; Lᵀ  −D] (2k × 2k)
 *
 * with `S`, `Y` the latest steps and gradient changes, `SᵀY = L + D + …` split into its strictly lower and diagonal
 * part, `σ = sᵀy / sᵀs` of the latest pair. Unused places hold a unit diagonal of the right sign and no Ψ.
 */
export class LowRank {
  /** 2 · history: order of M. */
  readonly rank: number;
  σ = 1;
  /** σ while no pair is held. */
  private σEmpty = 1;
  private count = 0;
  private skipped = 0;
  private readonly S: Float64Array[];
  private readonly Y: Float64Array[];
  private readonly M: Float64Array;
  /** LU factors of M, and its row exchanges. */
  private readonly lu: Float64Array;
  private readonly exchange: Int32Array;
  private readonly t: Float64Array;

  constructor(
    readonly n: number,
    readonly history: number,
    private readonly maxSkipping: number,
  ) {
    this.rank = 2 * history;
    this.S = Array.from({ length: history }, () => new Float64Array(n));
    this.Y = Array.from({ length: history }, () => new Float64Array(n));
    this.M = new Float64Array(this.rank ** 2);
    this.lu = new Float64Array(this.rank ** 2);
    this.exchange = new Int32Array(this.rank);
    this.t = new Float64Array(this.rank);
    this.restart();
  }

  get isEmpty(): boolean {
    return this.count === 0;
  }

  /** Forgets every pair: B = I until a pair comes. */
  restart(): void {
    this.count = 0;
    this.skipped = 0;
    this.σEmpty = 1;
    this.σ = 1;
    this.build();
  }

  /** B = 0 until {@link rebuild}, for systems without a Hessian. */
  clear(): void {
    this.σ = 0;
    const count = this.count;
    this.count = 0;
    this.build();
    this.count = count;
  }

  /** Takes the pair into the memory unless its curvature is too small. `s` and `y` are copied (first n entries). */
  update(s: Float64Array, y: Float64Array): void {
    let sy = 0;
    let ss = 0;
    let yy = 0;
    for (let j = 0; j < this.n; j++) {
      sy += s[j]! * y[j]!;
      ss += s[j]! * s[j]!;
      yy += y[j]! * y[j]!;
    }
    if (ss === 0) return;
    // Ipopt's rule: skip where B would become nearly singular or indefinite.
    if (!(sy > Math.sqrt(2 ** -52) * Math.sqrt(ss) * Math.sqrt(yy))) {
      if (++this.skipped >= this.maxSkipping) {
        this.restart();
        // Near a saddle point steps as long as the curvature's size allows get away from it.
        if (sy !== 0) this.σEmpty = bounded(Math.abs(sy) / ss);
      }
      return;
    }
    this.skipped = 0;
    if (this.count === this.history) {
      this.S.push(this.S.shift()!);
      this.Y.push(this.Y.shift()!);
    } else this.count++;
    this.S[this.count - 1]!.set(s.subarray(0, this.n));
    this.Y[this.count - 1]!.set(y.subarray(0, this.n));
  }

  /** Recomputes σ and M from the pairs held. */
  rebuild(): void {
    const { count, S, Y } = this;
    this.σ = this.σEmpty;
    if (count > 0) {
      const s = S[count - 1]!;
      this.σ = bounded(dot(s, Y[count - 1]!) / dot(s, s));
    }
    this.build();
  }

  private build(): void {
    const { M, S, Y, count, history, rank, σ } = this;
    M.fill(0);
    for (let a = 0; a < history; a++) {
      M[a * rank + a] = 1;
      M[(history + a) * rank + history + a] = -1;
    }
    for (let a = 0; a < count; a++) {
      for (let b = 0; b <= a; b++) {
        const value = σ * dot(S[a]!, S[b]!);
        M[a * rank + b] = value;
        M[b * rank + a] = value;
        const sy = dot(S[a]!, Y[b]!);
        if (a === b) M[(history + a) * rank + history + a] = -sy;
        else {
          M[a * rank + history + b] = sy;
          M[(history + b) * rank + a] = sy;
        }
      }
    }
    this.lu.set(M);
    for (let k = 0; k < rank; k++) {
      let pivot = k;
      for (let i = k + 1; i < rank; i++) {
        if (Math.abs(this.lu[i * rank + k]!) > Math.abs(this.lu[pivot * rank + k]!)) pivot = i;
      }
      this.exchange[k] = pivot;
      if (pivot !== k) {
        for (let j = 0; j < rank; j++) {
          const held = this.lu[k * rank + j]!;
          this.lu[k * rank + j] = this.lu[pivot * rank + j]!;
          this.lu[pivot * rank + j] = held;
        }
      }
      for (let i = k + 1; i < rank; i++) {
        const factor = this.lu[i * rank + k]! / this.lu[k * rank + k]!;
        this.lu[i * rank + k] = factor;
        for (let j = k + 1; j < rank; j++) {
          this.lu[i * rank + j] = this.lu[i * rank + j]! - factor * this.lu[k * rank + j]!;
        }
      }
    }
  }

  /** Entry (j, q) of Ψ. */
  private entry(q: number, j: number): number {
    if (this.σ === 0) return 0;
    if (q < this.history) return q < this.count ? this.σ * this.S[q]![j]! : 0;
    return q - this.history < this.count ? this.Y[q - this.history]![j]! : 0;
  }

  /** Writes Ψᵀ by rows and M's lower triangle by rows, as the KKT matrix has them. */
  write(out: Float64Array): void {
    let at = 0;
    for (let q = 0; q < this.rank; q++) for (let j = 0; j < this.n; j++) out[at++] = this.entry(q, j);
    for (let q = 0; q < this.rank; q++) for (let p = 0; p <= q; p++) out[at++] = this.M[q * this.rank + p]!;
  }

  /** `out ← out + factor · B v`. */
  addProduct(v: Float64Array, factor: number, out: Float64Array): void {
    const { n, rank, σ, t, lu } = this;
    for (let j = 0; j < n; j++) out[j] = out[j]! + factor * σ * v[j]!;
    if (this.count === 0 || σ === 0) return;
    for (let q = 0; q < rank; q++) {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += this.entry(q, j) * v[j]!;
      t[q] = sum;
    }
    for (let k = 0; k < rank; k++) {
      const p = this.exchange[k]!;
      const held = t[k]!;
      t[k] = t[p]!;
      t[p] = held;
    }
    for (let i = 0; i < rank; i++) for (let k = 0; k < i; k++) t[i] = t[i]! - lu[i * rank + k]! * t[k]!;
    for (let i = rank - 1; i >= 0; i--) {
      for (let k = i + 1; k < rank; k++) t[i] = t[i]! - lu[i * rank + k]! * t[k]!;
      t[i] = t[i]! / lu[i * rank + i]!;
    }
    for (let q = 0; q < rank; q++) {
      for (let j = 0; j < n; j++) out[j] = out[j]! - factor * this.entry(q, j) * t[q]!;
    }
  }
}

/** Ipopt's limits of σ. */
const bounded = (σ: number): number => Math.min(1e8, Math.max(1e-8, σ));

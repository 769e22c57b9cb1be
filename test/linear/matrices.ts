import { Structure } from '../../src/core/structure/structure.js';

/** A symmetric matrix as lower-triangle triplets. */
export interface Triplets {
  readonly order: number;
  readonly row: Int32Array;
  readonly column: Int32Array;
  readonly values: Float64Array;
}

/** The structure of these triplets. */
export const structureOf = ({ order, row, column }: Triplets): Structure =>
  Structure.lower(order, row, column);

/** Collects triplets; positions above the diagonal are reflected. */
export class TripletBuilder {
  readonly #row: number[] = [];
  readonly #column: number[] = [];
  readonly #values: number[] = [];
  constructor(readonly order: number) {}

  add(i: number, j: number, value: number): void {
    this.#row.push(Math.max(i, j));
    this.#column.push(Math.min(i, j));
    this.#values.push(value);
  }

  build(): Triplets {
    return {
      order: this.order,
      row: Int32Array.from(this.#row),
      column: Int32Array.from(this.#column),
      values: Float64Array.from(this.#values),
    };
  }
}

/** Reproducible numbers in [0, 1). Source: Marsaglia's xorshift, J. Stat. Soft. 8 (2003). */
export function randomNumbers(seed: number): () => number {
  let state = (seed * 2654435761 + 88675123) | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** The whole matrix, row after row. */
export function fullMatrix({ order, row, column, values }: Triplets): Float64Array {
  const full = new Float64Array(order * order);
  for (let k = 0; k < row.length; k++) {
    const i = row[k]!;
    const j = column[k]!;
    full[i * order + j]! += values[k]!;
    if (i !== j) full[j * order + i]! += values[k]!;
  }
  return full;
}

/** A x. */
export function multiply({ order, row, column, values }: Triplets, x: Float64Array): Float64Array {
  const y = new Float64Array(order);
  for (let k = 0; k < row.length; k++) {
    const i = row[k]!;
    const j = column[k]!;
    y[i]! += values[k]! * x[j]!;
    if (i !== j) y[j]! += values[k]! * x[i]!;
  }
  return y;
}

/** max |b − A x| / (|A||x| + |b|) by row: the componentwise backward error. */
export function backwardError(matrix: Triplets, x: Float64Array, b: Float64Array): number {
  const ax = multiply(matrix, x);
  const size = multiply({ ...matrix, values: matrix.values.map(Math.abs) }, x.map(Math.abs));
  let worst = 0;
  for (let i = 0; i < b.length; i++) {
    const most = size[i]! + Math.abs(b[i]!);
    if (most > 0) worst = Math.max(worst, Math.abs(ax[i]! - b[i]!) / most);
    else if (!(ax[i]! === 0)) return Infinity;
  }
  return worst;
}

/** Eigenvalues of a full symmetric matrix by cyclic Jacobi rotations. Source: Golub & Van Loan, §8.5. */
export function eigenvalues(full: Float64Array, order: number): Float64Array {
  const a = full.slice();
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    let all = 0;
    for (let i = 0; i < order; i++) {
      for (let j = 0; j < order; j++) {
        all += a[i * order + j]! ** 2;
        if (i !== j) off += a[i * order + j]! ** 2;
      }
    }
    if (off <= 1e-30 * all) break;
    for (let p = 0; p < order; p++) {
      for (let q = p + 1; q < order; q++) {
        const apq = a[p * order + q]!;
        if (apq === 0) continue;
        const θ = (a[q * order + q]! - a[p * order + p]!) / (2 * apq);
        const t = (θ >= 0 ? 1 : -1) / (Math.abs(θ) + Math.hypot(θ, 1));
        const c = 1 / Math.hypot(t, 1);
        const s = t * c;
        for (let k = 0; k < order; k++) {
          const x = a[k * order + p]!;
          const y = a[k * order + q]!;
          a[k * order + p] = c * x - s * y;
          a[k * order + q] = s * x + c * y;
        }
        for (let k = 0; k < order; k++) {
          const x = a[p * order + k]!;
          const y = a[q * order + k]!;
          a[p * order + k] = c * x - s * y;
          a[q * order + k] = s * x + c * y;
        }
      }
    }
  }
  return Float64Array.from({ length: order }, (_, i) => a[i * order + i]!);
}

/** Signs of the eigenvalues, zero within `tolerance` of the largest. */
export function inertiaOf(
  matrix: Triplets,
  tolerance = 1e-12,
): { positive: number; negative: number; zero: number } {
  const λ = eigenvalues(fullMatrix(matrix), matrix.order);
  const size = λ.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const positive = λ.filter((value) => value > tolerance * size).length;
  const negative = λ.filter((value) => value < -tolerance * size).length;
  return { positive, negative, zero: matrix.order - positive - negative };
}

/**
 * A saddle-point matrix `[H Jᵀ; J 0]` with n variables and m < n rows, `perRow` entries in each row of J and about as
 * many in H. `shuffle` mixes variables and rows.
 */
export function saddlePoint(n: number, m: number, perRow: number, seed: number, shuffle = false): Triplets {
  const random = randomNumbers(seed);
  const order = n + m;
  const place = Int32Array.from({ length: order }, (_, k) => k);
  if (shuffle) {
    for (let k = order - 1; k > 0; k--) {
      const j = Math.floor(random() * (k + 1));
      [place[k], place[j]] = [place[j]!, place[k]!];
    }
  }
  const matrix = new TripletBuilder(order);
  for (let i = 0; i < n; i++) {
    matrix.add(place[i]!, place[i]!, 4 * random() - 1);
    const j = Math.floor(random() * n);
    if (j !== i) matrix.add(place[i]!, place[j]!, random() - 0.5);
  }
  for (let k = 0; k < m; k++) {
    // A nonzero of its own keeps the rows independent.
    matrix.add(place[n + k]!, place[k]!, 1 + random());
    for (let e = 1; e < perRow; e++) {
      matrix.add(place[n + k]!, place[Math.floor(random() * n)]!, 0.3 * (random() - 0.5));
    }
  }
  return matrix.build();
}

import { EvaluationError, InputError } from '../../src/core/errors.js';
import type { Piece } from '../../src/core/structure/piece.js';
import type { Structure } from '../../src/core/structure/structure.js';
import { partsOf } from './blocks.js';
import type { Inertia, LinearSolver, LinearStatistics } from './contract.js';
import type { DenseFactorizer } from './factorizer.js';
import { linearOptions } from './options.js';
import { openSparse } from './sparse.js';

/** Componentwise backward error at which refinement stops. */
const REFINED = 2e-15;
/** A pivot this small beside its entry is not eliminated beforehand. */
const SMALL_PIVOT = 1e-12;
/** A pivot of Cholesky's this small beside the diagonal it came from is near 0. */
const CLEAR = 1e-12;
/** Most rows with a negative diagonal that are eliminated one by one. */
const MOST_ROWS = 64;

const now = (): number => performance.now() / 1000;

/**
 * A matrix that is one dense block but for *leaves*, unknowns with one entry beside their diagonal, and what becomes one when
 * those are gone: `d_r x_r + a_r x_j = b_r` is eliminated into `d_j ← d_j − a_r²/d_r`. What then has a negative diagonal, few rows
 * that are not coupled with each other, is eliminated by `S ← S + aᵀa/|d|`. The rest is positive definite exactly where the
 * inertia is that of the pivots, which Cholesky tells by its success. Where a pivot of its is near 0, where its failure does not
 * settle what the caller asks, and after {@link increaseQuality}, LDLᵀ of our own decides.
 */
export class CondensedSolver implements LinearSolver {
  readonly name: string;
  readonly order: number;
  readonly #matrix: Structure;
  readonly #leaves: Leaves;
  readonly #steps: number;
  readonly #counts = { factorizations: 0, solves: 0 };
  readonly #seconds = { analysis: 0, factor: 0, solve: 0 };
  #factorizer: DenseFactorizer | undefined;
  #careful: LinearSolver | undefined;
  #raised = false;
  /** Who made the latest factorization that can be solved with. */
  #by: 'factorizer' | 'careful' | undefined;
  #values = new Float64Array(0);
  #S = new Float64Array(0);
  /** Unknown → its place in S, −1 for eliminated leaves. */
  readonly #place: Int32Array;
  readonly #pivots: Float64Array;
  /** What eliminated leaves add to the diagonal. */
  readonly #added: Float64Array;
  /** 1 for an unknown that stays because a leaf of its stays. */
  readonly #blocked: Uint8Array;
  #kept = 0;
  /** Rows with a negative diagonal: their places in S before the rest, and what they were, `rows × kept` divided by √|d|. */
  #rows: number[] = [];
  #borders = new Float64Array(0);
  #roots = new Float64Array(0);

  constructor(
    matrix: Structure,
    factorizer: DenseFactorizer,
    private readonly options: Record<string, unknown> | undefined,
    leaves = leavesOf(matrix),
  ) {
    const began = now();
    partsOf(matrix); // refuses what is no lower triangle
    this.name = factorizer.name;
    this.order = matrix.rows;
    this.#matrix = matrix;
    this.#factorizer = factorizer;
    this.#leaves = leaves;
    this.#steps = linearOptions(options).refinementSteps;
    this.#place = new Int32Array(this.order);
    this.#pivots = new Float64Array(this.order);
    this.#added = new Float64Array(this.order);
    this.#blocked = new Uint8Array(this.order);
    this.#seconds.analysis = now() - began;
  }

  factor(values: Float64Array, negativeLimit = this.order): Inertia {
    const factorizer = this.#open();
    if (values.length !== this.#matrix.length)
      throw new InputError(
        `linear solver: ${values.length} values for a structure with ${this.#matrix.length}`,
      );
    const began = now();
    this.#by = undefined;
    this.#counts.factorizations++;
    refuseNotFinite(this.#matrix, values);
    const eliminated = this.#raised ? undefined : this.#condense(values);
    let inertia = eliminated && this.#cholesky(factorizer, eliminated, negativeLimit);
    if (inertia !== undefined) {
      if (inertia.positive + inertia.negative === this.order) this.#by = 'factorizer';
      this.#values = values.slice();
    } else {
      this.#careful ??= openSparse(this.#matrix, this.options);
      inertia = this.#careful.factor(values, negativeLimit);
      this.#by = 'careful';
    }
    this.#seconds.factor += now() - began;
    return inertia;
  }

  solve(b: Float64Array, count = 1): number {
    this.#open();
    if (this.#by === undefined)
      throw new InputError('linear solver: solve() needs a successful factor() first');
    if (b.length !== this.order * count)
      throw new InputError(
        `linear solver: ${count} right-hand sides of ${b.length} numbers in all for order ${this.order}`,
      );
    const began = now();
    let error = 0;
    if (this.#by === 'careful') error = this.#careful!.solve(b, count);
    else
      for (let from = 0; from < b.length; from += this.order)
        error = Math.max(error, this.#solveOr(b.subarray(from, from + this.order)));
    this.#counts.solves += count;
    this.#seconds.solve += now() - began;
    return error;
  }

  increaseQuality(): boolean {
    this.#open();
    if (this.#raised) {
      this.#careful ??= openSparse(this.#matrix, this.options);
      return this.#careful.increaseQuality();
    }
    this.#raised = true;
    return true;
  }

  get statistics(): LinearStatistics {
    const order = this.order - this.#leaves.order.length;
    return {
      factorizations: this.#counts.factorizations,
      solves: this.#counts.solves,
      seconds: this.#seconds,
      factorNonzeros: (order * (order + 1)) / 2,
      flops: order ** 3 / 3,
      kernels: [...(this.#careful?.statistics.kernels ?? []), this.name],
      bytes: 8 * (this.#S.length + this.#values.length) + (this.#careful?.statistics.bytes ?? 0),
    };
  }

  dispose(): void {
    this.#factorizer?.dispose();
    this.#careful?.dispose();
    this.#factorizer = this.#careful = this.#by = undefined;
    this.#S = this.#values = new Float64Array(0);
  }

  #open(): DenseFactorizer {
    if (this.#factorizer === undefined)
      throw new InputError(`linear solver ${this.name}: used after dispose()`);
    return this.#factorizer;
  }

  /** The inertia where Cholesky of S settles it. */
  #cholesky(
    factorizer: DenseFactorizer,
    { positive, negative }: { positive: number; negative: number },
    negativeLimit: number,
  ): Inertia | undefined {
    const [n, S] = [this.#kept, this.#S];
    const diagonal = Float64Array.from({ length: n }, (_, k) => S[k * (n + 1)]!);
    for (let r = 0; r < this.#rows.length; r++)
      for (let k = 0; k < n; k++) diagonal[k]! += this.#borders[r * n + k]! ** 2;
    const failed = factorizer.factor(n, S, this.#borders);
    if (failed < 0) {
      // The card is lost, or full: no more of it.
      this.#raised = true;
      return undefined;
    }
    const upTo = failed === 0 ? n : failed - 1;
    for (let k = 0; k < upTo; k++) if (!(S[k * (n + 1)]! ** 2 > CLEAR * diagonal[k]!)) return undefined;
    if (failed === 0) return { positive: positive + n, negative, zero: 0 };
    const clearly = S[upTo * (n + 1)]! < -CLEAR * Math.abs(diagonal[upTo]!);
    return clearly && negative >= negativeLimit
      ? { positive: positive + upTo, negative: negative + 1, zero: 0 }
      : undefined;
  }

  /** Writes S and its rows, and tells the signs of what is eliminated; undefined where that cannot be. */
  #condense(values: Float64Array): { positive: number; negative: number } | undefined {
    const { order, partner, at } = this.#leaves;
    const [place, pivots, added, blocked] = [this.#place, this.#pivots, this.#added, this.#blocked];
    pivots.fill(0);
    added.fill(0);
    blocked.fill(0);
    place.fill(0);
    this.#matrix.addDiagonal(values, pivots);
    const signs = { positive: 0, negative: 0 };
    for (const r of order) {
      const [j, a] = [partner[r]!, values[at[r]!]!];
      const d = pivots[r]! + added[r]!;
      if (blocked[r] === 1 || !(Math.abs(d) > SMALL_PIVOT * Math.max(1, a * a))) {
        blocked[j] = 1;
        continue;
      }
      place[r] = -1;
      pivots[r] = d;
      added[j]! -= (a * a) / d;
      signs[d > 0 ? 'positive' : 'negative']++;
    }
    const rows: number[] = [];
    let kept = 0;
    for (let r = 0; r < this.order; r++) {
      if (place[r]! < 0) continue;
      const d = pivots[r]! + added[r]!;
      if (d <= 0) place[r] = -2 - (rows.push(r) - 1);
      else place[r] = kept++;
    }
    if (rows.length > MOST_ROWS) return undefined;
    this.#rows = rows;
    this.#kept = kept;
    if (this.#S.length < kept * kept) this.#S = new Float64Array(kept * kept);
    this.#borders = new Float64Array(rows.length * kept);
    this.#roots = new Float64Array(rows.length);
    const S = this.#S;
    S.fill(0, 0, kept * kept);
    for (const piece of this.#matrix.pieces)
      if (!addPiece(piece, values, place, kept, S, this.#borders)) return undefined;
    for (let r = 0; r < this.order; r++) if (place[r]! >= 0) S[place[r]! * (kept + 1)]! += added[r]!;
    for (const [k, r] of rows.entries()) {
      const line = this.#borders.subarray(k * kept, (k + 1) * kept);
      const largest = line.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const d = -(pivots[r]! + added[r]!);
      if (!(d > SMALL_PIVOT * Math.max(1, largest * largest))) return undefined;
      this.#roots[k] = Math.sqrt(d);
      for (let j = 0; j < kept; j++) line[j]! /= this.#roots[k]!;
      signs.negative++;
    }
    return signs;
  }

  /** By the factorizer, or where its device fails by LDLᵀ of our own, from then on. */
  #solveOr(b: Float64Array): number {
    const given = b.slice();
    const error = this.#by === 'factorizer' ? this.#solveOne(b) : undefined;
    if (error !== undefined) return error;
    this.#raised = true;
    b.set(given);
    if (this.#by !== 'careful') {
      this.#careful ??= openSparse(this.#matrix, this.options);
      this.#careful.factor(this.#values);
      this.#by = 'careful';
    }
    return this.#careful!.solve(b);
  }

  /** The backward error; undefined where a device failed. */
  #solveOne(b: Float64Array): number | undefined {
    const given = b.slice();
    if (!this.#apply(b)) return undefined;
    const n = this.order;
    for (let step = 0; ; step++) {
      const residual = given.slice();
      this.#matrix.addProduct(this.#values, b, -1, residual);
      const sizes = given.map(Math.abs);
      this.#matrix.addSizes(this.#values, b.map(Math.abs), sizes);
      let error = 0;
      for (let i = 0; i < n; i++)
        if (residual[i] !== 0) error = Math.max(error, Math.abs(residual[i]!) / sizes[i]!);
      if (!(error > REFINED) || step >= this.#steps) return error;
      if (!this.#apply(residual)) return undefined;
      for (let i = 0; i < n; i++) b[i]! += residual[i]!;
    }
  }

  /** `b ← A⁻¹ b`, without refinement; false where a device failed. */
  #apply(b: Float64Array): boolean {
    const { order, partner, at } = this.#leaves;
    const [place, pivots, values, borders, roots] = [
      this.#place,
      this.#pivots,
      this.#values,
      this.#borders,
      this.#roots,
    ];
    const n = this.#kept;
    for (const r of order) if (place[r] === -1) b[partner[r]!]! -= (values[at[r]!]! * b[r]!) / pivots[r]!;
    const own = new Float64Array(n);
    for (let r = 0; r < this.order; r++) if (place[r]! >= 0) own[place[r]!] = b[r]!;
    // −d x_r + √d aᵀ x = b_r
    this.#rows.forEach((r, k) => {
      const weight = b[r]! / roots[k]!;
      for (let j = 0; j < n; j++) own[j]! += weight * borders[k * n + j]!;
    });
    if (!this.#factorizer!.solve(own)) return false;
    for (let r = 0; r < this.order; r++) if (place[r]! >= 0) b[r] = own[place[r]!]!;
    this.#rows.forEach((r, k) => {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += borders[k * n + j]! * own[j]!;
      b[r] = (sum - b[r]! / roots[k]!) / roots[k]!;
    });
    for (let k = order.length - 1; k >= 0; k--) {
      const r = order[k]!;
      if (place[r] === -1) b[r] = (b[r]! - values[at[r]!]! * b[partner[r]!]!) / pivots[r]!;
    }
    return true;
  }
}

/** Unknowns in the order of their elimination; each with the only one that it is still coupled with, and by which value. */
interface Leaves {
  readonly order: Int32Array;
  readonly partner: Int32Array;
  readonly at: Int32Array;
}

function leavesOf({ rows, pieces }: Structure): Leaves {
  const degree = new Int32Array(rows);
  // Exclusive or of all neighbours, and of the values between: of a single one it is that one.
  const partner = new Int32Array(rows);
  const at = new Int32Array(rows);
  for (const piece of pieces) {
    if (piece.count === 0) continue;
    if (piece.kind === 'entries') {
      for (let k = 0; k < piece.row.length; k++) {
        const [i, j] = [piece.row[k]!, piece.column[k]!];
        if (i === j) continue;
        for (const [own, other] of [
          [i, j],
          [j, i],
        ] as const) {
          degree[own]!++;
          partner[own]! ^= other;
          at[own]! ^= piece.first + k;
        }
      }
      continue;
    }
    // Of a block none becomes a leaf.
    for (const j of piece.columns) degree[j] = rows + 2;
    for (const i of piece.rows ?? []) degree[i] = rows + 2;
  }
  const order: number[] = [];
  for (let r = rows - 1; r >= 0; r--) if (degree[r] === 1) order.push(r);
  for (let k = 0; k < order.length; k++) {
    const r = order[k]!;
    if (degree[r] !== 1) continue; // its partner went first
    const j = partner[r]!;
    degree[r] = -1;
    degree[j]!--;
    partner[j]! ^= r;
    at[j]! ^= at[r]!;
    if (degree[j] === 1) order.push(j);
  }
  return { order: Int32Array.from(order.filter((r) => degree[r] === -1)), partner, at };
}

function refuseNotFinite(matrix: Structure, values: Float64Array): void {
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += values[k]! * 0;
  if (sum === 0) return;
  const bad = values.findIndex((value) => !Number.isFinite(value));
  const { row, column } = matrix.position(bad);
  const where = `(${row}, ${column})`;
  throw new EvaluationError(`linear solver: ${values[bad]} at ${where} of the matrix`, where);
}

/**
 * Adds what a piece states of kept unknowns to the lower triangle of S, `n × n` by rows, and of rows, at places from −2 down, to
 * `borders`. False where two rows are coupled.
 */
function addPiece(
  piece: Piece,
  values: Float64Array,
  place: Int32Array,
  n: number,
  S: Float64Array,
  borders: Float64Array,
): boolean {
  const { first } = piece;
  if (piece.count === 0) return true;
  const add = (i: number, j: number, value: number): boolean => {
    if (i === -1 || j === -1) return true;
    if (i >= 0 && j >= 0) S[i > j ? i * n + j : j * n + i]! += value;
    else if (i >= 0 || j >= 0) borders[(-2 - Math.min(i, j)) * n + Math.max(i, j)]! += value;
    else return i === j || value === 0;
    return true;
  };
  if (piece.kind === 'entries') {
    const { row, column } = piece;
    for (let k = 0; k < row.length; k++)
      if (!add(place[row[k]!]!, place[column[k]!]!, values[first + k]!)) return false;
    return true;
  }
  if (piece.kind === 'through') throw new TypeError('blocks through a factor are multiplied out before');
  const { rows, columns } = piece;
  const to = columns.map((j) => place[j]!);
  const inOrder = to.every((j, k) => j >= 0 && (k === 0 || j > to[k - 1]!));
  let k = first;
  return (rows ?? columns).every((row, r) => {
    const i = place[row]!;
    const width = rows === null ? r + 1 : to.length;
    if (inOrder && i >= to[width - 1]!) {
      const line = i * n;
      for (let c = 0; c < width; c++, k++) S[line + to[c]!]! += values[k]!;
      return true;
    }
    for (let c = 0; c < width; c++, k++) if (!add(i, to[c]!, values[k]!)) return false;
    return true;
  });
}

/** Orders of what is left after the leaves for which one call of a library is the fastest. */
const FEWEST = 256;
const MOST = 6000;

/** Whether a matrix is one large dense block but for leaves and few rows. */
export function isCondensable(matrix: Structure): boolean {
  const widest = matrix.pieces.reduce(
    (most, piece) =>
      piece.kind === 'dense' && piece.rows === null ? Math.max(most, piece.columns.length) : most,
    0,
  );
  if (widest < FEWEST) return false;
  const left = matrix.rows - leavesOf(matrix).order.length;
  return left <= MOST && widest >= 0.8 * left;
}

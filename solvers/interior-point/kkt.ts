import { expandBlock } from '../../src/core/structure/each.js';
import type { Piece, PieceShape } from '../../src/core/structure/piece.js';
import { Structure } from '../../src/core/structure/structure.js';
import type { LinearSolver, OpenLinearSolver } from '../linear/contract.js';
import type { LowRank } from './quasi-newton.js';
import type { StandardForm } from './standard-form.js';

/** What a factorization of the KKT matrix showed. */
export type Factored = 'right' | 'singular' | 'too-few-negative' | 'too-many-negative';

/**
 * The augmented system with attached variables eliminated, lower triangle:
 *
 *     [ H + D + δ_w I     ·      ·  ]   core
 *     [ J               −E − δ   ·  ]   m        E_r = Σ_{k attached to r} 1/(D_k + δ_w)
 *     [ Ψᵀ                0      M  ]   2·history, with a limited-memory Hessian only
 *
 * `D` is the barrier term Σ (and known curvature). H, J, Ψ and M are written in place into `values`, which the linear
 * solver reads; repeated positions add up, so that H may have diagonal entries of its own. The rows of Ψ stand for the
 * limited-memory Hessian `σI − Ψ M⁻¹ Ψᵀ` (Byrd, Nocedal & Schnabel 1994): M has as many positive as negative
 * eigenvalues, so the matrix has the right inertia with `m + history` negative ones.
 */
export class KktSystem {
  readonly linear: LinearSolver;
  readonly values: Float64Array;
  /** Values of the Hessian: a view into `values` where these take them as they are. */
  readonly H: Float64Array;
  private readonly ofH: Float64Array;
  private readonly ofJ: Float64Array;
  private readonly diagonal: Float64Array;
  private readonly rowDiagonal: Float64Array;
  private readonly lowRank: Float64Array;
  private readonly b: Float64Array;
  /** Known curvature of f, length core. */
  readonly known: Float64Array;
  /** D + δ_w of the attached variables in the latest factorization. */
  private readonly attached: Float64Array;
  /** Regularization of every row in the latest factorization. */
  readonly δ: Float64Array;
  /** 1 for a row without an attached variable. */
  readonly bare: Uint8Array;

  /** @param share a system of the same structure (restoration) whose linear solver and values are used as well. */
  constructor(
    readonly form: StandardForm,
    readonly quasi: LowRank | null,
    open: OpenLinearSolver,
    options: Readonly<Record<string, unknown>>,
    share: KktSystem | null,
  ) {
    const { core, m, hessian, jacobian } = form;
    const rank = quasi?.rank ?? 0;
    const own = quasi ? [] : hessian.pieces;
    const shapes = shapesOf(core, m, own, jacobian, rank);
    const structure = new Structure(core + m + rank, core + m + rank, true, shapes);
    if (share) {
      this.linear = share.linear;
      this.values = share.values;
    } else {
      this.values = new Float64Array(structure.length);
      this.linear = open(structure, options);
    }
    const { pieces } = structure;
    const count = (list: readonly { readonly count: number }[]): number =>
      list.reduce((sum, piece) => sum + piece.count, 0);
    let at = 0;
    const take = (length: number): Float64Array => {
      at += length;
      return this.values.subarray(at - length, at);
    };
    this.ofH = take(count(pieces.slice(0, own.length)));
    const direct = own.every(({ kind }) => kind !== 'through');
    this.H = direct ? this.ofH : new Float64Array(hessian.length);
    this.ofJ = take(count(pieces.slice(own.length, own.length + jacobian.pieces.length)));
    this.diagonal = take(core);
    this.rowDiagonal = take(m);
    this.lowRank = take(rank * core + (rank * (rank + 1)) / 2);
    this.b = new Float64Array(core + m + rank);
    this.known = new Float64Array(core);
    this.attached = new Float64Array(form.attachedRow.length);
    this.δ = new Float64Array(m);
    this.bare = new Uint8Array(m).fill(1);
    for (const r of form.attachedRow) this.bare[r] = 0;
  }

  /**
   * Factors with barrier terms `Σ` (length n); H and J as they stand in `values`. δ_c regularizes the rows without
   * attached variables, δ_d the others, to which these add 1/D already.
   */
  factor(Σ: Float64Array, J: Float64Array, δw: number, δc: number, δd = δc): Factored {
    const { core, m, attachedRow } = this.form;
    const σ = this.quasi?.σ ?? 0;
    const { jacobian, hessian } = this.form;
    expand(jacobian.pieces, J, this.ofJ);
    if (this.H !== this.ofH) expand(hessian.pieces, this.H, this.ofH);
    for (let j = 0; j < core; j++) this.diagonal[j] = Σ[j]! + this.known[j]! + σ + δw;
    for (let i = 0; i < m; i++) {
      this.δ[i] = this.bare[i] ? δc : δd;
      this.rowDiagonal[i] = -this.δ[i]!;
    }
    for (let k = 0; k < attachedRow.length; k++) {
      const D = Σ[core + k]! + δw;
      this.attached[k] = D;
      this.rowDiagonal[attachedRow[k]!] = this.rowDiagonal[attachedRow[k]!]! - 1 / D;
    }
    this.quasi?.write(this.lowRank);
    const wanted = m + (this.quasi?.rank ?? 0) / 2;
    const { negative, zero } = this.linear.factor(this.values, wanted);
    if (negative > wanted) return 'too-many-negative';
    // Eigenvalues that δ_c moved below 0 by less than rounding: dependent rows, regularized all the same.
    if (zero > 0 && δc > 0 && negative + zero === wanted) return 'right';
    if (zero > 0) return 'singular';
    return negative === wanted ? 'right' : 'too-few-negative';
  }

  /** Makes the Hessian zero, for least-square multipliers. */
  clearHessian(): void {
    this.H.fill(0);
    this.known.fill(0);
    this.quasi?.clear();
  }

  /**
   * Solves for (Δw, Δλ) with right-hand sides (rw, rc); either pair may be the same arrays. Returns the linear solver's
   * componentwise backward error.
   */
  solve(rw: Float64Array, rc: Float64Array, Δw: Float64Array, Δλ: Float64Array): number {
    const { core, m, attachedRow, attachedSign } = this.form;
    const { b, attached } = this;
    for (let j = 0; j < core; j++) b[j] = rw[j]!;
    for (let i = 0; i < m; i++) b[core + i] = rc[i]!;
    b.fill(0, core + m);
    for (let k = 0; k < attachedRow.length; k++) {
      const r = core + attachedRow[k]!;
      b[r] = b[r]! - (attachedSign[k]! * rw[core + k]!) / attached[k]!;
    }
    const error = this.linear.solve(b);
    for (let k = 0; k < attachedRow.length; k++) {
      Δw[core + k] = (rw[core + k]! - attachedSign[k]! * b[core + attachedRow[k]!]!) / attached[k]!;
    }
    for (let j = 0; j < core; j++) Δw[j] = b[j]!;
    for (let i = 0; i < m; i++) Δλ[i] = b[core + i]!;
    return error;
  }

  /** `out ← out + factor · (H + known curvature) v` over the core. */
  addHessianProduct(v: Float64Array, factor: number, out: Float64Array): void {
    const { core, hessian } = this.form;
    for (let j = 0; j < core; j++) out[j] = out[j]! + factor * this.known[j]! * v[j]!;
    if (this.quasi) {
      this.quasi.addProduct(v, factor, out);
      return;
    }
    hessian.addProduct(this.H, v, factor, out);
  }
}

/** In the order of the views: H, J, core diagonal, row diagonal, Ψᵀ, M. Blocks through a factor are expanded. */
function shapesOf(
  core: number,
  m: number,
  hessian: readonly Piece[],
  jacobian: Structure,
  rank: number,
): PieceShape[] {
  const range = (from: number, to: number): Int32Array =>
    Int32Array.from({ length: to - from }, (_, k) => from + k);
  const diagonal = (from: number, to: number): PieceShape => ({
    kind: 'entries',
    row: range(from, to),
    column: range(from, to),
  });
  const below = (list: Int32Array): Int32Array => list.map((i) => core + i);
  const memory = range(core + m, core + m + rank);
  return [
    ...hessian.map((piece) => (piece.kind === 'through' ? ({ ...piece, kind: 'dense' } as const) : piece)),
    ...jacobian.pieces.map((piece): PieceShape => {
      if (piece.kind === 'entries') return { ...piece, row: below(piece.row) };
      return { kind: 'dense', rows: below(piece.rows!), columns: piece.columns };
    }),
    diagonal(0, core),
    diagonal(core, core + m),
    { kind: 'dense', rows: memory, columns: range(0, core) },
    { kind: 'dense', rows: null, columns: memory },
  ];
}

/** Copies values piece by piece, blocks through a factor multiplied out. */
function expand(pieces: readonly Piece[], values: Float64Array, out: Float64Array): void {
  let at = 0;
  for (const piece of pieces) {
    const { columns: width } = piece.kind === 'entries' ? { columns: [] } : { columns: piece.columns };
    if (piece.kind === 'through') {
      expandBlock(piece, values, out, at);
      at += piece.rows === null ? (width.length * (width.length + 1)) / 2 : piece.rows.length * width.length;
    } else {
      out.set(values.subarray(piece.first, piece.first + piece.count), at);
      at += piece.count;
    }
  }
}

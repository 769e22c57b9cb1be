import { expandBlock } from '../../src/core/structure/each.js';
import {
  type Factor,
  type Piece,
  type PieceOf,
  type PieceShape,
  triangle,
} from '../../src/core/structure/piece.js';
import { Structure } from '../../src/core/structure/structure.js';
import type { LinearSolver, LinearStatistics, OpenLinearSolver } from '../linear/contract.js';
import type { KktShape } from './contract.js';
import type { CoreSystem } from './core.js';
import { sameFactor } from './product.js';
import type { LowRank } from './quasi-newton.js';

/**
 * The core system as one sparse matrix with dense blocks, lower triangle:
 *
 *     ν [ 0                        ]   k      z = Bx and its multipliers ν for every constant factor B of a bordered
 *     x [ Bᵀ  H + D                ]   core   block `BᵀMB` of the Hessian
 *     z [ −I  0      M             ]   k
 *     λ [ 0   J      Z   −E        ]   m
 *     q [ 0   Ψᵀ     0   0    M_q  ]   2 · history, with a limited-memory Hessian only
 *
 * A border adds k eigenvalues of each sign, so that the count stays exact; blocks `BᵀMB` and `Z·B` that are not bordered
 * are multiplied out. The last rows stand for the limited-memory Hessian `σI − Ψ M_q⁻¹ Ψᵀ` (Byrd, Nocedal & Schnabel 1994),
 * M_q with as many positive as negative eigenvalues. H, J, Ψ and M are written in place into the values that the linear
 * solver reads; repeated positions add up.
 */
export class AugmentedSystem implements CoreSystem {
  readonly form: string;
  readonly H: Float64Array;
  readonly J: Float64Array;
  readonly #shape: KktShape;
  readonly #hessian: readonly Piece[];
  readonly #linear: LinearSolver;
  readonly #values: Float64Array;
  readonly #views: Views;
  readonly #arrangement: Arrangement;
  readonly #b: Float64Array;

  /** @param memory takes the place of the shape's Hessian where it is given. */
  constructor(
    shape: KktShape,
    memory: LowRank | null,
    open: OpenLinearSolver,
    options: Readonly<Record<string, unknown>>,
    isBordered: (factor: Factor) => boolean,
  ) {
    const hessian = memory ? [] : shape.hessian.pieces;
    const arrangement = arrange(shape, hessian, memory?.rank ?? 0, isBordered);
    const structure = new Structure(arrangement.order, arrangement.order, true, arrangement.pieces);
    this.form = arrangement.borders.length > 0 ? 'bordered' : 'augmented';
    this.#shape = shape;
    this.#hessian = hessian;
    this.#arrangement = arrangement;
    this.#values = new Float64Array(structure.length);
    this.#views = viewsOf(structure, this.#values, hessian.length, shape.jacobian.pieces.length);
    arrangement.borders.forEach(({ factor }, b) => {
      const { transposed, coupling } = this.#views.borders[b]!;
      transpose(factor, transposed);
      coupling.fill(-1);
    });
    const direct = (pieces: readonly Piece[]): boolean =>
      !pieces.some((piece) => arrangement.isExpanded(piece));
    this.H = direct(hessian) ? this.#views.H : new Float64Array(shape.hessian.length);
    this.J = direct(shape.jacobian.pieces) ? this.#views.J : new Float64Array(shape.jacobian.length);
    this.#linear = open(structure, options);
    this.#b = new Float64Array(arrangement.order);
  }

  factor(
    D: Float64Array,
    E: Float64Array,
    memory: LowRank | null,
    negativeLimit = this.#shape.m,
  ): { readonly negative: number; readonly zero: number } {
    const { m, jacobian } = this.#shape;
    const { H, J, variables, rows, memory: own } = this.#views;
    const { isExpanded } = this.#arrangement;
    if (this.H !== H) copyExpanded(this.#hessian, isExpanded, this.H, H);
    if (this.J !== J) copyExpanded(jacobian.pieces, isExpanded, this.J, J);
    variables.set(D);
    for (let i = 0; i < m; i++) rows[i] = -E[i]!;
    memory?.write(own);
    const added = this.#arrangement.border + (memory?.rank ?? 0) / 2;
    const { negative, zero } = this.#linear.factor(this.#values, negativeLimit + added);
    return { negative: negative - added, zero };
  }

  solve(b: Float64Array, count: number): number {
    const { core, m } = this.#shape;
    const { variable, row } = this.#arrangement;
    const { order } = this.#arrangement;
    const all = count === 1 ? this.#b : new Float64Array(count * order);
    const each = (visit: (part: Float64Array, own: Float64Array) => void): void => {
      for (let c = 0; c < count; c++)
        visit(b.subarray(c * (core + m), (c + 1) * (core + m)), all.subarray(c * order, (c + 1) * order));
    };
    each((part, own) => {
      own.fill(0);
      own.set(part.subarray(0, core), variable);
      own.set(part.subarray(core), row);
    });
    const error = this.#linear.solve(all, count);
    each((part, own) => {
      part.set(own.subarray(variable, variable + core));
      part.set(own.subarray(row, row + m), core);
    });
    return error;
  }

  increaseQuality(): boolean {
    return this.#linear.increaseQuality();
  }

  get statistics(): LinearStatistics {
    return this.#linear.statistics;
  }

  dispose(): void {
    this.#linear.dispose();
  }
}

/** A constant factor over some columns: the variables `z = Bx` and multipliers ν from these indices on. */
interface Border {
  readonly factor: Factor;
  readonly columns: Int32Array;
  readonly ν: number;
  readonly z: number;
}

interface Arrangement {
  readonly order: number;
  /** Rows z (and ν) of all borders. */
  readonly border: number;
  readonly borders: readonly Border[];
  /** Index of the first core variable and of the first row. */
  readonly variable: number;
  readonly row: number;
  /** H, J, per border Bᵀ and −I, the diagonals of core and rows, Ψᵀ, M_q. */
  readonly pieces: readonly PieceShape[];
  /** Whether the block of a piece is multiplied out. */
  isExpanded(piece: Piece): boolean;
}

function arrange(
  shape: KktShape,
  hessian: readonly Piece[],
  rank: number,
  isBordered: (factor: Factor) => boolean,
): Arrangement {
  const { core, m, jacobian } = shape;
  const through = hessian.filter(
    (piece) => piece.kind === 'through' && piece.rows === null && isBordered(piece.factor),
  );
  const distinct = (through as PieceOf<'through'>[]).filter(
    (piece, k, all) => all.findIndex((other) => sameFactor(piece, other)) === k,
  );
  const border = distinct.reduce((sum, { factor }) => sum + factor.rank, 0);
  const variable = border;
  const row = variable + core + border;
  const memory = row + m;
  const order = memory + rank;
  let at = 0;
  const borders = distinct.map(({ factor, columns }): Border => {
    const [ν, z] = [at, variable + core + at];
    at += factor.rank;
    return { factor, columns, ν, z };
  });
  const borderOf = (piece: Piece): Border | undefined =>
    piece.kind === 'through' ? borders.find((own) => sameFactor(own, piece)) : undefined;
  const range = (from: number, length: number): Int32Array => Int32Array.from({ length }, (_, k) => from + k);
  const moved = (list: Int32Array, by: number): Int32Array => list.map((i) => by + i);
  /** A piece of H or J whose rows begin at `first`: as it is, or on the border's z. */
  const placed = (piece: Piece, first: number): PieceShape => {
    if (piece.kind === 'entries')
      return { kind: 'entries', row: moved(piece.row, first), column: moved(piece.column, variable) };
    const own = borderOf(piece);
    const columns = own ? range(own.z, own.factor.rank) : moved(piece.columns, variable);
    return { kind: 'dense', rows: piece.rows && moved(piece.rows, first), columns };
  };
  const diagonal = (from: number, length: number): PieceShape => ({
    kind: 'entries',
    row: range(from, length),
    column: range(from, length),
  });
  const pieces: PieceShape[] = [
    ...hessian.map((piece) => placed(piece, variable)),
    ...jacobian.pieces.map((piece) => placed(piece, row)),
    ...borders.flatMap(({ factor, columns, ν, z }): PieceShape[] => [
      { kind: 'dense', rows: moved(columns, variable), columns: range(ν, factor.rank) },
      { kind: 'entries', row: range(z, factor.rank), column: range(ν, factor.rank) },
    ]),
    diagonal(variable, core),
    diagonal(row, m),
    { kind: 'dense', rows: range(memory, rank), columns: range(variable, core) },
    { kind: 'dense', rows: null, columns: range(memory, rank) },
  ];
  const isExpanded = (piece: Piece): boolean => piece.kind === 'through' && borderOf(piece) === undefined;
  return { order, border, borders, variable, row, pieces, isExpanded };
}

/** Views of the values, in the order of the arrangement's pieces. */
interface Views {
  readonly H: Float64Array;
  readonly J: Float64Array;
  readonly borders: readonly { readonly transposed: Float64Array; readonly coupling: Float64Array }[];
  readonly variables: Float64Array;
  readonly rows: Float64Array;
  readonly memory: Float64Array;
}

function viewsOf({ pieces }: Structure, values: Float64Array, hessian: number, jacobian: number): Views {
  const part = (from: number, to = from + 1): Float64Array => {
    const first = pieces[from]?.first ?? values.length;
    return values.subarray(first, pieces[to]?.first ?? values.length);
  };
  const borders = hessian + jacobian;
  const diagonals = pieces.length - 4;
  return {
    H: part(0, hessian),
    J: part(hessian, borders),
    borders: Array.from({ length: (diagonals - borders) / 2 }, (_, b) => ({
      transposed: part(borders + 2 * b),
      coupling: part(borders + 2 * b + 1),
    })),
    variables: part(diagonals),
    rows: part(diagonals + 1),
    memory: part(diagonals + 2, pieces.length),
  };
}

/** Bᵀ by rows. */
function transpose({ rank, columns, data }: Factor, out: Float64Array): void {
  for (let q = 0; q < rank; q++) for (let j = 0; j < columns; j++) out[j * rank + q] = data[q * columns + j]!;
}

/** Copies values piece by piece, some blocks multiplied out. */
function copyExpanded(
  pieces: readonly Piece[],
  isExpanded: (piece: Piece) => boolean,
  values: Float64Array,
  out: Float64Array,
): void {
  let at = 0;
  for (const piece of pieces) {
    if (piece.kind === 'through' && isExpanded(piece)) {
      expandBlock(piece, values, out, at);
      const { length: width } = piece.columns;
      at += piece.rows === null ? triangle(width) : piece.rows.length * width;
    } else {
      out.set(values.subarray(piece.first, piece.first + piece.count), at);
      at += piece.count;
    }
  }
}

import fc from 'fast-check';
import { type Piece, type PieceShape, triangle } from '../../src/core/structure/piece.js';
import { Structure } from '../../src/core/structure/structure.js';

/** Nothing so small that its products are denormal. */
const number = fc
  .double({ min: -2, max: 2, noNaN: true })
  .map((value) => (Math.abs(value) < 1e-9 ? 0 : value));
const numbers = (length: number) =>
  fc.array(number, { minLength: length, maxLength: length }).map((list) => Float64Array.from(list));
/** Some of 0 … n − 1, in any order. */
const some = (n: number, from = 0) =>
  fc
    .shuffledSubarray(
      Array.from({ length: n - from }, (_, k) => from + k),
      { minLength: Math.min(1, n - from) },
    )
    .map((list) => Int32Array.from(list));

function entries(rows: number, columns: number, symmetric: boolean): fc.Arbitrary<PieceShape> {
  const position = fc
    .tuple(fc.nat(rows - 1), fc.nat(columns - 1))
    .map(([i, j]) => (symmetric ? ([Math.max(i, j), Math.min(i, j)] as const) : ([i, j] as const)));
  return fc.array(position, { maxLength: 30 }).map((list) => ({
    kind: 'entries',
    row: Int32Array.from(list, ([i]) => i),
    column: Int32Array.from(list, ([, j]) => j),
  }));
}

const factor = (columns: number) =>
  fc
    .integer({ min: 1, max: 3 })
    .chain((rank) => numbers(rank * columns).map((data) => ({ rank, columns, data })));

function block(rows: number, columns: number, symmetric: boolean): fc.Arbitrary<PieceShape> {
  const sides = symmetric
    ? some(columns).map((own) => [null, own] as const)
    : fc.tuple(some(rows), some(columns));
  return sides.chain(([own, over]) =>
    fc.oneof(
      fc.constant<PieceShape>({ kind: 'dense', rows: own, columns: over }),
      factor(over.length).map((B): PieceShape => ({ kind: 'through', rows: own, columns: over, factor: B })),
    ),
  );
}

/** A block below the diagonal of a symmetric matrix. */
function below(n: number): fc.Arbitrary<PieceShape> {
  return fc
    .integer({ min: 1, max: n - 1 })
    .chain((cut) => fc.tuple(some(n, cut), some(cut)))
    .map(([rows, columns]) => ({ kind: 'dense', rows, columns }));
}

/** A structure of given size of all kinds of pieces, overlapping as they like. */
export function structureOf(rows: number, columns: number, symmetric: boolean): fc.Arbitrary<Structure> {
  const piece = symmetric
    ? fc.oneof(entries(columns, columns, true), block(columns, columns, true), below(columns))
    : fc.oneof(entries(rows, columns, false), block(rows, columns, false));
  return fc.array(piece, { maxLength: 4 }).map((pieces) => new Structure(rows, columns, symmetric, pieces));
}

/** Values for a structure. */
export const valuesFor = ({ length }: Structure): fc.Arbitrary<Float64Array> => numbers(length);

/** Matrices of all kinds of pieces, overlapping as they like, with values. */
export function structures(symmetric: boolean): fc.Arbitrary<{ structure: Structure; values: Float64Array }> {
  return fc
    .tuple(fc.integer({ min: 2, max: 7 }), fc.integer({ min: 2, max: 7 }))
    .chain(([m, n]) => structureOf(symmetric ? n : m, n, symmetric))
    .chain((structure) => valuesFor(structure).map((values) => ({ structure, values })));
}

/** The whole matrix by rows, from the definition of the pieces alone. */
export function dense(structure: Structure, values: Float64Array): number[][] {
  const { rows, columns, symmetric } = structure;
  const A = Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
  const add = (i: number, j: number, value: number): void => {
    A[i]![j]! += value;
  };
  const both = (i: number, j: number, value: number): void => {
    add(i, j, value);
    if (symmetric && i !== j) add(j, i, value);
  };
  for (const piece of structure.pieces) {
    const own = values.subarray(piece.first, piece.first + piece.count);
    if (piece.kind === 'entries') {
      own.forEach((value, k) => {
        both(piece.row[k]!, piece.column[k]!, value);
      });
    } else if (piece.rows !== null) {
      const block = rectangle(piece, own);
      piece.rows.forEach((i, a) => {
        piece.columns.forEach((j, b) => {
          both(i, j, block(a, b));
        });
      });
    } else {
      const block = square(piece, own);
      piece.columns.forEach((i, a) => {
        piece.columns.forEach((j, b) => {
          add(i, j, block(a, b));
        });
      });
    }
  }
  return A;
}

type Block = Exclude<Piece, { kind: 'entries' }>;

function rectangle(piece: Block, own: Float64Array): (a: number, b: number) => number {
  if (piece.kind === 'dense') return (a, b) => own[a * piece.columns.length + b]!;
  const { rank, columns, data } = piece.factor;
  return (a, b) => sum(rank, (q) => own[a * rank + q]! * data[q * columns + b]!);
}

function square(piece: Block, own: Float64Array): (a: number, b: number) => number {
  const packed = (a: number, b: number): number => own[triangle(Math.max(a, b)) + Math.min(a, b)]!;
  if (piece.kind === 'dense') return packed;
  const { rank, columns, data } = piece.factor;
  return (a, b) =>
    sum(rank, (p) => sum(rank, (q) => data[p * columns + a]! * packed(p, q) * data[q * columns + b]!));
}

const sum = (count: number, term: (k: number) => number): number =>
  Array.from({ length: count }, (_, k) => term(k)).reduce((total, value) => total + value, 0);

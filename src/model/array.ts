import { InputError } from '../core/errors.js';
import { isNumbers, listOf, numberOf, numbersOf, told } from '../core/given.js';
import { type Expression, type Operand, type Owner, toExpression } from './expression.js';
import {
  type AnyRank,
  checkedAxis,
  checkedShape,
  countOf,
  type Extents,
  type Indices,
  placeOf,
  placesAlong,
  type RankOf,
  shapeText,
  stridesOf,
} from './extents.js';
import { refusePrimitive } from './primitive.js';
import { fewEntries, Source } from './source.js';

export type { AnyRank };

/** The rank of what is left when one index is given. */
export type RankBelow<R extends number> = R extends 1 ? 0 : R extends 2 ? 1 : R extends 3 ? 2 : AnyRank;

/**
 * Expressions in a rectangular array, row-major (the last index runs fastest): immutable, iterable in that order. `R` is
 * its rank as far as it is known when compiling.
 */
export class ExpressionArray<E extends Expression = Expression, R extends number = AnyRank>
  implements Iterable<E>
{
  readonly size: number;

  /** @internal */
  readonly source: Source;

  constructor(
    readonly shape: Extents & { readonly length: R },
    elements: readonly E[] | Source,
    /** For messages. */
    readonly name = 'array',
  ) {
    this.source = elements instanceof Source ? elements : Source.list(elements);
    this.size = this.source.size;
  }

  /** In row-major order. */
  get elements(): readonly E[] {
    return this.source.elements as readonly E[];
  }

  /** The model of its variables; undefined where there are none. Throws where they are of several. */
  get owner(): Owner | undefined {
    return this.source.owner;
  }

  /** Entries along the first axis. */
  get length(): number {
    return this.shape[0] ?? 1;
  }

  /** The entry at these indices, one per axis. */
  at(...indices: Indices<R>): E {
    return this.elements[placeOf(this.shape, indices as readonly number[], `${this.name}.at`)]!;
  }

  /** Entries `from` … `to − 1` along an axis, counted from the end where negative, as of `Array.slice`. */
  slice(from?: number, to?: number, axis = 0): ExpressionArray<E, R> {
    const along = checkedAxis(axis, this.shape, `${this.name}.slice`);
    for (const end of [from, to]) if (end !== undefined) numberOf(end, `${this.name}.slice: an end`, 'bound');
    const chosen = Array.from({ length: this.shape[along]! }, (_, k) => k).slice(from, to);
    const shape = this.shape.map((extent, k) => (k === along ? chosen.length : extent));
    return this.picked(shape, this.#along(along, chosen)) as ExpressionArray<E, R>;
  }

  /** Row `i` of a matrix; of more axes, the array at index `i` of the first. */
  row(i: R extends 0 | 1 ? never : number): ExpressionArray<E, RankBelow<R>> {
    return this.#index(0, i, 'row');
  }

  /** Column `j` of a matrix; of more axes, the array at index `j` of the last. */
  column(j: R extends 0 | 1 ? never : number): ExpressionArray<E, RankBelow<R>> {
    return this.#index(this.shape.length - 1, j, 'column');
  }

  /** The same entries in another shape; one extent may be −1 and follows from the others. */
  reshape<const S extends number | Extents>(shape: S): ExpressionArray<E, RankOf<S>> {
    const asked = isNumbers(shape)
      ? Array.from(shape, (extent) => numberOf(extent, `${this.name}.reshape: an extent`))
      : [numberOf(shape, `${this.name}.reshape: the shape`)];
    const open = asked.indexOf(-1);
    const rest = countOf(asked.filter((_, axis) => axis !== open));
    const fitted = asked.map((extent, axis) => (axis === open && rest > 0 ? this.size / rest : extent));
    if (countOf(fitted) !== this.size || !fitted.every(Number.isInteger))
      throw new InputError(
        `${this.name}.reshape: ${this.size} entries of shape ${shapeText(this.shape)} do not fill shape ${shapeText(asked)}`,
      );
    return this.picked(checkedShape(fitted, `${this.name}.reshape`), this.source) as ExpressionArray<
      E,
      AnyRank
    >;
  }

  /** Its axes in reverse order: of a matrix, the transpose. */
  transpose(): ExpressionArray<E, R> {
    const turned = [...this.shape].reverse();
    if (this.shape.filter((extent) => extent !== 1).length < 2)
      return this.picked(turned, this.source) as ExpressionArray<E, R>;
    const places = placesAlong(turned, stridesOf(this.shape).reverse());
    const { elements } = this;
    const out = Array.from(places, (place) => elements[place]!);
    return this.picked(turned, out) as ExpressionArray<E, R>;
  }

  /** `f` of every entry, in its place. */
  map(f: (element: E, place: number) => Operand): ExpressionArray<Expression, R> {
    if (typeof f !== 'function') throw new InputError(`${this.name}.map: ${told(f)} is no function`);
    return new ExpressionArray(
      this.shape,
      this.elements.map((element, k) => toExpression(f(element, k))),
    );
  }

  [Symbol.iterator](): Iterator<E> {
    return this.elements[Symbol.iterator]();
  }

  toString(): string {
    return `${this.name}${shapeText(this.shape)}`;
  }

  [Symbol.toPrimitive](hint: string): string {
    return hint === 'string' ? this.toString() : refusePrimitive(this.name);
  }

  /** Entries of this array in another shape, as an array of the same kind. */
  protected picked(shape: Extents, elements: readonly E[] | Source): ExpressionArray<E> {
    return new ExpressionArray(shape, elements, this.name);
  }

  #index(axis: number, index: number, verb: string): ExpressionArray<E> {
    if (this.shape.length < 2)
      throw new InputError(`${this.name}.${verb}: shape ${shapeText(this.shape)} has none; use at or slice`);
    const extent = this.shape[axis];
    if (extent === undefined || !Number.isInteger(index) || index < 0 || index >= extent)
      throw new InputError(
        `${this.name}.${verb}: ${index} is not an index of shape ${shapeText(this.shape)}`,
      );
    return this.picked(
      this.shape.filter((_, k) => k !== axis),
      this.#along(axis, [index]),
    );
  }

  /** The entries at these indices of one axis. */
  #along(axis: number, indices: readonly number[]): readonly E[] | Source {
    const extent = this.shape[axis]!;
    if (indices.length === extent && indices.every((index, k) => index === k)) return this.source;
    const { elements } = this;
    const inner = countOf(this.shape.slice(axis + 1));
    const out: E[] = [];
    for (let from = 0; from < this.size; from += extent * inner)
      for (const index of indices)
        for (let k = 0; k < inner; k++) out.push(elements[from + index * inner + k]!);
    return out;
  }
}

/** Numbers with a shape, such as an ndarray's or a {@link Values}'. */
export interface Shaped {
  readonly shape: Extents;
  readonly data: ArrayLike<number>;
}

/** What stands for an array of expressions: one, a list or table of operands, or numbers with a shape. */
export type ArrayOperand<R extends number = AnyRank> =
  | ExpressionArray<Expression, R>
  | ArrayLike<Operand>
  | readonly (ExpressionArray<Expression, 1> | ArrayLike<Operand>)[]
  | Shaped;

export const isArrayOperand = (given: unknown): given is ArrayOperand =>
  given instanceof ExpressionArray ||
  isNumbers(given) ||
  (typeof given === 'object' && given !== null && 'shape' in given && 'data' in given);

/** The array that an operand stands for; `where` is for messages. */
export function toArray(given: ArrayOperand, where: string): ExpressionArray {
  if (given instanceof ExpressionArray) return given;
  if (isArrayOperand(given) && 'shape' in given) return fromShaped(given, where);
  const rows = listOf<unknown>(given as Iterable<unknown>, where);
  const [first] = rows;
  const table = numbersIn(rows);
  if (table) return new ExpressionArray(table.shape, Source.numbers(table.values), where);
  if (!isArrayOperand(first))
    return new ExpressionArray(
      [rows.length],
      rows.map((entry) => toExpression(entry as Operand)),
      where,
    );
  const parts = rows.map((row) => {
    if (!isArrayOperand(row)) throw new InputError(`${where}: rows and single entries are mixed in one list`);
    return toArray(row, where);
  });
  const shape = parts[0]!.shape;
  for (const [k, part] of parts.entries())
    if (part.shape.join() !== shape.join())
      throw new InputError(
        `${where}: row ${k} has shape ${shapeText(part.shape)}, row 0 ${shapeText(shape)}; rows must be equally long`,
      );
  return new ExpressionArray(
    [parts.length, ...shape],
    parts.flatMap(({ elements }) => elements),
    where,
  );
}

/** A long list or a table of plain numbers; undefined where it is anything else. */
function numbersIn(
  rows: readonly unknown[],
): { readonly shape: number[]; readonly values: Float64Array } | undefined {
  const [first] = rows;
  const width = isNumbers(first) ? first.length : 1;
  if (rows.length * width < fewEntries) return undefined;
  const values = new Float64Array(rows.length * width);
  let at = 0;
  for (const row of rows) {
    const nested = isNumbers(row);
    if (nested !== isNumbers(first) || (nested && row.length !== width)) return undefined;
    for (let k = 0; k < width; k++) {
      const value: unknown = nested ? row[k] : row;
      if (typeof value !== 'number' || Number.isNaN(value)) return undefined;
      values[at++] = value;
    }
  }
  return { shape: isNumbers(first) ? [rows.length, width] : [rows.length], values };
}

function fromShaped(given: Shaped, where: string): ExpressionArray {
  const extents = checkedShape(given.shape, where);
  const data = numbersOf(given.data, `${where}: data`, { range: 'bound' });
  // An ndarray may be a view with strides.
  const { stride = stridesOf(extents), offset = 0 } = given as Shaped & Partial<Strided>;
  const places = placesAlong(extents, stride, offset);
  if (stride.length !== extents.length || places.some((place) => !(place < data.length && place >= 0)))
    throw new InputError(`${where}: ${data.length} numbers do not fill shape ${shapeText(extents)}`);
  return new ExpressionArray(
    extents,
    Source.numbers(Float64Array.from(places, (place) => data[place]!)),
    where,
  );
}

interface Strided {
  readonly stride: readonly number[];
  readonly offset: number;
}

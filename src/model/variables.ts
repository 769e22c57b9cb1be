import { InputError } from '../core/errors.js';
import { isNumbers, numberOf, told } from '../core/given.js';
import { type AnyRank, ExpressionArray, type RankBelow } from './array.js';
import type { Owner, Variable, VariableChange } from './expression.js';
import type { Extents, RankOf } from './extents.js';
import type { Source } from './source.js';

/** Variables in a rectangular array; slices, rows and columns of it are such arrays, too. */
export class VariableArray<R extends number = AnyRank> extends ExpressionArray<Variable, R> {
  constructor(
    private readonly model: Owner,
    name: string,
    shape: Extents & { readonly length: R },
    elements: readonly Variable[] | Source,
  ) {
    super(shape, elements, name);
  }

  override get owner(): Owner {
    return this.model;
  }

  override slice(from?: number, to?: number, axis = 0): VariableArray<R> {
    return super.slice(from, to, axis) as VariableArray<R>;
  }

  override row(i: R extends 0 | 1 ? never : number): VariableArray<RankBelow<R>> {
    return super.row(i) as VariableArray<RankBelow<R>>;
  }

  override column(j: R extends 0 | 1 ? never : number): VariableArray<RankBelow<R>> {
    return super.column(j) as VariableArray<RankBelow<R>>;
  }

  override reshape<const S extends number | Extents>(shape: S): VariableArray<RankOf<S>> {
    return super.reshape(shape) as VariableArray<RankOf<S>>;
  }

  override transpose(): VariableArray<R> {
    return super.transpose() as VariableArray<R>;
  }

  /** Sets starts and bounds, one for all or one each; what is left out stays. Infinite bounds are none. */
  set(change: VariableChange<number | ArrayLike<number>>): this {
    this.owner.change(this.elements, change, `variables '${this.name}'`);
    return this;
  }

  /** Indices into `x`, row-major. */
  indices(): Int32Array {
    return Int32Array.from(this.elements, (variable) => variable.index);
  }

  /** The entries of `x` that belong to this array, row-major; a copy. */
  values(x: ArrayLike<number>): Float64Array {
    if (!isNumbers(x)) throw new InputError(`${this.name}.values: x is ${told(x)}, not an array of numbers`);
    return Float64Array.from(this.elements, ({ index }) =>
      typeof x[index] === 'number' ? x[index] : numberOf(x[index], `${this.name}.values: x[${index}]`, 'any'),
    );
  }

  protected override picked(shape: Extents, elements: readonly Variable[] | Source): VariableArray {
    return new VariableArray(this.owner, this.name, shape, elements);
  }
}

import { type AnyRank, ExpressionArray } from './array.js';
import type { Owner, Parameter } from './expression.js';
import type { Extents } from './extents.js';
import type { Source } from './source.js';

/** Parameters in a rectangular array. */
export class ParameterArray<R extends number = AnyRank> extends ExpressionArray<Parameter, R> {
  constructor(
    private readonly model: Owner,
    name: string,
    shape: Extents & { readonly length: R },
    elements: readonly Parameter[] | Source,
  ) {
    super(shape, elements, name);
  }

  override get owner(): Owner {
    return this.model;
  }

  /** Sets their values: a number for all or one each, row-major. */
  set(value: number | ArrayLike<number>): this {
    this.owner.assign(this.elements, value, `parameter '${this.name}'`);
    return this;
  }

  protected override picked(shape: Extents, elements: readonly Parameter[] | Source): ParameterArray {
    return new ParameterArray(this.owner, this.name, shape, elements);
  }
}

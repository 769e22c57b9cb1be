import { InputError } from '../core/errors.js';
import type { Owner, Variable } from './expression.js';

/** Variables in a rectangular array, row-major (the last index runs fastest). */
export class VariableArray implements Iterable<Variable> {
  readonly size: number;
  constructor(
    readonly owner: Owner,
    readonly name: string,
    readonly shape: readonly number[],
    /** In row-major order. */
    readonly elements: readonly Variable[],
  ) {
    this.size = elements.length;
  }

  /** The variable at these indices, one per axis. */
  at(...indices: number[]): Variable {
    if (indices.length !== this.shape.length)
      throw new InputError(`${this.name}.at: ${indices.length} indices for shape [${this.shape.join(', ')}]`);
    let position = 0;
    for (let axis = 0; axis < indices.length; axis++) {
      const index = indices[axis]!;
      const extent = this.shape[axis]!;
      if (!Number.isInteger(index) || index < 0 || index >= extent)
        throw new InputError(`${this.name}.at: index ${index} of axis ${axis} is not in 0…${extent - 1}`);
      position = position * extent + index;
    }
    return this.elements[position]!;
  }

  /** Indices into `x`, row-major. */
  indices(): Int32Array {
    return Int32Array.from(this.elements, (variable) => variable.index);
  }

  /** The entries of `x` that belong to this array, row-major; a copy. */
  values(x: ArrayLike<number>): Float64Array {
    return Float64Array.from(this.elements, (variable) => x[variable.index]!);
  }

  [Symbol.iterator](): Iterator<Variable> {
    return this.elements[Symbol.iterator]();
  }
}

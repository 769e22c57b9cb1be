import { sizeOf } from '../../build.js';
import { room } from '../../stored.js';

/** What a value's numbers are. */
export type Kind = 'float' | 'integer' | 'flag' | 'text';

/** A value known while reading: row-major numbers, whole ones and flags as doubles. */
export interface Constant {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
  readonly kind: Kind;
}
/** A value computed from the network's inputs. */
export interface Computed {
  readonly node: number;
}
export type Value = Constant | Computed;

export const isComputed = (value: Value): value is Computed => 'node' in value;

export const floats = (shape: readonly number[], data: Float32Array | Float64Array): Constant => ({
  shape,
  data,
  kind: 'float',
});
export const integers = (
  values: readonly number[],
  shape: readonly number[] = [values.length],
): Constant => ({
  shape,
  data: Float64Array.from(values),
  kind: 'integer',
});

/** `data[index]`, 0 where that is −1. */
export function picked(
  { data, kind }: Constant,
  index: Int32Array,
  shape: readonly number[],
  padding = 0,
): Constant {
  const out = room(data instanceof Float64Array, index.length);
  for (let k = 0; k < out.length; k++) out[k] = index[k]! < 0 ? padding : data[index[k]!]!;
  return { shape, data: out, kind };
}

/** A function of constants, broadcast. */
export function combined(
  kind: Kind,
  shape: readonly number[],
  values: readonly Constant[],
  fn: (...numbers: number[]) => number,
): Constant {
  const size = sizeOf(shape);
  const narrow =
    kind === 'float' &&
    values.every(({ data, kind: own }) => own !== 'float' || data instanceof Float32Array);
  const out = narrow ? new Float32Array(size) : new Float64Array(size);
  const strides = values.map(({ shape: own }) => {
    const result = shape.map(() => 0);
    let stride = 1;
    for (let axis = own.length - 1; axis >= 0; axis--) {
      if (own[axis]! > 1) result[shape.length - own.length + axis] = stride;
      stride *= own[axis]!;
    }
    return result;
  });
  const at = values.map(() => 0);
  const index = shape.map(() => 0);
  for (let k = 0; k < size; k++) {
    out[k] = fn(...values.map(({ data }, v) => data[at[v]!]!));
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]! += 1;
      for (let v = 0; v < at.length; v++) at[v]! += strides[v]![axis]!;
      if (index[axis]! < shape[axis]!) break;
      for (let v = 0; v < at.length; v++) at[v]! -= strides[v]![axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return { shape, data: out, kind };
}

import { sizeOf } from '../../build.js';
import type { Operator } from './call.js';
import { floats, integers } from './value.js';

/** Values known while reading. */
export const constants: Readonly<Record<string, Operator>> = {
  Shape: (call) => {
    const shape = call.shape(0);
    const at = (k: number): number => Math.min(Math.max(k < 0 ? k + shape.length : k, 0), shape.length);
    return integers(shape.slice(at(call.int('start', 0)), at(call.int('end', shape.length))));
  },
  Size: (call) => integers([sizeOf(call.shape(0))], []),
  ConstantOfShape: (call) => {
    const shape = call.integers(0, 'shape');
    call.build.allow(call.layer, shape);
    const value = call.tensor('value') ?? floats([1], Float32Array.of(0));
    return { shape, data: new Float64Array(sizeOf(shape)).fill(value.data[0]!), kind: value.kind };
  },
  Constant: (call) => {
    const value = call.tensor('value') ?? call.vector('value_floats') ?? call.sparse('sparse_value');
    if (value) return value;
    const list = call.ints('value_ints');
    if (list) return integers(list);
    if (call.given('value_int')) return integers([call.int('value_int')], []);
    if (call.given('value_float')) return floats([], Float64Array.of(call.float('value_float')));
    // Nothing computes with texts; what only hands them on stays readable.
    if (call.given('value_string') || call.given('value_strings'))
      return { shape: [], data: new Float64Array(1), kind: 'text' };
    throw call.error('its value cannot be read; supported are numbers');
  },
  Range: (call) => {
    const [start, limit, delta] = [0, 1, 2].map((k) => call.constant(k, 'bound')) as [never, never, never];
    const [a, b, d] = [start, limit, delta].map(({ data }: { data: Float64Array }) => data[0]!) as [
      number,
      number,
      number,
    ];
    const { kind } = call.constant(0, 'start');
    if (!(d !== 0)) throw call.error('its delta is 0');
    const length = Math.max(0, Math.ceil((b - a) / d));
    call.build.allow(call.layer, [length]);
    const data = Float64Array.from({ length }, (_, k) => a + k * d);
    return { shape: [data.length], data, kind };
  },
  EyeLike: (call) => {
    const [rows, columns] = call.shape(0) as [number, number];
    const offset = call.int('k', 0);
    call.ignore('dtype');
    const data = Float64Array.from({ length: rows * columns }, (_, k) =>
      Number((k % columns) - Math.floor(k / columns) === offset),
    );
    return floats([rows, columns], data);
  },
  OneHot: (call) => {
    const indices = call.constant(0, 'indices');
    const depth = call.integers(1, 'depth')[0]!;
    const [off, on] = Array.from(call.constant(2, 'values').data) as [number, number];
    const axis = call.axis(call.int('axis', -1), indices.shape.length + 1);
    const shape = [...indices.shape.slice(0, axis), depth, ...indices.shape.slice(axis)];
    call.build.allow(call.layer, shape);
    const inner = sizeOf(indices.shape.slice(axis));
    const data = Float64Array.from({ length: sizeOf(shape) }, (_, k) => {
      const [o, d, i] = [Math.floor(k / (inner * depth)), Math.floor(k / inner) % depth, k % inner];
      const own = indices.data[o * inner + i]!;
      return (own < 0 ? own + depth : own) === d ? on : off;
    });
    return floats(shape, data);
  },
  NonZero: (call) => {
    const { shape, data } = call.constant(0, 'argument');
    const found = [...data.keys()].filter((k) => data[k] !== 0);
    const rows = shape.map((length, axis) =>
      found.map((k) => Math.floor(k / sizeOf(shape.slice(axis + 1))) % length),
    );
    return integers(rows.flat(), [shape.length, found.length]);
  },
};

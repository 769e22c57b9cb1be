import { sizeOf } from '../../build.js';
import { broadcastShape } from '../../lower/move.js';
import { range } from '../../lower/place.js';
import type { Call, Operator } from './call.js';
import { move, permuted } from './move.js';
import type { Value } from './value.js';

function reshape(call: Call): Value {
  const value = call.value(0);
  const from = call.shapeOf(value);
  const target = call.has(1) ? call.integers(1, 'shape') : (call.ints('shape') ?? []);
  const zero = call.int('allowzero', 0) === 1;
  const known = target.map((length, k) => (length === 0 && !zero ? (from[k] ?? 0) : length));
  const rest = sizeOf(from) / sizeOf(known.filter((length) => length !== -1));
  return call.reshape(
    value,
    known.map((length) => (length === -1 ? rest : length)),
  );
}

function unsqueeze(call: Call): Value {
  const value = call.value(0);
  const from = [...call.shapeOf(value)];
  const given = call.has(1) ? call.integers(1, 'axes') : (call.ints('axes') ?? []);
  const rank = from.length + given.length;
  const axes = given.map((axis) => call.axis(axis, rank)).sort((a, b) => a - b);
  for (const axis of axes) from.splice(axis, 0, 1);
  return call.reshape(value, from);
}

function squeeze(call: Call): Value {
  const value = call.value(0);
  const from = call.shapeOf(value);
  const axes = call.axes(1, from.length);
  const gone = axes?.find((axis) => from[axis] !== 1);
  if (gone !== undefined) throw call.error(`axis ${gone} of [${from}] is not 1`);
  return call.reshape(
    value,
    from.filter((length, axis) => (axes === undefined ? length !== 1 : !axes.includes(axis))),
  );
}

function tile(call: Call): Value {
  const value = call.value(0);
  const from = call.shapeOf(value);
  const repeats = call.integers(1, 'repeats');
  if (repeats.length !== from.length)
    throw call.error(`has ${repeats.length} repeats for ${from.length} axes`);
  const to = from.map((length, axis) => length * repeats[axis]!);
  call.build.allow(call.layer, to);
  return move(
    call,
    value,
    to,
    from.map((length, axis) => ({ of: [axis], at: range(length * repeats[axis]!).map((k) => k % length) })),
  );
}

function expand(call: Call): Value {
  const value = call.value(0);
  const from = call.shapeOf(value);
  const to = broadcastShape(call, [from, call.integers(1, 'shape')]);
  call.build.allow(call.layer, to);
  const before = to.length - from.length;
  return move(
    call,
    value,
    to,
    from.map((length, axis) => ({
      of: [before + axis],
      at: length === 1 ? new Int32Array(to[before + axis]!) : range(length),
    })),
  );
}

function depthToSpace(call: Call): Value {
  const value = call.value(0);
  const [n, c, h, w] = call.shapeOf(value) as [number, number, number, number];
  const b = call.int('blocksize');
  const columns = call.text('mode', 'DCR') === 'CRD';
  const parted = call.reshape(value, columns ? [n, c / (b * b), b, b, h, w] : [n, b, b, c / (b * b), h, w]);
  const turned = permuted(call, parted, columns ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]);
  return call.reshape(turned, [n, c / (b * b), h * b, w * b]);
}

function spaceToDepth(call: Call): Value {
  const value = call.value(0);
  const [n, c, h, w] = call.shapeOf(value) as [number, number, number, number];
  const b = call.int('blocksize');
  const columns = call.text('mode', 'DCR') === 'CRD';
  const parted = call.reshape(value, [n, c, h / b, b, w / b, b]);
  const turned = permuted(call, parted, columns ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4]);
  return call.reshape(turned, [n, c * b * b, h / b, w / b]);
}

/** The same numbers in other shapes, orders and multiples. */
export const shaping: Readonly<Record<string, Operator>> = {
  Reshape: reshape,
  Flatten: (call) => {
    const value = call.value(0);
    const from = call.shapeOf(value);
    const axis = call.int('axis', 1);
    const at = axis < 0 ? axis + from.length : axis;
    return call.reshape(value, [sizeOf(from.slice(0, at)), sizeOf(from.slice(at))]);
  },
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: (call) => {
    const value = call.value(0);
    return permuted(call, value, call.ints('perm') ?? range(call.shapeOf(value).length).reverse());
  },
  Tile: tile,
  Expand: expand,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  Identity: (call) => call.value(0),
  Dropout: (call) => {
    call.ignore('ratio', 'seed', 'is_test', 'consumed_inputs');
    if (call.optional(2, 'training_mode')?.data[0])
      throw call.error('is in training mode; export for inference');
    return [call.value(0), undefined];
  },
};

import { sizeOf } from '../../build.js';
import { line, subtract } from '../../lower/arithmetic.js';
import { expand, moved, select, transpose } from '../../lower/move.js';
import { normalized, rootMeanSquare } from '../../lower/normalize.js';
import { range } from '../../lower/place.js';
import { einsum } from '../../lower/product.js';
import { sum } from '../../lower/reduce.js';
import { axesOf, find, first, named, plain, side } from './arguments.js';
import { type Call, type Rule, unbatched } from './call.js';
import { isObject } from './config.js';
import { tensorsOf } from './connections.js';

/** `u[:, 1:3, …, None]` as Keras writes the keys. */
const getItem: Rule = (call) => {
  const u = first(call);
  const shape = call.build.shape(u);
  const given = find(call, 1, 'key', 'slice_spec');
  const keys = (given === undefined ? [] : 'list' in given ? given.list : [given]).map(plain);
  const taken = keys.filter((key) => !isEllipsis(key) && !isFresh(key)).length;
  // Without an ellipsis the axes left stand behind.
  const spread = keys.findIndex(isEllipsis);
  const skipped = Math.max(0, shape.length + 1 - taken);
  let [node, axis] = [u, 0];
  const to: number[] = [];
  for (const [k, key] of keys.entries()) {
    if (k === spread) {
      for (let end = axis + skipped; axis < end; axis++) if (axis > 0) to.push(shape[axis - 1]!);
    } else if (isFresh(key)) {
      if (axis === 0) throw call.build.error(call.layer, 'puts an axis before the batch');
      to.push(1);
    } else {
      const length = axis === 0 ? 1 : shape[axis - 1];
      if (length === undefined)
        throw call.build.error(call.layer, `takes axis ${axis}, its input has ${shape.length}`);
      const at = placesOf(key, length);
      if (axis === 0) {
        if (typeof key === 'number' || at.length !== 1)
          throw call.build.error(call.layer, 'takes part of the batch, which is none of the network’s');
      } else {
        node = select(call, node, axis - 1, at);
        if (typeof key !== 'number') to.push(at.length);
      }
      axis++;
    }
  }
  return call.build.reshape(call.layer, node, [...to, ...shape.slice(Math.max(0, axis - 1))]);
};

const isEllipsis = (key: unknown): boolean =>
  key === '...' || (isObject(key) && (key['class_name'] === '__ellipsis__' || key['type'] === 'Ellipsis'));
const isFresh = (key: unknown): boolean => key === null;

/** Entries that a key takes of an axis. */
function placesOf(key: unknown, length: number): number[] {
  if (typeof key === 'number') return [key < 0 ? key + length : key];
  const own = isObject(key) && isObject(key['config']) ? key['config'] : key;
  const bound = (name: string, at: number): unknown =>
    isObject(own) ? (own[name] ?? (Array.isArray(own['args']) ? own['args'][at] : undefined)) : undefined;
  const [start, stop, step] = [bound('start', 0), bound('stop', 1), bound('step', 2)];
  const by = typeof step === 'number' ? step : 1;
  const held = (end: unknown, otherwise: number): number => {
    if (typeof end !== 'number') return otherwise;
    return Math.min(Math.max(end < 0 ? end + length : end, by > 0 ? 0 : -1), by > 0 ? length : length - 1);
  };
  const from = held(start, by > 0 ? 0 : length - 1);
  const to = held(stop, by > 0 ? length : -1);
  return range(Math.max(0, Math.ceil((to - from) / by))).map((i) => from + i * by);
}

/** Whole numbers that an argument holds. */
function wholes(call: Call, position: number, ...names: readonly string[]): number[] {
  const given = plain(find(call, position, ...names));
  const own = isObject(given) && isObject(given['config']) ? given['config']['value'] : given;
  const flat = [own].flat(Number.POSITIVE_INFINITY) as unknown[];
  if (!flat.every((value) => Number.isSafeInteger(value)))
    throw call.build.error(call.layer, `needs whole numbers for ${names[0]}`);
  return flat as number[];
}

/** Entries repeated, each or all of them. */
const repeat: Rule = (call) => {
  const [times, ...more] = wholes(call, 1, 'repeats');
  const [axis] = named(call, 2, 'axis') as [number];
  if (more.length > 0 || !(times! >= 1))
    throw call.build.error(call.layer, 'repeats entries differently; nearest is one number for all');
  const length = call.build.shape(first(call))[axis]!;
  return select(
    call,
    first(call),
    axis,
    range(length * times!).map((k) => Math.floor(k / times!)),
  );
};

const tile: Rule = (call) => {
  const u = first(call);
  const rank = call.build.shape(u).length;
  const times = wholes(call, 1, 'repeats', 'multiples');
  const [batch, ...own] = [...new Array<number>(Math.max(0, rank + 1 - times.length)).fill(1), ...times];
  if (batch !== 1 || own.length !== rank || own.some((count) => count < 1))
    throw call.build.error(call.layer, `repeats by [${times}], the batch being none of the network's axes`);
  return own.reduce((v, count, axis) => {
    const length = call.build.shape(v)[axis]!;
    return select(
      call,
      v,
      axis,
      range(length * count).map((k) => k % length),
    );
  }, u);
};

const take: Rule = (call) => {
  const u = first(call);
  const shape = call.build.shape(u);
  const [axis, ...more] = named(call, 2, 'axis') as [number, ...number[]];
  if (more.length > 0) throw call.build.error(call.layer, 'takes of all axes at once; nearest is one axis');
  const at = wholes(call, 1, 'indices').map((k) => (k < 0 ? k + shape[axis]! : k));
  const given = plain(find(call, 1, 'indices'));
  const v = select(call, u, axis, at);
  return Array.isArray(given) || isObject(given)
    ? v
    : call.build.reshape(call.layer, v, shape.toSpliced(axis, 1));
};

const modes = ['constant', 'edge', 'reflect', 'symmetric'];

const pad: Rule = (call) => {
  let u = first(call);
  const rank = call.build.shape(u).length;
  const widths = wholes(call, 1, 'pad_width', 'paddings');
  const edges = widths.length === 1 ? new Array<number>(2 * rank + 2).fill(widths[0]!) : widths;
  const mode = String(plain(find(call, 2, 'mode')) ?? 'constant').toLowerCase();
  const fill = plain(find(call, 3, 'constant_values')) ?? 0;
  if (!modes.includes(mode) || fill !== 0)
    throw call.build.error(call.layer, `pads by ${mode} ${String(fill)}; nearest is constant 0`);
  if (edges.length !== 2 * rank + 2 || edges[0] !== 0 || edges[1] !== 0)
    throw call.build.error(call.layer, 'pads the batch, which is none of the network’s axes');
  for (const axis of range(rank)) {
    const length = call.build.shape(u)[axis]!;
    const [before, after] = [edges[2 * axis + 2]!, edges[2 * axis + 3]!];
    u = select(
      call,
      u,
      axis,
      range(length + before + after).map((k) => beyond(k - before, length, mode)),
    );
  }
  return u;
};

/** Where an entry beside an axis is read; −1 for a zero. */
function beyond(at: number, length: number, mode: string): number {
  if (at >= 0 && at < length) return at;
  if (mode === 'constant') return -1;
  if (mode === 'edge') return at < 0 ? 0 : length - 1;
  const again = mode === 'symmetric' ? 1 : 0;
  return at < 0 ? -at - again : 2 * length - 2 + again - at;
}

const moveAxis: Rule = (call) => {
  const u = first(call);
  const rank = call.build.shape(u).length;
  const axes = (position: number, name: string): number[] => axesOf(call, wholes(call, position, name), rank);
  const [from, to] = [axes(1, 'source'), axes(2, 'destination')];
  const order: number[] = [];
  to.forEach((axis, k) => {
    order[axis] = from[k]!;
  });
  const rest = range(rank).filter((axis) => !from.includes(axis));
  return transpose(
    call,
    u,
    range(rank).map((axis) => order[axis] ?? rest.shift()!),
  );
};

/** Entries `(k, k + offset)` of two axes, as the last one. */
function diagonal(call: Call): number {
  const u = first(call);
  const shape = call.build.shape(u);
  const [[a], [b]] = [named(call, 2, 'axis1'), named(call, 3, 'axis2')] as [[number], [number]];
  const offset = Number(plain(find(call, 1, 'offset')) ?? 0);
  const [down, along] = [Math.max(0, -offset), Math.max(0, offset)];
  const count = Math.max(0, Math.min(shape[a]! - down, shape[b]! - along));
  const rest = range(shape.length).filter((axis) => axis !== a && axis !== b);
  const to = [...rest.map((axis) => shape[axis]!), count];
  return moved(
    call,
    u,
    to,
    shape.map((length, axis) => ({
      of: [axis === a || axis === b ? rest.length : rest.indexOf(axis)],
      at:
        axis === a
          ? range(count).map((k) => k + down)
          : axis === b
            ? range(count).map((k) => k + along)
            : range(length),
    })),
  );
}

/** Zeros above or below a diagonal of the last two axes. */
const triangle =
  (lower: boolean): Rule =>
  (call) => {
    const u = first(call);
    const shape = call.build.shape(u);
    const [rows, columns] = shape.slice(-2) as [number, number];
    const k = Number(plain(find(call, 1, 'k')) ?? 0);
    const index = Int32Array.from({ length: sizeOf(shape) }, (_, at) => {
      const ahead = (at % columns) - (Math.floor(at / columns) % rows);
      return (lower ? ahead <= k : ahead >= k) ? at : -1;
    });
    return call.build.gather(call.layer, u, index, shape);
  };

const difference: Rule = (call) => {
  let u = first(call);
  const [axis] = named(call, 2, 'axis') as [number];
  for (let left = Number(plain(find(call, 1, 'n')) ?? 1); left > 0; left--) {
    const length = call.build.shape(u)[axis]!;
    const at = range(length - 1);
    u = subtract(
      call,
      select(
        call,
        u,
        axis,
        at.map((k) => k + 1),
      ),
      select(call, u, axis, at),
    );
  }
  return u;
};

/** The parts of an axis, which vanishes. */
const unstack: Rule = (call) => {
  const u = first(call);
  const shape = call.build.shape(u);
  const [axis] = axesOf(call, plain(find(call, 2, 'axis')) ?? 0, shape.length) as [number];
  return range(shape[axis]!).map((k) =>
    call.build.reshape(call.layer, select(call, u, axis, [k]), shape.toSpliced(axis, 1)),
  );
};

const joinedAlong =
  (axis: number): Rule =>
  (call) => {
    const argument = find(call, 0, 'xs');
    return call.build.concat(call.layer, argument === undefined ? [] : tensorsOf(argument), axis);
  };

/** Sums over axes that a number or two lists of axes pair. */
const tensorDot: Rule = (call) => {
  const sides = [side(call, find(call, 0, 'x1')), side(call, find(call, 1, 'x2'))] as const;
  const ranks = sides.map((own) => ('node' in own ? call.build.shape(own.node) : own.tensor.shape).length);
  const given = plain(find(call, 2, 'axes')) ?? 2;
  const pairs =
    typeof given === 'number'
      ? [range(given).map((k) => ranks[0]! - given + k), range(given)]
      : (given as unknown[]).map((own) => [own].flat() as number[]);
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const left = [...letters.slice(0, ranks[0])];
  const right = [...letters.slice(10, 10 + ranks[1]!)];
  pairs[0]!.forEach((axis, k) => {
    right.splice(pairs[1]!.at(k)!, 1, left.at(axis)!);
  });
  const out = [...left, ...right].filter((label) => !(left.includes(label) && right.includes(label)));
  return unbatched(call, einsum(call, `${left.join('')},${right.join('')}->${out.join('')}`, sides));
};

/** Layer and root-mean-square normalization without factors. */
const standard =
  (centred: boolean): Rule =>
  (call) => {
    const u = first(call);
    const axes = axesOf(call, plain(find(call, 99, 'axis')) ?? -1, call.build.shape(u).length);
    for (const name of ['scale', 'gamma', 'beta', 'offset'])
      if ((plain(find(call, 99, name)) ?? undefined) !== undefined)
        throw call.build.error(call.layer, `has ${name}; nearest is a layer of this name`);
    const epsilon = Number(plain(find(call, 99, 'epsilon')) ?? 1e-7);
    call.config.only('rms_scaling', false, 'nearest is ops.rms_normalization');
    return centred ? normalized(call, u, axes, epsilon) : rootMeanSquare(call, u, axes, epsilon);
  };

/** Numbers elsewhere, several times or not at all. */
export const moveRules: Readonly<Record<string, Rule>> = {
  GetItem: getItem,
  Repeat: repeat,
  Tile: tile,
  Take: take,
  Pad: pad,
  Moveaxis: moveAxis,
  Diagonal: diagonal,
  Trace: (call) => {
    const v = diagonal(call);
    const shape = call.build.shape(v);
    return call.build.reshape(call.layer, sum(call, v, [shape.length - 1]), shape.slice(0, -1));
  },
  Tril: triangle(true),
  Triu: triangle(false),
  Diff: difference,
  Unstack: unstack,
  Hstack: joinedAlong(0),
  Tensordot: tensorDot,
  RMSNorm: standard(false),
  LayerNorm: standard(true),
  Cast: first,
  StopGradient: first,
  BroadcastTo: (call) => {
    const [, ...to] = wholes(call, 1, 'shape');
    return expand(call, first(call), to);
  },
  Identity: first,
  ZerosLike: (call) => line(call, first(call), 0),
  OnesLike: (call) => line(call, first(call), 0, 1),
};

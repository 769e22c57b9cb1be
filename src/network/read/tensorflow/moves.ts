import { sizeOf } from '../../build.js';
import { range } from '../../lower/place.js';
import type { Call } from '../onnx/call.js';
import { integers, type Value } from '../onnx/value.js';
import { type GraphNode, integersOf, numberOf, onnxAttributes, textOf } from './attributes.js';
import { last, type Onnx, type Rule, same } from './rule.js';

/** ONNX moves blocks of channels that come first. */
function depthMoved(call: Call, node: GraphNode, onnx: Onnx, op: string): readonly (Value | undefined)[] {
  const attributes = onnxAttributes({ blocksize: numberOf(node, 'block_size', 2) });
  if (!last(node)) return onnx(op, [call.value(0)], attributes);
  const [first] = onnx('Transpose', [call.value(0)], onnxAttributes({ perm: [0, 3, 1, 2] }));
  const [moved] = onnx(op, [first], attributes);
  return onnx('Transpose', [moved], onnxAttributes({ perm: [0, 2, 3, 1] }));
}

/** Slices by masks: a set bit of `begin_mask` or `end_mask` means the whole axis, of `shrink_axis_mask` one entry. */
function stridedSlice(call: Call, node: GraphNode, onnx: Onnx): Value {
  const value = call.value(0);
  const shape = [...call.shapeOf(value)];
  const [begin, end, strides] = [1, 2, 3].map((k) => call.integers(k, 'bounds')) as [
    number[],
    number[],
    number[],
  ];
  const mask = (name: string): number => numberOf(node, name, 0);
  const [beginMask, endMask, ellipsis, fresh, shrink] = [
    'begin_mask',
    'end_mask',
    'ellipsis_mask',
    'new_axis_mask',
    'shrink_axis_mask',
  ].map(mask) as [number, number, number, number, number];
  const bit = (of: number, k: number): boolean => ((of >> k) & 1) === 1;
  const starts: number[] = [];
  const ends: number[] = [];
  const axes: number[] = [];
  const steps: number[] = [];
  const result: ('keep' | 'drop' | 'new')[] = [];
  let axis = 0;
  const specs = begin.length;
  const taken = range(specs).filter((k) => !bit(fresh, k) && !bit(ellipsis, k)).length;
  for (let k = 0; k < specs; k++) {
    if (bit(ellipsis, k)) {
      const skipped = shape.length - taken;
      for (let s = 0; s < skipped; s++) result.push('keep');
      axis += skipped;
    } else if (bit(fresh, k)) result.push('new');
    else {
      const step = strides[k]!;
      const dropped = bit(shrink, k);
      const far = 2 ** 31;
      starts.push(!dropped && bit(beginMask, k) ? (step > 0 ? 0 : far) : begin[k]!);
      ends.push(
        dropped
          ? begin[k] === -1
            ? far
            : begin[k]! + 1
          : bit(endMask, k)
            ? step > 0
              ? far
              : -far
            : end[k]!,
      );
      steps.push(dropped ? 1 : step);
      axes.push(axis++);
      result.push(dropped ? 'drop' : 'keep');
    }
  }
  while (axis++ < shape.length) result.push('keep');
  const [cut] = onnx('Slice', [value, integers(starts), integers(ends), integers(axes), integers(steps)]);
  const lengths = [...call.shapeOf(cut!)];
  const to = result.flatMap((kind) => {
    if (kind === 'new') return [1];
    const length = lengths.shift()!;
    return kind === 'drop' ? [] : [length];
  });
  return call.reshape(cut!, to);
}

/** `[batch, …]` cut into blocks that become entries of the batch, or back: what dilated convolutions were written as. */
function spaceToBatch(call: Call, onnx: Onnx, back: boolean): Value {
  const value = call.value(0);
  const block = call.integers(1, 'block shape');
  const edges = call.integers(2, 'paddings');
  const M = block.length;
  if (!back) {
    const rank = call.shapeOf(value).length;
    const pads = (side: 0 | 1): number[] =>
      range(rank).map((axis) => (axis >= 1 && axis <= M ? edges[2 * (axis - 1) + side]! : 0));
    const [padded] = onnx('Pad', [value, integers([...pads(0), ...pads(1)])]);
    const shape = call.shapeOf(padded!);
    const parted = call.reshape(padded!, [
      shape[0]!,
      ...block.flatMap((b, d) => [shape[d + 1]! / b, b]),
      ...shape.slice(M + 1),
    ]);
    const permutation = [
      ...range(M).map((d) => 2 * d + 2),
      0,
      ...range(M).map((d) => 2 * d + 1),
      ...range(shape.length - M - 1).map((k) => 2 * M + 1 + k),
    ];
    const [turned] = onnx('Transpose', [parted], onnxAttributes({ perm: permutation }));
    return call.reshape(turned!, [
      shape[0]! * sizeOf(block),
      ...block.map((b, d) => shape[d + 1]! / b),
      ...shape.slice(M + 1),
    ]);
  }
  const shape = call.shapeOf(value);
  const batch = shape[0]! / sizeOf(block);
  const parted = call.reshape(value, [...block, batch, ...shape.slice(1)]);
  const permutation = [
    M,
    ...range(M).flatMap((d) => [M + 1 + d, d]),
    ...range(shape.length - M - 1).map((k) => 2 * M + 1 + k),
  ];
  const [turned] = onnx('Transpose', [parted], onnxAttributes({ perm: permutation }));
  const whole = call.reshape(turned!, [
    batch,
    ...block.map((b, d) => shape[d + 1]! * b),
    ...shape.slice(M + 1),
  ]);
  const starts = range(M).map((d) => edges[2 * d]!);
  const ends = range(M).map((d) => shape[d + 1]! * block[d]! - edges[2 * d + 1]!);
  return onnx('Slice', [whole, integers(starts), integers(ends), integers(range(M).map((d) => d + 1))])[0]!;
}

/** Paddings `[[before, after], …]` in ONNX's order: all before, all after. */
function sides(call: Call): number[] {
  const flat = call.integers(1, 'paddings');
  return [...flat.filter((_, k) => k % 2 === 0), ...flat.filter((_, k) => k % 2 === 1)];
}

/** The same numbers in other shapes, orders and multiples. */
export const moveRules: Readonly<Record<string, Rule>> = {
  DepthToSpace: (call, node, onnx) => depthMoved(call, node, onnx, 'DepthToSpace'),
  SpaceToDepth: (call, node, onnx) => depthMoved(call, node, onnx, 'SpaceToDepth'),
  Reshape: same('Reshape'),
  Transpose: (call, _, onnx) =>
    onnx('Transpose', [call.value(0)], onnxAttributes({ perm: call.integers(1, 'permutation') })),
  ExpandDims: (call, _, onnx) => onnx('Unsqueeze', [call.value(0), integers(call.integers(1, 'axis'))]),
  Squeeze: (call, node, onnx) => {
    const axes = integersOf(node, 'squeeze_dims');
    return onnx('Squeeze', axes.length > 0 ? [call.value(0), integers(axes)] : [call.value(0)]);
  },
  ConcatV2: (call, _, onnx) => {
    const axis = call.integers(call.inputs.length - 1, 'axis')[0]!;
    return onnx('Concat', call.inputs.slice(0, -1), onnxAttributes({ axis }));
  },
  Pack: (call, node, onnx) => {
    const axis = numberOf(node, 'axis', 0);
    const parts = call.inputs.map((value) => onnx('Unsqueeze', [value, integers([axis])])[0]);
    return onnx('Concat', parts, onnxAttributes({ axis }));
  },
  Unpack: (call, node, onnx) => {
    const axis = numberOf(node, 'axis', 0);
    const count = call.shape(0).at(axis)!;
    const parts = onnx('Split', [call.value(0)], onnxAttributes({ axis, num_outputs: count }), count);
    return parts.map((part) => onnx('Squeeze', [part, integers([axis])])[0]);
  },
  Split: (call, node, onnx) => {
    const count = numberOf(node, 'num_split', 1);
    const axis = call.integers(0, 'axis')[0]!;
    return onnx('Split', [call.value(1)], onnxAttributes({ axis, num_outputs: count }), count);
  },
  ReverseV2: (call, _, onnx) => {
    const axes = call.integers(1, 'axes');
    const all = (value: number) => integers(axes.map(() => value));
    return onnx('Slice', [call.value(0), all(-1), all(-(2 ** 31)), integers(axes), all(-1)]);
  },
  SplitV: (call, _, onnx) => {
    const sizes = call.integers(1, 'sizes');
    const axis = call.integers(2, 'axis')[0]!;
    const open = sizes.indexOf(-1);
    const shape = call.shape(0);
    if (open >= 0) sizes[open] = shape.at(axis)! - sizes.reduce((sum, size) => sum + size, 1);
    return onnx('Split', [call.value(0), integers(sizes)], onnxAttributes({ axis }), sizes.length);
  },
  Slice: (call, _, onnx) => {
    const [starts, sizes] = [call.integers(1, 'begin'), call.integers(2, 'size')];
    const shape = call.shape(0);
    const ends = starts.map((start, k) => (sizes[k] === -1 ? shape[k]! : start + sizes[k]!));
    return onnx('Slice', [call.value(0), integers(starts), integers(ends)]);
  },
  StridedSlice: stridedSlice,
  GatherV2: (call, _, onnx) =>
    onnx('Gather', [call.value(0), call.value(1)], onnxAttributes({ axis: call.integers(2, 'axis')[0]! })),
  GatherNd: same('GatherND'),
  Pad: (call, _, onnx) => onnx('Pad', [call.value(0), integers(sides(call))]),
  PadV2: (call, _, onnx) => onnx('Pad', [call.value(0), integers(sides(call)), call.value(2)]),
  MirrorPad: (call, node, onnx) => {
    if (textOf(node, 'mode') !== 'REFLECT')
      throw call.error(`mode ${textOf(node, 'mode')} cannot be read; nearest is REFLECT`);
    return onnx('Pad', [call.value(0), integers(sides(call))], onnxAttributes({ mode: 'reflect' }));
  },
  Tile: same('Tile'),
  BroadcastTo: same('Expand'),
  Fill: (call) => {
    const shape = call.integers(0, 'shape');
    const value = call.constant(1, 'value');
    return { shape, data: new Float64Array(sizeOf(shape)).fill(value.data[0]!), kind: value.kind };
  },
  SpaceToBatchND: (call, _, onnx) => spaceToBatch(call, onnx, false),
  BatchToSpaceND: (call, _, onnx) => spaceToBatch(call, onnx, true),
};

import { sizeOf } from '../../build.js';
import { affinely } from '../../lower/arithmetic.js';
import { permuted } from '../../lower/convolution.js';
import { range } from '../../lower/place.js';
import { matmul } from '../../lower/product.js';
import { combined, gathered, type Tap, weighted } from '../../lower/sample.js';
import { type Call, computed, type Operator } from './call.js';
import { windowsOf } from './convolutions.js';

/** A coordinate mirrored at the ends until it lies between them. */
function mirrored(x: number, low: number, high: number): number {
  const span = high - low;
  if (!(span > 0) || (x >= low && x <= high)) return x;
  const beyond = x < low ? low - x : x - high;
  const turns = Math.floor(beyond / span);
  const rest = beyond - turns * span;
  return (turns % 2 === 0) === x < low ? low + rest : high - rest;
}

/** Keys's cubic convolution at the distances −1 − r, −r, 1 − r, 2 − r. */
const cubic = (r: number, a = -0.75): number[] =>
  [r + 1, r, 1 - r, 2 - r].map((d) =>
    d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : a * (((d - 5) * d + 8) * d - 4),
  );

/** Half to even. */
const rounded = (x: number): number => {
  const low = Math.floor(x);
  return x - low === 0.5 ? low + (low % 2 === 0 ? 0 : 1) : Math.round(x);
};

/** `X`, `[batch, channels, …space]`, at the places of a constant grid, `[batch, …out, dims]`, from −1 to 1. */
function gridSample(call: Call): number {
  const u = call.node(0);
  const shape = call.build.shape(u);
  const [batch, channels, ...space] = shape as [number, number, ...number[]];
  const grid = call.constant(1, 'grid');
  const dims = space.length;
  const out = grid.shape.slice(1, -1);
  const mode = call.text('mode', 'linear').replace(/^bi/, '');
  const padding = call.text('padding_mode', 'zeros');
  const corners = call.int('align_corners', 0) === 1;
  if (!['linear', 'nearest', 'cubic'].includes(mode)) throw call.error(`mode ${mode} cannot be read`);
  if (!['zeros', 'border', 'reflection'].includes(padding))
    throw call.error(`padding_mode ${padding} cannot be read`);
  const tapsOf = (given: number, length: number): Tap[] => {
    const [low, high] = corners ? [0, length - 1] : [-0.5, length - 0.5];
    const scaled = corners ? ((given + 1) / 2) * (length - 1) : ((given + 1) * length - 1) / 2;
    let x = Math.fround(scaled);
    if (mode === 'nearest') x = rounded(x);
    if (x < low || x > high) {
      if (padding === 'border') x = Math.min(Math.max(x, 0), length - 1);
      if (padding === 'reflection') x = mirrored(x, low, high);
    }
    const base = mode === 'nearest' ? Math.trunc(x) : Math.floor(x);
    const weights =
      mode === 'nearest' ? [1] : mode === 'linear' ? [1 - (x - base), x - base] : cubic(x - base);
    return weights.map((weight, k) => {
      const at = base + k - (mode === 'cubic' ? 1 : 0);
      if (at >= 0 && at < length) return { at, weight };
      if (padding === 'zeros') return { at: -1, weight };
      if (padding === 'border') return { at: Math.min(Math.max(at, 0), length - 1), weight };
      return { at: Math.trunc(mirrored(at, low, high)), weight };
    });
  };
  const terms = { linear: 2, nearest: 1, cubic: 4 }[mode]! ** dims;
  const [places, size] = [sizeOf(out), sizeOf(space)];
  call.build.allow(call.layer, [batch, channels, places, terms]);
  const index = new Int32Array(batch * channels * places * terms);
  const weight = new Float64Array(index.length);
  for (let n = 0; n < batch; n++)
    for (let p = 0; p < places; p++) {
      // The last coordinate of a place is that of the first axis of space.
      const at = (n * places + p) * dims;
      const taps = combined(
        space.map((length, d) => tapsOf(grid.data[at + dims - 1 - d]!, length)),
        space,
      );
      for (let c = 0; c < channels; c++)
        taps.forEach((tap, t) => {
          const k = ((n * channels + c) * places + p) * terms + t;
          index[k] = tap.at < 0 ? -1 : (n * channels + c) * size + tap.at;
          weight[k] = tap.weight;
        });
    }
  return weighted(call, u, index, [batch, channels, ...out], weight);
}

/** Taps of a linear interpolation at `x`, nothing beyond the ends. */
function linear(x: number, length: number): Tap[] {
  const base = Math.floor(x);
  return [
    [base, 1 - (x - base)],
    [base + 1, x - base],
  ].map(([at, weight]) => ({ at: at! >= 0 && at! < length ? at! : -1, weight: weight! }));
}

/** A convolution whose window takes each entry from a place of its own, and how much of it (Zhu et al. 2019). */
function deformed(call: Call): number {
  const { build, layer } = call;
  const u = call.node(0);
  const shape = build.shape(u);
  const [batch, channels, ...space] = shape as [number, number, number, number];
  const W = call.trainedAt(1, 'weight');
  const offset = call.constant(2, 'offset');
  const mask = call.optional(4, 'mask');
  const [groups, offsets] = [call.int('group', 1), call.int('offset_group', 1)];
  const windows = windowsOf(call, shape, call.ints('kernel_shape') ?? W.shape.slice(2));
  if (space.length !== 2) throw call.error(`has ${space.length} axes of space; 2 can be read`);
  const [rows, columns] = windows as [(typeof windows)[0], (typeof windows)[0]];
  const out = offset.shape.slice(2) as [number, number];
  const [taken, places] = [rows.length * columns.length, out[0] * out[1]];
  build.allow(layer, [batch, places, channels, taken, 4]);
  const index = new Int32Array(batch * places * channels * taken * 4);
  const weight = new Float64Array(index.length);
  for (let k = 0; k < index.length / 4; k++) {
    const [w, c] = [k % taken, Math.floor(k / taken) % channels];
    const p = Math.floor(k / (taken * channels)) % places;
    const n = Math.floor(k / (taken * channels * places));
    const g = Math.floor((c * offsets) / channels);
    const [i, j] = [Math.floor(p / out[1]), p % out[1]];
    const [a, b] = [Math.floor(w / columns.length), w % columns.length];
    const shift = (d: number): number => offset.data[(((n * offsets + g) * taken + w) * 2 + d) * places + p]!;
    const taps = combined(
      [
        linear(i * rows.stride + a * rows.dilation - rows.before + shift(0), space[0]),
        linear(j * columns.stride + b * columns.dilation - columns.before + shift(1), space[1]),
      ],
      space,
    );
    const factor = mask ? mask.data[((n * offsets + g) * taken + w) * places + p]! : 1;
    taps.forEach((tap, t) => {
      index[4 * k + t] = tap.at < 0 ? -1 : (n * channels + c) * space[0] * space[1] + tap.at;
      weight[4 * k + t] = factor * tap.weight;
    });
  }
  const own = channels / groups;
  const outs = W.shape[0]! / groups;
  const patches = weighted(call, u, index, [batch, places, groups, own * taken], weight);
  // [batch, groups, places, …] times one matrix for each group.
  const stacked = build.gather(
    layer,
    patches,
    Int32Array.from({ length: sizeOf(build.shape(patches)) }, (_, k) => {
      const e = k % (own * taken);
      const p = Math.floor(k / (own * taken)) % places;
      const g = Math.floor(k / (own * taken * places)) % groups;
      const n = Math.floor(k / (own * taken * places * groups));
      return ((n * places + p) * groups + g) * own * taken + e;
    }),
    [batch, groups, places, own * taken],
  );
  const kernel = permuted({ shape: [groups, outs, own * taken], data: W.data }, [0, 2, 1]);
  const v = matmul(call, { node: stacked }, { tensor: kernel });
  const turned = build.gather(
    layer,
    v,
    Int32Array.from({ length: sizeOf(build.shape(v)) }, (_, k) => {
      const [p, o] = [k % places, Math.floor(k / places) % outs];
      return (Math.floor(k / (places * outs)) * places + p) * outs + o;
    }),
    [batch, groups * outs, ...out],
  );
  const bias = call.optionalTensor(3, 'bias');
  return bias ? affinely(call, turned, undefined, { ...bias, shape: [groups * outs, 1, 1] }) : turned;
}

/** Windows, `[batch, channels · window, places]`, added up to the image from which they could have been taken. */
function fromColumns(call: Call): number {
  const u = call.node(0);
  const [image, block] = [call.integers(1, 'image shape'), call.integers(2, 'block shape')];
  const [batch, all, places] = call.build.shape(u) as [number, number, number];
  const taken = sizeOf(block);
  const channels = all / taken;
  const windows = windowsOf(call, [batch, channels, ...image], block);
  const counts = windows.map(
    (w, d) => Math.floor((image[d]! + w.before + w.after - (w.length - 1) * w.dilation - 1) / w.stride) + 1,
  );
  if (sizeOf(counts) !== places || !Number.isInteger(channels))
    throw call.error(`has ${all} entries at ${places} places for windows [${block}] on [${image}]`);
  const size = sizeOf(image);
  call.build.allow(call.layer, [batch, channels, size, taken]);
  const at = Int32Array.from({ length: batch * all * places }, (_, k) => {
    let [place, entry] = [k % places, Math.floor(k / places) % taken];
    let [where, stride] = [0, 1];
    for (let d = image.length - 1; d >= 0; d--) {
      const w = windows[d]!;
      const x = (place % counts[d]!) * w.stride + (entry % w.length) * w.dilation - w.before;
      if (x < 0 || x >= image[d]!) return -1;
      where += x * stride;
      stride *= image[d]!;
      place = Math.floor(place / counts[d]!);
      entry = Math.floor(entry / w.length);
    }
    return Math.floor(k / (places * taken)) * size + where;
  });
  return weighted(call, u, gathered(at, batch * channels * size), [batch, channels, ...image]);
}

/** The places that affine maps, `[batch, dims, dims + 1]`, make of a regular grid from −1 to 1. */
function affineGrid(call: Call): number {
  const { build, layer } = call;
  const [batch, , ...space] = call.integers(1, 'size') as [number, number, ...number[]];
  const corners = call.int('align_corners', 0) === 1;
  const places = sizeOf(space);
  const dims = space.length;
  build.allow(layer, [batch, places, dims + 1]);
  const data = Float64Array.from({ length: (dims + 1) * places }, (_, k) => {
    const [row, p] = [Math.floor(k / places), k % places];
    if (row === dims) return 1;
    // The first row holds the coordinate of the last axis.
    const axis = dims - 1 - row;
    const length = space[axis]!;
    const x = Math.floor(p / sizeOf(space.slice(axis + 1))) % length;
    return corners ? (length > 1 ? (2 * x) / (length - 1) - 1 : -1) : (2 * x + 1) / length - 1;
  });
  const v = build.affine(layer, call.node(0), { shape: [dims + 1, places], data });
  const index = Int32Array.from({ length: batch * places * dims }, (_, k) => {
    const [d, p] = [k % dims, Math.floor(k / dims) % places];
    return (Math.floor(k / (dims * places)) * dims + d) * places + p;
  });
  return build.gather(layer, v, index, [batch, ...space, dims]);
}

/** Means over a grid of samples in each bin of constant regions of interest (He et al. 2017). */
function regions(call: Call): number {
  const u = call.node(0);
  const [, channels, height, width] = call.build.shape(u) as [number, number, number, number];
  const [rois, batches] = [call.constant(1, 'regions'), call.integers(2, 'batch indices')];
  const [rows, columns] = [call.int('output_height', 1), call.int('output_width', 1)];
  const scale = call.float('spatial_scale', 1);
  const ratio = call.int('sampling_ratio', 0);
  const half = call.text(
    'coordinate_transformation_mode',
    call.opset < 16 ? 'output_half_pixel' : 'half_pixel',
  );
  if (call.text('mode', 'avg') !== 'avg') throw call.error('mode max cannot be read; nearest is avg');
  const lists: Tap[][] = [];
  for (const [r, batch] of batches.entries()) {
    const [x1, y1, x2, y2] = Array.from(
      rois.data.subarray(4 * r, 4 * r + 4),
      (own) => own * scale - (half === 'half_pixel' ? 0.5 : 0),
    ) as [number, number, number, number];
    const span = (from: number, to: number): number =>
      half === 'half_pixel' ? to - from : Math.max(to - from, 1);
    const [high, wide] = [span(y1, y2) / rows, span(x1, x2) / columns];
    const [a, b] = ratio > 0 ? [ratio, ratio] : [Math.ceil(high), Math.ceil(wide)];
    const places = (from: number, bin: number, size: number, count: number): number[] =>
      range(count).map((k) => from + bin * size + ((k + 0.5) * size) / count);
    const taps = (x: number, length: number): Tap[] => {
      if (x < -1 || x > length) return [];
      const held = Math.min(Math.max(x, 0), length - 1);
      const low = Math.floor(held);
      return [
        { at: low, weight: 1 - (held - low) },
        { at: Math.min(low + 1, length - 1), weight: held - low },
      ];
    };
    for (let c = 0; c < channels; c++)
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++)
          lists.push(
            places(y1, i, high, a).flatMap((y) =>
              places(x1, j, wide, b).flatMap((x) =>
                combined([taps(y, height), taps(x, width)], [height, width]).map(({ at, weight }) => ({
                  at: (batch * channels + c) * height * width + at,
                  weight: weight / Math.max(1, a * b),
                })),
              ),
            ),
          );
  }
  const terms = Math.max(1, ...lists.map(({ length }) => length));
  call.build.allow(call.layer, [lists.length, terms]);
  const index = new Int32Array(lists.length * terms).fill(-1);
  const weight = new Float64Array(index.length);
  lists.forEach((own, k) => {
    own.forEach((tap, t) => {
      index[k * terms + t] = tap.at;
      weight[k * terms + t] = tap.weight;
    });
  });
  return weighted(call, u, index, [batches.length, channels, rows, columns], weight);
}

/** What takes numbers from constant places between those that are there. */
export const sampling: Readonly<Record<string, Operator>> = {
  GridSample: (call) => computed(gridSample(call)),
  AffineGrid: (call) => computed(affineGrid(call)),
  DeformConv: (call) => computed(deformed(call)),
  Col2Im: (call) => computed(fromColumns(call)),
  RoiAlign: (call) => computed(regions(call)),
};

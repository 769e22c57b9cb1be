import { sizeOf } from '../../build.js';
import { affinely } from '../../lower/arithmetic.js';
import { indexOf } from '../../lower/move.js';
import { range } from '../../lower/place.js';
import { cubicKernel, kernelWeights, linearKernel, resampled } from '../../lower/resize.js';
import { type Call, computed, type Operator } from './call.js';
import type { Value } from './value.js';

/** Where entry `x` of the result lies in the source. */
type Coordinate = (x: number, length: number, result: number, scale: number, axis: number) => number;

const coordinates: Readonly<Record<string, Coordinate>> = {
  half_pixel: (x, _, __, scale) => (x + 0.5) / scale - 0.5,
  pytorch_half_pixel: (x, _, result, scale) => (result > 1 ? (x + 0.5) / scale - 0.5 : 0),
  align_corners: (x, length, _, scale) =>
    length * scale === 1 ? 0 : (x * (length - 1)) / (length * scale - 1),
  asymmetric: (x, _, __, scale) => x / scale,
  /** Opset 11 alone; tf2onnx writes it. */
  tf_half_pixel_for_nn: (x, _, __, scale) => (x + 0.5) / scale,
  half_pixel_symmetric: (x, length, result, scale) => {
    const adjustment = result / (scale * length);
    return (length / 2) * (1 - adjustment) + (x + 0.5) / scale - 0.5;
  },
};

const roundings: Readonly<Record<string, (x: number) => number>> = {
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

/** How a resize takes numbers from their places. */
interface Resizing {
  readonly mode: string;
  readonly sizes: readonly number[];
  readonly scales: readonly number[];
  readonly coordinate: Coordinate;
  readonly rounding: (x: number) => number;
  readonly antialias?: boolean;
  readonly onlyInside?: boolean;
  /** Of what lies beyond the ends, where that is a number of its own. */
  readonly beyond?: number | undefined;
}

function resize(call: Call, r: Resizing): Value {
  const { mode, sizes, scales, coordinate, rounding, antialias = false, onlyInside = false } = r;
  const value = call.value(0);
  const from = call.shapeOf(value);
  call.build.allow(call.layer, sizes);
  const places = from.map((length, axis) =>
    range(sizes[axis]!).map((x) => coordinate(x, length, sizes[axis]!, scales[axis]!, axis)),
  );
  const outside = from.map((length, axis) =>
    places[axis]!.map((x) => r.beyond !== undefined && (x < 0 || x > length - 1)),
  );
  const filled = (node: number): number => {
    if (!r.beyond || !outside.some((own) => own.includes(true))) return node;
    const data = Float64Array.from({ length: sizeOf(sizes) }, (_, k) => {
      let rest = k;
      for (let axis = sizes.length - 1; axis >= 0; axis--) {
        if (outside[axis]![rest % sizes[axis]!]) return r.beyond!;
        rest = Math.floor(rest / sizes[axis]!);
      }
      return 0;
    });
    return affinely(call, node, undefined, { shape: sizes, data });
  };
  if (mode === 'nearest') {
    const at = from.map((length, axis) =>
      places[axis]!.map((x, k) => (outside[axis]![k] ? -1 : Math.min(Math.max(rounding(x), 0), length - 1))),
    );
    const index = indexOf(
      from,
      sizes,
      at.map((own, axis) => ({ of: [axis], at: own })),
    );
    const moved = call.move(value, index, sizes);
    return r.beyond ? computed(filled(call.asNode(moved))) : moved;
  }
  const a = call.given('cubic_coeff_a') ? call.float('cubic_coeff_a') : -0.75;
  const kernel = mode === 'linear' ? linearKernel : cubicKernel(a);
  let node = call.asNode(value);
  from.forEach((length, axis) => {
    if (length === sizes[axis] && places[axis]!.every((x, k) => x === k)) return;
    const narrow = antialias ? Math.min(1, scales[axis]!) : 1;
    const weight = kernelWeights(length, places[axis]!, kernel, narrow, onlyInside);
    outside[axis]!.forEach((own, k) => {
      if (own) for (let i = 0; i < length; i++) weight[i * sizes[axis]! + k] = 0;
    });
    node = resampled(call, node, axis, weight);
  });
  return computed(filled(node));
}

/** `⌊length · scale⌋` in single precision, as exporters and runtimes reckon: 3 times the f32 nearest to 7/3 is 7. */
const scaled = (length: number, scale: number): number => Math.floor(Math.fround(length * scale));

export const resizing: Readonly<Record<string, Operator>> = {
  Resize: (call) => {
    const value = call.value(0);
    const from = call.shapeOf(value);
    const mode = call.text('mode', 'nearest');
    if (!['nearest', 'linear', 'cubic'].includes(mode)) throw call.error(`mode ${mode} cannot be read`);
    call.ignore('cubic_coeff_a', 'nearest_mode');
    const old = call.opset < 11;
    const given = (k: number): number[] | undefined => {
      const constant = call.optional(k, k === 3 ? 'sizes' : 'scales');
      return constant && constant.data.length > 0 ? [...constant.data] : undefined;
    };
    const axes = call.ints('axes')?.map((axis) => call.axis(axis, from.length)) ?? range(from.length);
    const spread = (list: readonly number[], otherwise: readonly number[]): number[] => {
      const all = [...otherwise];
      axes.forEach((axis, k) => {
        all[axis] = list[k]!;
      });
      return all;
    };
    const ones = from.map(() => 1);
    const listed = given(old ? 1 : 2);
    const sizes = old ? undefined : given(3);
    if (!listed && !sizes) throw call.error('needs constant scales or sizes');
    let scales: number[];
    let to: number[];
    const policy = call.text('keep_aspect_ratio_policy', 'stretch');
    if (sizes && policy !== 'stretch') {
      const ratios = axes.map((axis, k) => sizes[k]! / from[axis]!);
      const one = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
      scales = spread(
        axes.map(() => one),
        ones,
      );
      to = from.map((length, axis) => (axes.includes(axis) ? Math.floor(one * length + 0.5) : length));
    } else if (sizes) {
      to = spread(sizes, from);
      scales = to.map((length, axis) => length / from[axis]!);
    } else {
      scales = spread(listed!, ones);
      to = from.map((length, axis) => scaled(length, scales[axis]!));
    }
    const name = call.text('coordinate_transformation_mode', old ? 'asymmetric' : 'half_pixel');
    const rule = call.text('nearest_mode', old ? 'floor' : 'round_prefer_floor');
    const crop = name === 'tf_crop_and_resize';
    const roi = crop ? [...call.constant(1, 'region').data] : [];
    const starts = spread(
      roi.slice(0, axes.length),
      from.map(() => 0),
    );
    const ends = spread(roi.slice(axes.length), ones);
    const cropped: Coordinate = (x, length, _, scale, axis) => {
      const [start, span] = [starts[axis]! * (length - 1), (ends[axis]! - starts[axis]!) * (length - 1)];
      return start + (length * scale === 1 ? span / 2 : (x * span) / (length * scale - 1));
    };
    const coordinate = crop ? cropped : Object.hasOwn(coordinates, name) ? coordinates[name] : undefined;
    const rounding = Object.hasOwn(roundings, rule) ? roundings[rule] : undefined;
    if (!coordinate || !rounding)
      throw call.error(`${coordinate ? rule : name} cannot be read; nearest is half_pixel`);
    const beyond = call.float('extrapolation_value', 0);
    return resize(call, {
      mode,
      sizes: to,
      scales,
      coordinate,
      rounding,
      antialias: call.int('antialias', 0) === 1,
      onlyInside: call.int('exclude_outside', 0) === 1,
      beyond: crop ? beyond : undefined,
    });
  },
  Upsample: (call) => {
    const from = call.shape(0);
    const scales = call.has(1) ? [...call.constant(1, 'scales').data] : (call.floats('scales') ?? []);
    const mode = call.text('mode', 'nearest');
    const to = from.map((length, axis) => scaled(length, scales[axis]!));
    const { asymmetric } = coordinates;
    return resize(call, {
      mode: mode === 'bilinear' ? 'linear' : mode,
      sizes: to,
      scales,
      coordinate: asymmetric!,
      rounding: Math.floor,
    });
  },
};

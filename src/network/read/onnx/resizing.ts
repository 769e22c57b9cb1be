import { indexOf } from '../../lower/move.js';
import { range } from '../../lower/place.js';
import { cubicWeights, linearWeights, resampled } from '../../lower/resize.js';
import { type Call, computed, type Operator } from './call.js';
import type { Value } from './value.js';

/** Where entry `x` of the result lies in the source. */
type Coordinate = (x: number, length: number, result: number, scale: number) => number;

const coordinates: Readonly<Record<string, Coordinate>> = {
  half_pixel: (x, _, __, scale) => (x + 0.5) / scale - 0.5,
  pytorch_half_pixel: (x, _, result, scale) => (result > 1 ? (x + 0.5) / scale - 0.5 : 0),
  align_corners: (x, length, _, scale) =>
    length * scale === 1 ? 0 : (x * (length - 1)) / (length * scale - 1),
  asymmetric: (x, _, __, scale) => x / scale,
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

function resize(
  call: Call,
  mode: string,
  sizes: readonly number[],
  scales: readonly number[],
  coordinate: Coordinate,
  rounding: (x: number) => number,
): Value {
  const value = call.value(0);
  const from = call.shapeOf(value);
  call.build.allow(call.layer, sizes);
  const places = from.map((length, axis) =>
    range(sizes[axis]!).map((x) => coordinate(x, length, sizes[axis]!, scales[axis]!)),
  );
  if (mode === 'nearest') {
    const at = from.map((length, axis) =>
      places[axis]!.map((x) => Math.min(Math.max(rounding(x), 0), length - 1)),
    );
    const index = indexOf(
      from,
      sizes,
      at.map((own, axis) => ({ of: [axis], at: own })),
    );
    return call.move(value, index, sizes);
  }
  const a = call.given('cubic_coeff_a') ? call.float('cubic_coeff_a') : -0.75;
  let node = call.asNode(value);
  from.forEach((length, axis) => {
    if (length === sizes[axis] && places[axis]!.every((x, k) => x === k)) return;
    const weight =
      mode === 'linear' ? linearWeights(length, places[axis]!) : cubicWeights(length, places[axis]!, a);
    node = resampled(call, node, axis, weight);
  });
  return computed(node);
}

export const resizing: Readonly<Record<string, Operator>> = {
  Resize: (call) => {
    const value = call.value(0);
    const from = call.shapeOf(value);
    const mode = call.text('mode', 'nearest');
    if (!['nearest', 'linear', 'cubic'].includes(mode)) throw call.error(`mode ${mode} cannot be read`);
    call.only('antialias', 0, 'antialiasing cannot be read');
    call.only('exclude_outside', 0, 'leaving out what is outside cannot be read');
    if (call.text('keep_aspect_ratio_policy', 'stretch') !== 'stretch')
      throw call.error('keep_aspect_ratio_policy cannot be read');
    call.ignore('extrapolation_value', 'cubic_coeff_a', 'nearest_mode');
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
    const scales = given(old ? 1 : 2);
    const sizes = old ? undefined : given(3);
    if (!scales && !sizes) throw call.error('needs constant scales or sizes');
    const to = sizes
      ? spread(sizes, from)
      : from.map((length, axis) =>
          Math.floor(
            length *
              spread(
                scales!,
                from.map(() => 1),
              )[axis]! +
              1e-9,
          ),
        );
    const factors = scales
      ? spread(
          scales,
          from.map(() => 1),
        )
      : to.map((length, axis) => length / from[axis]!);
    const name = call.text('coordinate_transformation_mode', old ? 'asymmetric' : 'half_pixel');
    const rule = call.text('nearest_mode', old ? 'floor' : 'round_prefer_floor');
    const coordinate = Object.hasOwn(coordinates, name) ? coordinates[name] : undefined;
    const rounding = Object.hasOwn(roundings, rule) ? roundings[rule] : undefined;
    if (!coordinate || !rounding)
      throw call.error(`${coordinate ? rule : name} cannot be read; nearest is half_pixel`);
    return resize(call, mode, to, factors, coordinate, rounding);
  },
  Upsample: (call) => {
    const from = call.shape(0);
    const scales = call.has(1) ? [...call.constant(1, 'scales').data] : (call.floats('scales') ?? []);
    const mode = call.text('mode', 'nearest');
    const to = from.map((length, axis) => Math.floor(length * scales[axis]! + 1e-9));
    const { asymmetric } = coordinates;
    return resize(call, mode === 'bilinear' ? 'linear' : mode, to, scales, asymmetric!, Math.floor);
  },
};

import { sizeOf } from '../../build.js';
import type { Tensor } from '../../graph.js';
import { toEnd, transpose } from '../../lower/move.js';
import { range } from '../../lower/place.js';
import { weighted } from '../../lower/sample.js';
import { fourier } from '../../lower/spectrum.js';
import { type Call, computed, type Operator } from './call.js';

/** The transform along one axis of `[…, 1 or 2]`. */
function dft(call: Call): number {
  const u = call.node(0);
  const { build, layer } = call;
  const shape = build.shape(u);
  const old = call.opset < 20;
  const given = old ? call.int('axis', 1) : (call.optional(2, 'axis')?.data[0] ?? -2);
  const axis = call.axis(given, shape.length);
  const complexIn = shape.at(-1) === 2;
  const [inverse, onesided] = [call.int('inverse', 0) === 1, call.int('onesided', 0) === 1];
  const taken = shape[axis]!;
  const length = call.optional(1, 'dft_length')?.data[0] ?? (inverse && onesided ? 2 * (taken - 1) : taken);
  const complexOut = !(inverse && onesided);
  build.reserve(layer, taken * (complexIn ? 2 : 1) * length * 2);
  const weight = fourier({ taken, length, inverse, onesided, complexIn, complexOut });
  const last = shape.length - 1;
  const { node } = toEnd(call, u, [axis, last]);
  const lead = build.shape(node).slice(0, -2);
  const made = weight.shape[1]! / (complexOut ? 2 : 1);
  const flat = build.reshape(layer, node, [...lead, weight.shape[0]!]);
  const turned = build.reshape(layer, build.affine(layer, flat, weight), [...lead, made, complexOut ? 2 : 1]);
  const order = [...range(last).filter((own) => own !== axis), axis, last];
  return transpose(
    call,
    turned,
    range(shape.length).map((own) => order.indexOf(own)),
  );
}

/** Transforms of windows that move along a signal `[batch, time, 1 or 2]`. */
function shortTime(call: Call): number {
  const u = call.node(0);
  const { build, layer } = call;
  const [batch, time, parts = 1] = build.shape(u) as [number, number, number];
  const step = call.constant(1, 'frame step').data[0]!;
  const window = call.optional(2, 'window');
  const length = window?.data.length ?? call.optional(3, 'frame length')?.data[0] ?? time;
  const frames = 1 + Math.floor((time - length) / step);
  if (!(frames >= 1 && step >= 1)) throw call.error(`has frames of ${length} for ${time} numbers`);
  build.allow(layer, [batch, frames, length, parts]);
  const index = Int32Array.from({ length: batch * frames * length * parts }, (_, k) => {
    const [p, l] = [k % parts, Math.floor(k / parts) % length];
    const f = Math.floor(k / (parts * length)) % frames;
    return (Math.floor(k / (parts * length * frames)) * time + f * step + l) * parts + p;
  });
  const weight = window && Float64Array.from(index, (_, k) => window.data[Math.floor(k / parts) % length]!);
  const cut = weighted(call, u, index, [batch, frames, length * parts], weight);
  const matrix: Tensor = fourier({
    taken: length,
    length,
    inverse: false,
    onesided: call.int('onesided', 1) === 1,
    complexIn: parts === 2,
    complexOut: true,
  });
  return build.reshape(layer, build.affine(layer, cut, matrix), [
    batch,
    frames,
    sizeOf(matrix.shape) / (length * parts * 2),
    2,
  ]);
}

export const spectra: Readonly<Record<string, Operator>> = {
  DFT: (call) => computed(dft(call)),
  STFT: (call) => computed(shortTime(call)),
};

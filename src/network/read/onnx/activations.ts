import type { Elementwise } from '../../graph.js';
import { add, affinely, apply, clip, line, multiply, subtract } from '../../lower/arithmetic.js';
import { expand } from '../../lower/move.js';
import { logSoftmax, softmax } from '../../lower/reduce.js';
import { type Call, computed, type Operator } from './call.js';

/** `α(eᵘ − 1)` for `u ≤ 0` and `γ u` above, scaled as SELU and CELU have it. */
const apart =
  (name: Elementwise): Operator =>
  (call) =>
    computed(apply(call, call.node(0), name));

/** `max(u, 0) − α ∘ max(−u, 0)`, α constant and broadcast. */
export function pReLU(
  call: Call,
  u: number,
  α: { shape: readonly number[]; data: Float32Array | Float64Array },
): number {
  const below = apply(call, line(call, u, -1), { name: 'relu' });
  const slope = { shape: α.shape, data: Float64Array.from(α.data, (value) => -value) };
  return add(call, apply(call, u, { name: 'relu' }), affinely(call, below, slope));
}

/** `min(max(α u + β, 0), 1)`. */
const hardSigmoid = (call: Call, u: number, α: number, β: number): number =>
  clip(call, line(call, u, α, β), 0, 1);

const gelu = (call: Call, u: number, tanh: boolean): number =>
  apply(call, u, { name: tanh ? 'geluTanh' : 'gelu' });

/** `u sigmoid(α u)`. */
const swish = (call: Call, u: number, α: number): number =>
  line(call, apply(call, line(call, u, α), { name: 'swish' }), 1 / α);

/** Below opset 13 the axes from `axis` on are one. */
function alongAxis(call: Call, of: (call: Call, u: number, axis: number) => number): number {
  const u = call.node(0);
  const shape = call.build.shape(u);
  if (call.opset >= 13) return of(call, u, call.axis(call.int('axis', -1), shape.length));
  const axis = call.axis(call.int('axis', 1), shape.length + 1);
  const lead = shape.slice(0, axis).reduce((a, b) => a * b, 1);
  const flat = call.build.reshape(call.layer, u, [lead, shape.reduce((a, b) => a * b, 1) / lead]);
  return call.build.reshape(call.layer, of(call, flat, 1), shape);
}

/** Activations by name with ONNX's parameters, as recurrent and fused operators give them. */
export function namedActivation(
  call: Call,
  name: string,
  α: number | undefined,
  β: number | undefined,
): (u: number) => number {
  const table: Readonly<Record<string, (u: number) => number>> = {
    relu: (u) => apply(call, u, { name: 'relu' }),
    tanh: (u) => apply(call, u, { name: 'tanh' }),
    sigmoid: (u) => apply(call, u, { name: 'sigmoid' }),
    affine: (u) => line(call, u, α ?? 1, β ?? 0),
    leakyrelu: (u) => apply(call, u, { name: 'leakyRelu', alpha: α ?? 0.01 }),
    thresholdedrelu: (u) => apply(call, u, { name: 'thresholdedRelu', theta: α ?? 1 }),
    scaledtanh: (u) => line(call, apply(call, line(call, u, β ?? 1), { name: 'tanh' }), α ?? 1),
    hardsigmoid: (u) => hardSigmoid(call, u, α ?? 0.2, β ?? 0.5),
    elu: (u) => apply(call, u, { name: 'elu', alpha: α ?? 1 }),
    softsign: (u) => apply(call, u, { name: 'softsign' }),
    softplus: (u) => apply(call, u, { name: 'softplus' }),
  };
  const found = Object.hasOwn(table, name.toLowerCase()) ? table[name.toLowerCase()] : undefined;
  if (!found) throw call.error(`activation ${name} cannot be read; nearest is Tanh`);
  return found;
}

export const activations: Readonly<Record<string, Operator>> = {
  Relu: apart({ name: 'relu' }),
  Tanh: apart({ name: 'tanh' }),
  Sigmoid: apart({ name: 'sigmoid' }),
  Softplus: apart({ name: 'softplus' }),
  Softsign: apart({ name: 'softsign' }),
  Mish: apart({ name: 'mish' }),
  LeakyRelu: (call) =>
    computed(apply(call, call.node(0), { name: 'leakyRelu', alpha: call.float('alpha', 0.01) })),
  ThresholdedRelu: (call) =>
    computed(apply(call, call.node(0), { name: 'thresholdedRelu', theta: call.float('alpha', 1) })),
  Elu: (call) => computed(apply(call, call.node(0), { name: 'elu', alpha: call.float('alpha', 1) })),
  Selu: (call) => {
    const [α, γ] = [call.float('alpha', 1.6732632423543772), call.float('gamma', 1.0507009873554805)];
    return computed(line(call, apply(call, call.node(0), { name: 'elu', alpha: α }), γ));
  },
  Celu: (call) => {
    const α = call.float('alpha', 1);
    return computed(line(call, apply(call, line(call, call.node(0), 1 / α), { name: 'elu', alpha: 1 }), α));
  },
  PRelu: (call) => {
    const u = call.node(0);
    const slope = call.trainedAt(1, 'slope');
    const wide = expand(call, u, call.build.shape(u));
    return computed(pReLU(call, wide, slope));
  },
  HardSigmoid: (call) =>
    computed(hardSigmoid(call, call.node(0), call.float('alpha', 0.2), call.float('beta', 0.5))),
  Shrink: (call) => {
    const u = call.node(0);
    const [λ, shift] = [call.float('lambd', 0.5), call.float('bias', 0)];
    if (!(λ >= 0) || (shift !== 0 && shift !== λ))
      throw call.error(`bias ${shift} beside lambd ${λ} cannot be read; nearest are 0 and lambd`);
    const side = (sign: 1 | -1): number =>
      shift === λ
        ? apply(call, line(call, u, sign, -λ), { name: 'relu' })
        : apply(call, line(call, u, sign), { name: 'thresholdedRelu', theta: λ });
    return computed(subtract(call, side(1), side(-1)));
  },
  HardSwish: (call) => {
    const u = call.node(0);
    return computed(multiply(call, u, hardSigmoid(call, u, 1 / 6, 0.5)));
  },
  Swish: (call) => computed(swish(call, call.node(0), call.float('alpha', 1))),
  SwiGLU: (call) => {
    const [gate, u] = [call.node(0), call.node(1)];
    return computed(multiply(call, swish(call, gate, call.float('alpha', 1)), u));
  },
  QuickGelu: (call) => computed(swish(call, call.node(0), call.float('alpha', 1.702))),
  Gelu: (call) => computed(gelu(call, call.node(0), call.text('approximate', 'none') === 'tanh')),
  FastGelu: (call) => {
    const bias = call.optionalTensor(1, 'bias');
    const u = call.node(0);
    return computed(gelu(call, bias ? affinely(call, u, undefined, bias) : u, true));
  },
  BiasGelu: (call) =>
    computed(gelu(call, affinely(call, call.node(0), undefined, call.trainedAt(1, 'bias')), false)),
  Softmax: (call) => computed(alongAxis(call, softmax)),
  LogSoftmax: (call) => computed(alongAxis(call, logSoftmax)),
};

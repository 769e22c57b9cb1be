import type { Elementwise } from '../graph.js';
import type { Activation } from './activation.js';
import { acos, asin, atan, cos, sin, tan } from './circular.js';
import { exp, exponentialUnit, selu, softplus } from './exponential.js';
import { gelu, geluTanh, mish, swish } from './gated.js';
import { acosh, asinh, atanh, cosh, sinh } from './hyperbolic.js';
import { abs, hardSigmoid, heaviside, leakyRelu, relu, relu6, thresholdedRelu } from './kinked.js';
import { erf, log, power, reciprocal, sqrt } from './powers.js';
import { sigmoid, softsign, tanh } from './saturating.js';

type Named<N> = Extract<Elementwise, { readonly name: N }>;

/** Every elementwise function by its name, from its constants; a missing one does not compile. */
const activations: { readonly [N in Elementwise['name']]: (fn: Named<N>) => Activation } = {
  tanh: () => tanh,
  sigmoid: () => sigmoid,
  softplus: () => softplus,
  softsign: () => softsign,
  exp: () => exp,
  swish: () => swish,
  mish: () => mish,
  gelu: () => gelu,
  geluTanh: () => geluTanh,
  reciprocal: () => reciprocal,
  sqrt: () => sqrt,
  log: () => log,
  erf: () => erf,
  sin: () => sin,
  cos: () => cos,
  tan: () => tan,
  asin: () => asin,
  acos: () => acos,
  atan: () => atan,
  sinh: () => sinh,
  cosh: () => cosh,
  asinh: () => asinh,
  acosh: () => acosh,
  atanh: () => atanh,
  power: ({ exponent }) => power(exponent),
  elu: ({ alpha }) => exponentialUnit(1, alpha),
  selu: () => selu,
  relu: () => relu,
  relu6: () => relu6,
  hardSigmoid: () => hardSigmoid,
  abs: () => abs,
  leakyRelu: ({ alpha }) => leakyRelu(alpha),
  step: () => heaviside,
  thresholdedRelu: ({ theta }) => thresholdedRelu(theta),
};

/** The function that `fn` names. */
export function activationOf(fn: Elementwise): Activation {
  const make = activations[fn.name] as (fn: Elementwise) => Activation;
  return make(fn);
}

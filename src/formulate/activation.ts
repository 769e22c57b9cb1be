import type { Expression } from '../model/expression.js';
import {
  abs,
  add,
  compare,
  conditional,
  divide,
  erf,
  exp,
  expm1,
  multiply,
  power,
  sigmoid,
  softplus,
  tanh,
} from '../model/functions.js';
import type { Elementwise } from '../network/graph.js';
import { selu } from './forward.js';

/** `slope·u + Σ factor·max(a·u + b, 0)`: what a kinked activation is made of. */
export interface Kinked {
  readonly slope: number;
  readonly hinges: readonly { readonly factor: number; readonly a: number; readonly b: number }[];
}

/** How an activation becomes rows: a smooth expression, hinges that need a treatment, or a jump that has none. */
export type Activation =
  | { readonly kind: 'smooth'; readonly of: (u: Expression) => Expression }
  | { readonly kind: 'kinked'; readonly hinges: Kinked }
  | { readonly kind: 'jump' };

const smooth = (of: (u: Expression) => Expression): Activation => ({ kind: 'smooth', of });
const kinked = (slope: number, ...hinges: readonly [factor: number, a: number, b: number][]): Activation => ({
  kind: 'kinked',
  hinges: { slope, hinges: hinges.map(([factor, a, b]) => ({ factor, a, b })) },
});
const exponentialUnit = (u: Expression, scale: number, alpha: number): Expression =>
  conditional(compare(u, '>', 0), multiply(scale, u), multiply(scale * alpha, expm1(u)));

/** The rule of each activation, exhaustive by type. */
export function activation(fn: Elementwise): Activation {
  switch (fn.name) {
    case 'tanh':
      return smooth(tanh);
    case 'sigmoid':
      return smooth(sigmoid);
    case 'softplus':
      return smooth(softplus);
    case 'softsign':
      return smooth((u) => divide(u, add(1, abs(u))));
    case 'exp':
      return smooth(exp);
    case 'swish':
      return smooth((u) => multiply(u, sigmoid(u)));
    case 'mish':
      return smooth((u) => multiply(u, tanh(softplus(u))));
    case 'gelu':
      return smooth((u) => multiply(0.5, u, add(1, erf(multiply(Math.SQRT1_2, u)))));
    case 'geluTanh':
      return smooth((u) => {
        const inner = multiply(Math.sqrt(2 / Math.PI), add(u, multiply(0.044715, power(u, 3))));
        return multiply(0.5, u, add(1, tanh(inner)));
      });
    case 'elu':
      return smooth((u) => exponentialUnit(u, 1, fn.alpha));
    case 'selu':
      return smooth((u) => exponentialUnit(u, selu.scale, selu.alpha));
    case 'relu':
      return kinked(0, [1, 1, 0]);
    case 'relu6':
      return kinked(0, [1, 1, 0], [-1, 1, -6]);
    case 'hardSigmoid':
      return kinked(0, [1, 0.2, 0.5], [-1, 0.2, -0.5]);
    case 'abs':
      return kinked(-1, [2, 1, 0]);
    case 'leakyRelu':
      return kinked(fn.alpha, [1 - fn.alpha, 1, 0]);
    case 'thresholdedRelu':
      return { kind: 'jump' };
  }
}

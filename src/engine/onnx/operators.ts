import type { Binary, Unary } from '../../derive/program.js';
import { erfLimit, erfRule } from '../quadrature.js';
import type { Float } from '../trained.js';
import type { Arrays } from './arrays.js';
import { elementType, type OnnxNode } from './model.js';

/** Collects the nodes of a graph; names of its own begin with `prefix`. */
export class Nodes {
  readonly list: OnnxNode[] = [];
  #count = 0;

  constructor(
    readonly arrays: Arrays,
    private readonly prefix: string,
  ) {}

  /** Adds a node with one output and returns that. */
  add(
    op: string,
    inputs: readonly string[],
    output = this.fresh(),
    attributes: OnnxNode['attributes'] = {},
  ): string {
    this.list.push({ op, inputs, outputs: [output], attributes });
    return output;
  }
  fresh(): string {
    return `${this.prefix}v${this.#count++}`;
  }
  scalar(value: number, float: Float): string {
    return this.arrays.numbers([value], [], float);
  }
  integers(values: readonly number[]): string {
    return this.arrays.integers(values);
  }
  cast(u: string, float: Float, name?: string): string {
    return this.add('Cast', [u], name, { to: elementType[float] });
  }
}

export const binaryOperator: { readonly [F in Binary]: string } = {
  add: 'Add',
  subtract: 'Sub',
  multiply: 'Mul',
  divide: 'Div',
  maximum: 'Max',
  minimum: 'Min',
};

type Writer = (n: Nodes, u: string, float: Float, name: string) => void;

/** Functions in operators that the CPU provider has in both precisions. */
export const unaryWriters: { readonly [F in Unary]: Writer } = {
  exp: (n, u, _, name) => n.add('Exp', [u], name),
  tanh: (n, u, _, name) => n.add('Tanh', [u], name),
  sigmoid: (n, u, _, name) => n.add('Sigmoid', [u], name),
  abs: (n, u, _, name) => n.add('Abs', [u], name),
  log: (n, u, _, name) => n.add('Log', [u], name),
  sqrt: (n, u, _, name) => n.add('Sqrt', [u], name),
  sin: (n, u, _, name) => n.add('Sin', [u], name),
  cos: (n, u, float, name) => {
    if (float === 'f32') return n.add('Cos', [u], name);
    return n.add('Sin', [n.add('Add', [u, n.scalar(Math.PI / 2, float)])], name);
  },
  atan: (n, u, float, name) => {
    if (float === 'f32') return n.add('Atan', [u], name);
    return arctangent(n, u, float, name);
  },
  step: (n, u, float, name) => n.cast(n.add('Greater', [u, n.scalar(0, float)]), float, name),
  // max(u, 0) + log(1 + e^(−|u|))
  softplus: (n, u, float, name) => {
    if (float === 'f32') return n.add('Softplus', [u], name);
    const small = n.add('Exp', [n.add('Neg', [n.add('Abs', [u])])]);
    const log = n.add('Log', [n.add('Add', [small, n.scalar(1, float)])]);
    return n.add('Add', [n.add('Max', [u, n.scalar(0, float)]), log], name);
  },
  // u Σ c exp(u² t), u held in ±6
  erf: (n, u, float, name) => {
    if (float === 'f32') return n.add('Erf', [u], name);
    const { exponents, coefficients } = erfRule();
    const count = exponents.length;
    const held = n.add('Min', [n.add('Max', [u, n.scalar(-erfLimit, float)]), n.scalar(erfLimit, float)]);
    const column = n.add('Unsqueeze', [held, n.integers([-1])]);
    const exponent = n.add('Mul', [
      n.add('Mul', [column, column]),
      n.arrays.numbers(exponents, [count], float),
    ]);
    const sum = n.add('MatMul', [
      n.add('Exp', [exponent]),
      n.arrays.numbers(coefficients, [count, 1], float),
    ]);
    return n.add('Squeeze', [n.add('Mul', [column, sum]), n.integers([-1])], name);
  },
};

/**
 * `atan u = 8 atan w`, `w = h(h(h(u)))`, `h(u) = u/(1 + √(1 + u²))` the tangent of half the angle, and its power series
 * for `|w| < tan(π/16)`.
 */
function arctangent(n: Nodes, u: string, float: Float, name: string): string {
  const one = n.scalar(1, float);
  // Beyond, the square would overflow; the angle is π/2 there.
  const most = 1e100;
  let w = n.add('Min', [n.add('Max', [u, n.scalar(-most, float)]), n.scalar(most, float)]);
  for (let k = 0; k < 3; k++) {
    const root = n.add('Sqrt', [n.add('Add', [n.add('Mul', [w, w]), one])]);
    w = n.add('Div', [w, n.add('Add', [root, one])]);
  }
  const square = n.add('Mul', [w, w]);
  let sum = n.scalar(1 / 23, float);
  for (let k = 21; k > 0; k -= 2) sum = n.add('Sub', [n.scalar(1 / k, float), n.add('Mul', [square, sum])]);
  return n.add('Mul', [n.add('Mul', [w, n.scalar(8, float)]), sum], name);
}

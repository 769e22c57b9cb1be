import type { Elementwise, Network } from '../../src/network/graph.js';

/** Error function by its Taylor series (|u| < 3) or continued fraction, to about 1e-15. */
function erf(u: number): number {
  const a = Math.abs(u);
  if (a < 3) {
    let [term, sum] = [u, u];
    for (let k = 1; Math.abs(term) > 1e-18 * Math.abs(sum); k++) {
      term *= (-u * u) / k;
      sum += term / (2 * k + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = a;
  for (let k = 60; k > 0; k--) fraction = a + k / 2 / fraction;
  return Math.sign(u) * (1 - Math.exp(-a * a) / (Math.sqrt(Math.PI) * fraction));
}

const sigmoid = (u: number): number => 1 / (1 + Math.exp(-u));
const softplus = (u: number): number => Math.max(u, 0) + Math.log1p(Math.exp(-Math.abs(u)));

function apply(fn: Elementwise, u: number): number {
  switch (fn.name) {
    case 'tanh':
      return Math.tanh(u);
    case 'sigmoid':
      return sigmoid(u);
    case 'softplus':
      return softplus(u);
    case 'softsign':
      return u / (1 + Math.abs(u));
    case 'exp':
      return Math.exp(u);
    case 'swish':
      return u * sigmoid(u);
    case 'mish':
      return u * Math.tanh(softplus(u));
    case 'gelu':
      return (u / 2) * (1 + erf(u / Math.SQRT2));
    case 'geluTanh':
      return (u / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (u + 0.044715 * u ** 3)));
    case 'reciprocal':
      return 1 / u;
    case 'sqrt':
    case 'log':
    case 'sin':
    case 'cos':
    case 'tan':
    case 'asin':
    case 'acos':
    case 'atan':
    case 'sinh':
    case 'cosh':
    case 'asinh':
    case 'acosh':
    case 'atanh':
      return Math[fn.name](u);
    case 'erf':
      return erf(u);
    case 'power':
      return u ** fn.exponent;
    case 'elu':
      return u > 0 ? u : fn.alpha * Math.expm1(u);
    case 'selu':
      return 1.0507009873554805 * (u > 0 ? u : 1.6732632423543772 * Math.expm1(u));
    case 'relu':
      return Math.max(u, 0);
    case 'relu6':
      return Math.min(Math.max(u, 0), 6);
    case 'hardSigmoid':
      return Math.min(Math.max(u / 5 + 0.5, 0), 1);
    case 'abs':
      return Math.abs(u);
    case 'leakyRelu':
      return u > 0 ? u : fn.alpha * u;
    case 'step':
      return u > 0 ? 1 : 0;
    case 'thresholdedRelu':
      return u > fn.theta ? u : 0;
  }
}

/** Evaluates a network at `x` in f64 in the plainest way; returns its outputs one after the other. */
export function forward(network: Network, x: ArrayLike<number>): number[] {
  const values: number[][] = [];
  for (const { op, inputs, shape } of network.nodes) {
    const size = shape.reduce((product, length) => product * length, 1);
    const last = shape.at(-1) ?? 1;
    const [u, w] = inputs.map((k) => values[k]!) as [number[], number[]];
    switch (op.kind) {
      case 'input':
        values.push(Array.from({ length: size }, (_, i) => x[op.offset + i]!));
        break;
      case 'affine': {
        const { weight, bias } = op;
        const [n, m] = weight.shape as [number, number];
        const out = new Float64Array(size);
        for (let row = 0; row * m < size; row++) {
          if (bias) out.set(bias.data, row * m);
          for (let i = 0; i < n; i++) {
            const value = u[row * n + i]!;
            for (let j = 0; j < m; j++) out[row * m + j]! += value * weight.data[i * m + j]!;
          }
        }
        values.push(Array.from(out));
        break;
      }
      case 'scale':
        values.push(u.map((value, i) => op.scale.data[i % last]! * value + op.shift.data[i % last]!));
        break;
      case 'elementwise':
        values.push(u.map((value) => apply(op.fn, value)));
        break;
      case 'softmax': {
        const out: number[] = [];
        for (let row = 0; row < size; row += last) {
          const part = u.slice(row, row + last);
          const top = Math.max(...part);
          const powers = part.map((value) => Math.exp(value - top));
          const sum = powers.reduce((a, b) => a + b, 0);
          out.push(...powers.map((power) => power / sum));
        }
        values.push(out);
        break;
      }
      case 'add':
        values.push(u.map((_, i) => inputs.reduce((sum, k) => sum + values[k]![i]!, 0)));
        break;
      case 'multiply':
        values.push(u.map((value, i) => value * w[i]!));
        break;
      case 'concat': {
        const outer = shape.slice(0, op.axis).reduce((product, length) => product * length, 1);
        const out: number[] = [];
        for (let row = 0; row < outer; row++) {
          for (const k of inputs) {
            const width = values[k]!.length / outer;
            out.push(...values[k]!.slice(row * width, (row + 1) * width));
          }
        }
        values.push(out);
        break;
      }
      case 'reshape':
        values.push(u);
        break;
      case 'gather':
        values.push(Array.from(op.index, (i) => (i < 0 ? 0 : u[i]!)));
        break;
      case 'contract': {
        const [stacks, m, n] = shape as [number, number, number];
        const k = u.length / (stacks * m);
        values.push(
          Array.from({ length: size }, (_, i) => {
            const [p, row, column] = [Math.floor(i / (m * n)), Math.floor(i / n) % m, i % n];
            let sum = 0;
            for (let l = 0; l < k; l++) sum += u[(p * m + row) * k + l]! * w[(p * k + l) * n + column]!;
            return sum;
          }),
        );
        break;
      }
      case 'maximum': {
        const width = u.length / size;
        values.push(Array.from({ length: size }, (_, i) => Math.max(...u.slice(i * width, (i + 1) * width))));
        break;
      }
    }
  }
  return network.outputs.flatMap((k) => values[k]!);
}

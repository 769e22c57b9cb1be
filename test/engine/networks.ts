import { NetworkBuilder } from '../../src/network/build.js';
import type { Elementwise, Network, Node, Op, Tensor } from '../../src/network/graph.js';
import { apply, multiply } from '../../src/network/lower/arithmetic.js';
import { attentionSteps } from '../../src/network/lower/attention.js';
import type { Place } from '../../src/network/lower/place.js';
import { weighted } from '../../src/network/lower/sample.js';
import { label } from '../../src/network/traits.js';

/** Uniform numbers in (−1, 1) from a fixed seed (Numerical Recipes' linear congruential generator). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (2 * (state + 0.5)) / 2 ** 32 - 1;
  };
}

export const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Adds nodes one by one; every method returns the new node's index. */
export class Graph {
  readonly nodes: Node[] = [];
  parameters = 0;
  constructor(readonly next: () => number) {}

  tensor(shape: readonly number[], scale = 1): Tensor {
    this.parameters += product(shape);
    return { shape, data: Float32Array.from({ length: product(shape) }, () => scale * this.next()) };
  }
  node(op: Op, inputs: readonly number[], shape: readonly number[]): number {
    return this.nodes.push({ layer: `${op.kind}_${this.nodes.length}`, op, inputs, shape }) - 1;
  }
  shape(k: number): readonly number[] {
    return this.nodes[k]!.shape;
  }
  input(offset: number, shape: readonly number[]): number {
    return this.node({ kind: 'input', offset }, [], shape);
  }
  affine(u: number, width: number, bias = true): number {
    const inner = this.shape(u).at(-1)!;
    const weight = this.tensor([inner, width], 2 / Math.sqrt(inner));
    const op: Op = bias
      ? { kind: 'affine', weight, bias: this.tensor([width], 0.3) }
      : { kind: 'affine', weight };
    return this.node(op, [u], [...this.shape(u).slice(0, -1), width]);
  }
  scale(u: number): number {
    const width = this.shape(u).at(-1)!;
    return this.node(
      { kind: 'scale', scale: this.tensor([width]), shift: this.tensor([width]) },
      [u],
      this.shape(u),
    );
  }
  elementwise(u: number, fn: Elementwise): number {
    return this.node({ kind: 'elementwise', fn }, [u], this.shape(u));
  }
  dense(u: number, width: number, fn: Elementwise = { name: 'tanh' }): number {
    return this.elementwise(this.affine(u, width), fn);
  }
  softmax(u: number): number {
    return this.node({ kind: 'softmax' }, [u], this.shape(u));
  }
  add(...u: number[]): number {
    return this.node({ kind: 'add' }, u, this.shape(u[0]!));
  }
  multiply(a: number, b: number): number {
    return this.node({ kind: 'multiply' }, [a, b], this.shape(a));
  }
  concat(u: readonly number[], axis = 0): number {
    const length = u.reduce((sum, k) => sum + this.shape(k)[axis]!, 0);
    return this.node({ kind: 'concat', axis }, u, this.shape(u[0]!).with(axis, length));
  }
  reshape(u: number, shape: readonly number[]): number {
    return this.node({ kind: 'reshape' }, [u], shape);
  }
  gather(u: number, index: readonly number[], shape: readonly number[] = [index.length]): number {
    return this.node({ kind: 'gather', index: Int32Array.from(index) }, [u], shape);
  }
  contract(a: number, b: number): number {
    const [stacks, m] = this.shape(a) as [number, number];
    return this.node({ kind: 'contract' }, [a, b], [stacks, m, this.shape(b)[2]!]);
  }
  maximum(u: number): number {
    return this.node({ kind: 'maximum' }, [u], [...this.shape(u).slice(0, -1), 1]);
  }
  network(name: string, inputSize: number, outputs: readonly number[]): Network {
    const outputSize = outputs.reduce((sum, k) => sum + product(this.shape(k)), 0);
    return { name, nodes: this.nodes, inputSize, outputs, outputSize, parameters: this.parameters };
  }
}

function build(
  name: string,
  inputSize: number,
  body: (g: Graph, x: number) => number | readonly number[],
): Network {
  const g = new Graph(random(name.length * 7919 + inputSize));
  const outputs = body(g, g.input(0, [inputSize]));
  return g.network(name, inputSize, typeof outputs === 'number' ? [outputs] : outputs);
}

export const smooth: readonly Elementwise[] = [
  { name: 'tanh' },
  { name: 'sigmoid' },
  { name: 'softplus' },
  { name: 'softsign' },
  { name: 'exp' },
  { name: 'swish' },
  { name: 'mish' },
  { name: 'gelu' },
  { name: 'geluTanh' },
  { name: 'elu', alpha: 1 },
  { name: 'selu' },
];
/** Functions defined on (0, 1) and perhaps elsewhere. */
export const partial: readonly Elementwise[] = [
  { name: 'reciprocal' },
  { name: 'sqrt' },
  { name: 'log' },
  { name: 'erf' },
  { name: 'sin' },
  { name: 'cos' },
  { name: 'tan' },
  { name: 'asin' },
  { name: 'acos' },
  { name: 'atan' },
  { name: 'sinh' },
  { name: 'cosh' },
  { name: 'asinh' },
  { name: 'atanh' },
  { name: 'power', exponent: 3 },
  { name: 'power', exponent: -0.5 },
  { name: 'power', exponent: 1.7 },
];
export const kinked: readonly Elementwise[] = [
  { name: 'relu' },
  { name: 'relu6' },
  { name: 'hardSigmoid' },
  { name: 'abs' },
  { name: 'leakyRelu', alpha: 0.3 },
  { name: 'thresholdedRelu', theta: 0.2 },
  { name: 'step' },
];

/** Dense layers `widths[0] → … → widths[last]`, `fn` between them and a softmax at the end if asked for. */
export function chain(
  widths: readonly number[],
  options: { fn?: Elementwise; softmax?: boolean } = {},
): Network {
  const [inputs, ...rest] = widths as [number, ...number[]];
  return build(`chain ${widths.join('-')}${options.softmax ? ' softmax' : ''}`, inputs, (g, x) => {
    const hidden = rest.slice(0, -1).reduce((u, width) => g.dense(u, width, options.fn), x);
    const out = g.affine(hidden, rest.at(-1)!);
    return options.softmax ? g.softmax(out) : out;
  });
}

/** One small network per elementwise function. */
export const elementwiseNetworks = (functions: readonly Elementwise[]): Network[] =>
  functions.map((fn) =>
    build(fn.name, 5, (g, x) => g.affine(g.dense(g.elementwise(g.scale(x), fn), 6, fn), 3)),
  );

/** One small network per function, whose arguments lie in (0, 1). */
export const partialNetworks = (functions: readonly Elementwise[]): Network[] =>
  functions.map((fn) =>
    build(`of sigmoid: ${label({ kind: 'elementwise', fn })}`, 5, (g, x) =>
      g.affine(g.elementwise(g.dense(x, 6, { name: 'sigmoid' }), fn), 3),
    ),
  );

/** Positions of 3 × 3 patches of a `side × side` picture of `channels`, stride `stride`, padded by one. */
export function patches(side: number, channels: number, stride: number): number[] {
  const index: number[] = [];
  for (let y = 0; y < side; y += stride)
    for (let x = 0; x < side; x += stride)
      for (let i = y - 1; i <= y + 1; i++)
        for (let j = x - 1; j <= x + 1; j++)
          for (let c = 0; c < channels; c++)
            index.push(i < 0 || j < 0 || i >= side || j >= side ? -1 : (i * side + j) * channels + c);
  return index;
}

/** Networks whose slopes jump. */
export const bent: readonly Network[] = [
  build('maximum of the input', 6, (g, x) => g.affine(g.reshape(g.maximum(g.reshape(x, [2, 3])), [2]), 2)),
  build('pooled', 25, (g, x) => {
    const first = g.reshape(g.dense(g.gather(x, patches(5, 1, 1), [25, 9]), 2), [50]);
    const windows = g.gather(
      first,
      patches(5, 2, 2)
        .flatMap((k) => (k < 0 ? [] : [k]))
        .slice(0, 24),
      [4, 6],
    );
    return g.affine(g.reshape(g.maximum(g.elementwise(windows, { name: 'tanh' })), [4]), 3);
  }),
];

/** A convolution whose own second derivatives are few beside the square of its inputs, and a layer. */
export const picture = (side: number): Network =>
  build(`picture ${side}`, side * side, (g, x) => {
    const first = g.dense(g.gather(x, patches(side, 1, 1), [side * side, 9]), 8);
    return g.affine(g.dense(g.reshape(first, [8 * side * side]), 3), 2);
  });

/** A network for every way ops meet each other. */
export const architectures: readonly Network[] = [
  lowered('taken from between entries', 9, (place, x) => {
    const u = apply(place, x, { name: 'tanh' });
    const next = random(17);
    const index = Int32Array.from({ length: 24 }, (_, k) => (k % 5 === 4 ? -1 : (k * 7) % 9));
    const v = weighted(place, u, index, [2, 3], Float64Array.from(index, next));
    return multiply(place, v, v);
  }),
  lowered('attention with capped scores and a blind query', 12, (place, x) => {
    const u = place.build.reshape('x', x, [2, 3, 2]);
    const mask = { shape: [3, 3], data: Float64Array.of(0, -1e9, 0.5, 0, 0, 0, 0.2, 0, -1e9) };
    const seeing = { shape: [3, 1], data: Float64Array.of(1, 0, 1) };
    const v = apply(place, u, { name: 'sigmoid' });
    return attentionSteps(place, u, v, u, { scale: 0.7, cap: 2, mask, seeing }).result;
  }),
  chain([4, 7, 6, 3]),
  chain([9, 4, 5, 3], { softmax: true }),
  chain([40, 33, 34, 35, 10], { softmax: true, fn: { name: 'sigmoid' } }),
  chain([301, 270, 262, 5]),
  build('affine only', 5, (g, x) => g.affine(g.scale(x), 3)),
  build('identity', 4, (_, x) => x),
  build('affine prefix of several ops', 8, (g, x) => {
    const z = g.affine(g.scale(g.affine(g.scale(x), 6)), 3);
    return g.affine(g.multiply(g.elementwise(z, { name: 'tanh' }), z), 4);
  }),
  build('residual', 6, (g, x) => {
    const u = g.dense(x, 6);
    return g.affine(g.add(g.dense(u, 6), u, x), 4);
  }),
  build('gated', 5, (g, x) => g.affine(g.multiply(g.dense(x, 7), g.dense(x, 7, { name: 'sigmoid' })), 3)),
  build('square of the input', 4, (g, x) => g.affine(g.multiply(x, x), 3)),
  build('square inside', 4, (g, x) => {
    const u = g.dense(x, 5);
    return g.affine(g.multiply(u, u), 2);
  }),
  build('product of the input with a layer', 4, (g, x) => g.multiply(x, g.dense(x, 4))),
  build('normalized', 5, (g, x) => g.affine(g.scale(g.dense(g.scale(x), 6)), 2)),
  build('softmax of the input', 5, (g, x) => g.softmax(x)),
  build('softmax inside', 5, (g, x) => g.affine(g.multiply(g.softmax(g.affine(x, 6)), g.dense(x, 6)), 2)),
  build('rows', 12, (g, x) => {
    const rows = g.dense(g.reshape(x, [4, 3]), 5);
    return g.affine(g.reshape(g.softmax(rows), [20]), 3);
  }),
  build('concat of rows', 12, (g, x) => {
    const rows = g.reshape(x, [4, 3]);
    const both = g.concat([g.dense(rows, 2), rows], 1);
    return g.affine(g.reshape(g.scale(g.elementwise(both, { name: 'tanh' })), [20]), 2);
  }),
  build('concat', 5, (g, x) =>
    g.affine(g.concat([g.dense(x, 3), g.elementwise(x, { name: 'softplus' }), x]), 4),
  ),
  build('several outputs', 5, (g, x) => {
    const u = g.dense(x, 6);
    return [g.affine(u, 2), g.softmax(g.affine(u, 3)), u];
  }),
  severalInputs(),
  build('moved input', 5, (g, x) => g.affine(g.gather(x, [4, 2, -1, 0, 2, 2]), 3)),
  build('squares of moved input', 5, (g, x) => {
    const moved = g.gather(x, [4, 2, -1, 0, 2, 2]);
    return g.affine(g.multiply(g.elementwise(moved, { name: 'tanh' }), moved), 3);
  }),
  build('moved and scaled input', 6, (g, x) => {
    const u = g.gather(g.scale(x), [5, 4, 3, 2, 1, 0], [3, 2]);
    return g.affine(g.reshape(g.dense(u, 4), [12]), 2);
  }),
  build('input joined with itself', 4, (g, x) => {
    const u = g.gather(x, [3, 1, 0, 2]);
    return g.affine(g.elementwise(g.concat([u, x, u]), { name: 'sigmoid' }), 2);
  }),
  build('expanded', 5, (g, x) => {
    const u = g.dense(x, 3);
    const wide = g.gather(
      u,
      Array.from({ length: 60 }, (_, i) => Math.floor(i / 20)),
    );
    const skewed = g.gather(u, [...Array.from({ length: 58 }, () => 0), 1, -1]);
    return g.affine(g.elementwise(g.add(wide, skewed), { name: 'tanh' }), 2);
  }),
  build('convolutions', 25, (g, x) => {
    const first = g.dense(g.gather(x, patches(5, 1, 1), [25, 9]), 3);
    const second = g.dense(g.gather(first, patches(5, 3, 2), [9, 27]), 4, { name: 'swish' });
    return g.affine(g.reshape(second, [36]), 3);
  }),
  picture(9),
  build('product of two values', 8, (g, x) => {
    const a = g.reshape(g.dense(x, 12), [2, 2, 3]);
    const b = g.reshape(g.dense(x, 24, { name: 'sigmoid' }), [2, 3, 4]);
    return g.affine(g.reshape(g.contract(a, b), [16]), 3);
  }),
  build('product with the input', 6, (g, x) =>
    g.affine(g.reshape(g.contract(g.reshape(x, [1, 2, 3]), g.reshape(g.dense(x, 6), [1, 3, 2])), [4]), 3),
  ),
  build('attention', 12, (g, x) => {
    const tokens = g.reshape(x, [3, 4]);
    const heads = [0, 1, 2, 3, 4, 5].flatMap((i) => [i * 2, i * 2 + 1]);
    const split = (u: number): number =>
      g.gather(
        u,
        [0, 1].flatMap((h) => [0, 1, 2].flatMap((t) => [0, 1].map((d) => t * 4 + h * 2 + d))),
        [2, 3, 2],
      );
    const turned = (u: number): number =>
      g.gather(
        u,
        [0, 1].flatMap((h) => [0, 1].flatMap((d) => [0, 1, 2].map((t) => t * 4 + h * 2 + d))),
        [2, 2, 3],
      );
    const [q, k, v] = [g.affine(tokens, 4), g.affine(tokens, 4), g.affine(tokens, 4)];
    const mixed = g.contract(g.softmax(g.contract(split(q), turned(k))), split(v));
    const joined = g.gather(
      mixed,
      heads.map((_, i) => (Math.floor((i % 4) / 2) * 3 + Math.floor(i / 4)) * 2 + (i % 2)),
      [3, 4],
    );
    return g.affine(g.reshape(g.dense(joined, 3), [9]), 2);
  }),
];

/** A network of what readers lower operators onto. */
function lowered(name: string, inputSize: number, body: (place: Place, x: number) => number): Network {
  const build = new NetworkBuilder(name, name);
  return build.finish([body({ build, layer: name }, build.input('x', [inputSize]))]);
}

function severalInputs(): Network {
  const g = new Graph(random(4711));
  const second = g.input(3, [2, 2]);
  const first = g.input(0, [3]);
  const joined = g.concat([first, g.reshape(second, [4])]);
  const u = g.dense(joined, 6);
  const v = g.dense(second, 3);
  return g.network('several inputs', 7, [g.affine(g.multiply(u, g.reshape(v, [6])), 3)]);
}

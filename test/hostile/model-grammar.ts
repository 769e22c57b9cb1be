import { pick, whole } from '../read/random.js';

/** Numbers of a shape, row-major. */
export interface Value {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** A trained array as the manifest has it; `data` are its numbers, rounded as stored. */
export interface Trained {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: readonly number[];
  readonly bytes: Uint8Array;
  readonly quantization?: Readonly<Record<string, unknown>>;
}

/** A node of a generated model: an input (no `made`), or a layer on the nodes `from`. */
export interface GeneratedNode {
  readonly name: string;
  readonly shape: readonly number[];
  readonly from: readonly number[];
  readonly made?: Made;
  /** Whether the output needs it; others have no weights in the file. */
  readonly used: boolean;
}

/** A model by the grammar, and what it computes, written here anew. */
export interface Generated {
  // biome-ignore lint/suspicious/noExplicitAny: a topology is JSON
  readonly topology: any;
  /** The input first, the output last. */
  readonly nodes: readonly GeneratedNode[];
  readonly weights: readonly Trained[];
  readonly inputSize: number;
  readonly evaluate: (x: readonly number[]) => number[];
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** By Keras's definitions. */
const activations: Readonly<Record<string, (u: number) => number>> = {
  linear: (u) => u,
  tanh: Math.tanh,
  sigmoid: (u) => 1 / (1 + Math.exp(-u)),
  softplus: (u) => Math.log(1 + Math.exp(u)),
  softsign: (u) => u / (1 + Math.abs(u)),
  relu: (u) => Math.max(u, 0),
  relu6: (u) => Math.min(Math.max(u, 0), 6),
  elu: (u) => (u > 0 ? u : Math.exp(u) - 1),
  swish: (u) => u / (1 + Math.exp(-u)),
};

const half = (value: number): number => {
  // To 11 significant bits, as numbers of moderate size are in half precision.
  const scale = 2 ** (10 - Math.floor(Math.log2(Math.abs(value))));
  return value === 0 ? 0 : Math.round(value * scale) / scale;
};

function halfBits(value: number): number {
  if (value === 0) return 0;
  const exponent = Math.floor(Math.log2(Math.abs(value)));
  const fraction = Math.round((Math.abs(value) / 2 ** exponent - 1) * 1024);
  return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | fraction;
}

/** Numbers in [low, high], stored in one of the ways that manifests have. */
function trained(
  random: () => number,
  name: string,
  shape: readonly number[],
  low: number,
  high: number,
): Trained {
  const draw = Array.from({ length: sizeOf(shape) }, () => low + (high - low) * random());
  const kind = pick(random, ['float32', 'float32', 'float32', 'float16', 'uint8', 'uint16']);
  if (kind === 'float32') {
    const data = Float32Array.from(draw);
    return { name, shape, data: [...data], bytes: new Uint8Array(data.buffer) };
  }
  if (kind === 'float16') {
    // Away from where the rounding of a fraction reaches the next power of two.
    const data = draw.map((value) => half(Math.abs(value) < 0.01 ? 0.01 : value)).map((v) => half(v * 0.999));
    const bits = Uint16Array.from(data, halfBits);
    return { name, shape, data, bytes: new Uint8Array(bits.buffer), quantization: { dtype: 'float16' } };
  }
  const levels = kind === 'uint8' ? 255 : 65535;
  const scale = (high - low) / levels;
  const stored = draw.map((value) => Math.round((value - low) / scale));
  const array = kind === 'uint8' ? Uint8Array.from(stored) : Uint16Array.from(stored);
  const data = stored.map((level) => Math.fround(level * scale + low));
  return {
    name,
    shape,
    data,
    bytes: new Uint8Array(array.buffer),
    quantization: { dtype: kind, scale, min: low },
  };
}

/** A layer: its JSON and its function. */
interface Made {
  readonly kind: string;
  readonly config: Record<string, unknown>;
  readonly shape: readonly number[];
  readonly apply: (inputs: readonly Value[]) => Value;
}

const rowsOf = ({ shape, data }: Value): number[][] => {
  const width = shape.at(-1)!;
  return Array.from({ length: data.length / width }, (_, r) => data.slice(r * width, (r + 1) * width));
};

const each = (f: (u: number, last: number) => number, shape: readonly number[]) => {
  const width = shape.at(-1)!;
  return ([u]: readonly Value[]): Value => ({ shape, data: u!.data.map((value, k) => f(value, k % width)) });
};

/** A random layer on one input of this shape. */
function single(random: () => number, name: string, shape: readonly number[], weights: Trained[]): Made {
  const last = shape.at(-1)!;
  const take = (weight: string, of: readonly number[], low = -1, high = 1): readonly number[] => {
    const array = trained(random, `${name}/${weight}`, of, low, high);
    weights.push(array);
    return array.data;
  };
  switch (
    pick(random, [
      'Dense',
      'Dense',
      'Dense',
      'Activation',
      'Softmax',
      'BatchNormalization',
      'Rescaling',
      'Flatten',
      'Reshape',
      'RepeatVector',
      'Dropout',
      'PReLU',
      'LeakyReLU',
    ])
  ) {
    case 'Dense': {
      const units = 1 + whole(random, 6);
      const activation = pick(random, Object.keys(activations));
      const kernel = take('kernel', [last, units]);
      const bias = random() < 0.7 ? take('bias', [units]) : undefined;
      const out = [...shape.slice(0, -1), units];
      return {
        kind: 'Dense',
        config: { units, activation, use_bias: bias !== undefined },
        shape: out,
        apply: ([u]) => ({
          shape: out,
          data: rowsOf(u!).flatMap((row) =>
            Array.from({ length: units }, (_, j) =>
              activations[activation]!(
                row.reduce((sum, v, i) => sum + v * kernel[i * units + j]!, bias?.[j] ?? 0),
              ),
            ),
          ),
        }),
      };
    }
    case 'Softmax':
      return {
        kind: 'Softmax',
        config: { axis: -1 },
        shape,
        apply: ([u]) => ({
          shape,
          data: rowsOf(u!).flatMap((row) => {
            const total = row.reduce((sum, v) => sum + Math.exp(v), 0);
            return row.map((v) => Math.exp(v) / total);
          }),
        }),
      };
    case 'BatchNormalization': {
      const gamma = take('gamma', [last], 0.5, 1.5);
      const beta = take('beta', [last]);
      const mean = take('moving_mean', [last]);
      const variance = take('moving_variance', [last], 0.5, 1.5);
      return {
        kind: 'BatchNormalization',
        config: { axis: -1, epsilon: 1e-3 },
        shape,
        apply: each(
          (u, k) => (gamma[k]! * (u - mean[k]!)) / Math.sqrt(variance[k]! + 1e-3) + beta[k]!,
          shape,
        ),
      };
    }
    case 'Rescaling': {
      const [scale, offset] = [2 * random(), random()];
      return {
        kind: 'Rescaling',
        config: { scale, offset },
        shape,
        apply: each((u) => u * scale + offset, shape),
      };
    }
    case 'Flatten': {
      const out = [sizeOf(shape)];
      return { kind: 'Flatten', config: {}, shape: out, apply: ([u]) => ({ shape: out, data: u!.data }) };
    }
    case 'Reshape': {
      const size = sizeOf(shape);
      const out = size % 2 === 0 ? [2, size / 2] : [size, 1];
      const target_shape = random() < 0.5 ? out : [out[0]!, -1];
      return {
        kind: 'Reshape',
        config: { target_shape },
        shape: out,
        apply: ([u]) => ({ shape: out, data: u!.data }),
      };
    }
    case 'RepeatVector': {
      if (shape.length !== 1) break;
      const n = 1 + whole(random, 5);
      const out = [n, last];
      return {
        kind: 'RepeatVector',
        config: { n },
        shape: out,
        apply: ([u]) => ({ shape: out, data: Array.from({ length: n }, () => u!.data).flat() }),
      };
    }
    case 'PReLU': {
      const alpha = take('alpha', shape);
      return {
        kind: 'PReLU',
        config: {},
        shape,
        apply: ([u]) => ({ shape, data: u!.data.map((v, k) => (v > 0 ? v : alpha[k]! * v)) }),
      };
    }
    case 'LeakyReLU':
      return {
        kind: 'LeakyReLU',
        config: { alpha: 0.1 },
        shape,
        apply: each((u) => (u > 0 ? u : 0.1 * u), shape),
      };
    case 'Activation': {
      const activation = pick(random, Object.keys(activations));
      return {
        kind: 'Activation',
        config: { activation },
        shape,
        apply: each(activations[activation]!, shape),
      };
    }
  }
  return { kind: 'Dropout', config: { rate: 0.5 }, shape, apply: ([u]) => u! };
}

/** A random layer on two inputs of one shape. */
function double(random: () => number, shape: readonly number[]): Made {
  const merge =
    (f: (a: number, b: number) => number) =>
    ([a, b]: readonly Value[]): Value => ({
      shape,
      data: a!.data.map((v, k) => f(v, b!.data[k]!)),
    });
  switch (pick(random, ['Add', 'Multiply', 'Average', 'Concatenate'])) {
    case 'Add':
      return { kind: 'Add', config: {}, shape, apply: merge((a, b) => a + b) };
    case 'Multiply':
      return { kind: 'Multiply', config: {}, shape, apply: merge((a, b) => a * b) };
    case 'Average':
      return { kind: 'Average', config: {}, shape, apply: merge((a, b) => (a + b) / 2) };
    default: {
      const out = [...shape.slice(0, -1), 2 * shape.at(-1)!];
      return {
        kind: 'Concatenate',
        config: { axis: -1 },
        shape: out,
        apply: ([a, b]) => {
          const [left, right] = [rowsOf(a!), rowsOf(b!)];
          return { shape: out, data: left.flatMap((row, r) => [...row, ...right[r]!]) };
        },
      };
    }
  }
}

/** A small random model: a Sequential, or layers that refer to any before them. */
export function generateModel(random: () => number): Generated {
  const inputShape = pick(random, [[1], [2], [3], [4], [2, 2], [2, 3]]);
  const weights: Trained[] = [];
  const sequential = random() < 0.4;
  const nodes: Omit<GeneratedNode, 'used'>[] = [{ name: 'in', shape: inputShape, from: [] }];
  for (let count = 1 + whole(random, 8); count > 0; count--) {
    const name = `layer_${nodes.length}`;
    const from = sequential ? nodes.length - 1 : whole(random, nodes.length);
    const { shape } = nodes[from]!;
    if (sizeOf(shape) > 200) continue;
    const twins = nodes.flatMap((node, k) => (node.shape.join() === shape.join() ? [k] : []));
    const two = !sequential && random() < 0.3;
    const made = two ? double(random, shape) : single(random, name, shape, weights);
    nodes.push({ name, shape: made.shape, from: two ? [from, pick(random, twins)] : [from], made });
  }
  const entries = nodes.map(({ name, from, made }) => ({
    class_name: made?.kind ?? 'InputLayer',
    name,
    config: made ? { name, ...made.config } : { name, batch_input_shape: [null, ...inputShape] },
    inbound_nodes: from.length === 0 ? [] : [from.map((k) => [nodes[k]!.name, 0, 0, {}])],
  }));
  const last = nodes.at(-1)!;
  if (nodes.length === 1) return generateModel(random);
  const topology = sequential
    ? { class_name: 'Sequential', config: { name: 'model', layers: entries } }
    : {
        class_name: 'Functional',
        config: {
          name: 'model',
          layers: entries,
          input_layers: [['in', 0, 0]],
          output_layers: [[last.name, 0, 0]],
        },
      };
  const needed = new Set([nodes.length - 1]);
  for (let k = nodes.length - 1; k > 0; k--)
    if (needed.has(k)) for (const from of nodes[k]!.from) needed.add(from);
  const used = weights.filter(({ name }) =>
    needed.has(nodes.findIndex((node) => name.startsWith(`${node.name}/`))),
  );
  return {
    topology,
    nodes: nodes.map((node, k) => ({ ...node, used: needed.has(k) })),
    weights: used,
    inputSize: sizeOf(inputShape),
    evaluate(x) {
      const values: Value[] = [{ shape: inputShape, data: x }];
      for (let k = 1; k < nodes.length; k++)
        values.push(nodes[k]!.made!.apply(nodes[k]!.from.map((from) => values[from]!)));
      return [...values.at(-1)!.data];
    },
  };
}

const layer = (kind: string, name: string, config: object, from: readonly string[]) => ({
  class_name: kind,
  name,
  config: { name, ...config },
  inbound_nodes: from.length > 0 ? [from.map((source) => [source, 0, 0, {}])] : [],
});

/** Topologies that ask for much in few bytes, of sizes around and beyond what is allowed. */
// biome-ignore lint/suspicious/noExplicitAny: a topology is JSON
export function generateGreedy(random: () => number): any {
  const huge = () =>
    pick(random, [2 ** 10, 2 ** 16, 2 ** 20, 2 ** 26, 2 ** 31 - 1, 2 ** 31, 2 ** 53 - 1, 1e308]);
  const input = (shape: readonly unknown[]) =>
    layer('InputLayer', 'in', { batch_input_shape: [null, ...shape] }, []);
  const functional = (layers: readonly unknown[], end: string) => ({
    class_name: 'Functional',
    config: { name: 'f', layers, input_layers: [['in', 0, 0]], output_layers: [[end, 0, 0]] },
  });
  const chain = (
    kind: string,
    count: number,
    config: object,
    width: number,
    shape: readonly number[] = [2],
  ) =>
    functional(
      [
        input(shape),
        ...Array.from({ length: count }, (_, k) =>
          layer(kind, `c${k}`, config, Array(width).fill(k === 0 ? 'in' : `c${k - 1}`)),
        ),
      ],
      `c${count - 1}`,
    );
  const count = () => pick(random, [10, 30, 100, 1000, 3000]);
  switch (whole(random, 10)) {
    case 0:
      return functional(
        [
          input([huge()]),
          layer('Activation', 'a', { activation: pick(random, ['tanh', 'relu', 'softmax']) }, ['in']),
        ],
        'a',
      );
    case 1:
      return functional([input([huge(), huge()]), layer('Rescaling', 'a', { scale: 2 }, ['in'])], 'a');
    case 2:
      return functional([input([2]), layer('RepeatVector', 'a', { n: huge() }, ['in'])], 'a');
    case 3:
      return chain('Concatenate', count(), { axis: -1 }, 2 + whole(random, 3));
    case 4:
      return chain('Activation', count(), { activation: 'tanh' }, 1);
    case 5:
      return chain(pick(random, ['Add', 'Multiply', 'Average']), count(), {}, 2 + whole(random, 4));
    case 6:
      return chain('Softmax', Math.min(count(), 1000), { axis: -1 }, 1, [1 + whole(random, 2000)]);
    case 7: {
      let at: unknown = pick(random, [0, 'x', null]);
      for (let k = count() * pick(random, [1, 100]); k > 0; k--) at = [at];
      return functional([input([2]), layer('Rescaling', 'a', { scale: at }, ['in'])], 'a');
    }
    case 8: {
      let model: Record<string, unknown> = functional(
        [input([2]), layer('Dropout', 'd', { rate: 0.5 }, ['in'])],
        'd',
      );
      const [depth, calls] = [1 + whole(random, 25), 1 + whole(random, 6)];
      for (let k = 0; k < depth; k++) {
        const name = `m${k}`;
        const inbound_nodes = Array.from({ length: calls }, (_, c) => [
          c === 0 ? ['in', 0, 0, {}] : [name, c, 0, {}],
        ]);
        const outer = functional([input([2]), { ...model, name, inbound_nodes }], name);
        model = { ...outer, config: { ...outer.config, output_layers: [[name, calls, 0]] } };
      }
      return model;
    }
    default:
      return functional(
        [input(Array(count()).fill(pick(random, [1, 2]))), layer('Flatten', 'a', {}, ['in'])],
        'a',
      );
  }
}

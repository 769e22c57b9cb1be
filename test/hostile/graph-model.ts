import { pick, whole } from '../read/random.js';
import { type Generated, type GeneratedNode, generateGreedy, type Trained } from './model-grammar.js';
import { type Saved, tfjsFormat } from './tfjs-files.js';

const dim = (shape: readonly number[]) => ({ dim: shape.map((size) => ({ size: String(size) })) });
const attributes = { T: { type: 'DT_FLOAT' } };

const activationOperators: Readonly<Record<string, string>> = {
  linear: 'Identity',
  tanh: 'Tanh',
  sigmoid: 'Sigmoid',
  softplus: 'Softplus',
  softsign: 'Softsign',
  relu: 'Relu',
  relu6: 'Relu6',
  elu: 'Elu',
};

/** A graph of TensorFlow's operators under construction. */
class Graph {
  readonly node: object[] = [];
  readonly weights: (Trained & { readonly dtype?: string })[] = [];
  #count = 0;

  constant(weight: Trained & { readonly dtype?: string }): string {
    const type = weight.dtype === 'int32' ? 'DT_INT32' : 'DT_FLOAT';
    this.weights.push(weight);
    this.node.push({
      name: weight.name,
      op: 'Const',
      attr: {
        dtype: { type },
        value: { tensor: { dtype: type, tensorShape: dim(weight.shape) } },
      },
    });
    return weight.name;
  }

  floats(shape: readonly number[], data: readonly number[]): string {
    const bytes = new Uint8Array(Float32Array.from(data).buffer);
    return this.constant({ name: `c${this.weights.length}`, shape, data, bytes });
  }

  integers(data: readonly number[], shape: readonly number[] = [data.length]): string {
    const bytes = new Uint8Array(Int32Array.from(data).buffer);
    return this.constant({ name: `c${this.weights.length}`, shape, data, bytes, dtype: 'int32' });
  }

  add(op: string, input: readonly string[], attr: object = {}): string {
    const name = `n${this.#count++}`;
    this.node.push({ name, op, input, attr: { ...attributes, ...attr } });
    return name;
  }

  activate(kind: string, u: string): string {
    if (kind === 'swish') return this.add('Mul', [u, this.add('Sigmoid', [u])]);
    if (kind === 'softsign')
      return this.add('RealDiv', [u, this.add('AddV2', [this.add('Abs', [u]), this.floats([], [1])])]);
    return this.add(activationOperators[kind]!, [u]);
  }
}

function lower(graph: Graph, { name, shape, made }: GeneratedNode, { weights }: Generated, from: string[]) {
  const { kind, config } = made!;
  const [u] = from as [string];
  const weight = (own: string) => weights.find((one) => one.name === `${name}/${own}`);
  const take = (own: string): string => graph.constant(weight(own)!);
  const scalar = (value: number): string => graph.floats([], [value]);
  switch (kind) {
    case 'Dense': {
      const product = graph.add(shape.length === 1 ? 'MatMul' : 'BatchMatMulV2', [u, take('kernel')]);
      const sum = weight('bias') ? graph.add('BiasAdd', [product, take('bias')]) : product;
      return graph.activate(String(config['activation']), sum);
    }
    case 'Activation':
      return graph.activate(String(config['activation']), u);
    case 'Softmax':
      return graph.add('Softmax', [u]);
    case 'BatchNormalization': {
      const centred = graph.add('Sub', [u, take('moving_mean')]);
      const scale = graph.add('Rsqrt', [graph.add('AddV2', [take('moving_variance'), scalar(1e-3)])]);
      const scaled = graph.add('Mul', [graph.add('Mul', [centred, scale]), take('gamma')]);
      return graph.add('AddV2', [scaled, take('beta')]);
    }
    case 'Rescaling':
      return graph.add('AddV2', [
        graph.add('Mul', [u, scalar(Number(config['scale']))]),
        scalar(Number(config['offset'])),
      ]);
    case 'Flatten':
    case 'Reshape':
      return graph.add('Reshape', [u, graph.integers([-1, ...shape])]);
    case 'RepeatVector':
      return graph.add('Tile', [
        graph.add('ExpandDims', [u, graph.integers([1], [])]),
        graph.integers([1, shape[0]!, 1]),
      ]);
    case 'PReLU': {
      const negative = graph.add('Neg', [graph.add('Relu', [graph.add('Neg', [u])])]);
      return graph.add('AddV2', [graph.add('Relu', [u]), graph.add('Mul', [take('alpha'), negative])]);
    }
    case 'LeakyReLU':
      return graph.add('LeakyRelu', [u], { alpha: { f: 0.1 } });
    case 'Add':
      return graph.add('AddV2', from);
    case 'Multiply':
      return graph.add('Mul', from);
    case 'Average':
      return graph.add('Mul', [graph.add('AddN', from), scalar(0.5)]);
    case 'Concatenate':
      return graph.add('ConcatV2', [...from, graph.integers([-1], [])]);
    case 'Dropout':
      return graph.add('Identity', [u]);
  }
  throw new Error(`the grammar makes ${kind}, which is not lowered here`);
}

const around = (node: readonly object[], output: string) => ({
  format: 'graph-model',
  modelTopology: { node, library: {}, versions: { producer: 440 } },
  signature: { outputs: { y: { name: `${output}:0` } } },
});
const input = (shape: readonly unknown[]) => ({
  name: 'x',
  op: 'Placeholder',
  attr: { dtype: { type: 'DT_FLOAT' }, shape: { shape: dim([-1, ...(shape as number[])]) } },
});

function save(generated: Generated): Saved {
  const graph = new Graph();
  graph.node.push(input(generated.nodes[0]!.shape));
  const values = ['x'];
  for (const node of generated.nodes.slice(1)) {
    const from = node.from.map((k) => values[k]!);
    values.push(node.used ? lower(graph, node, generated, from) : '');
  }
  const y = graph.add('Identity', [values.at(-1)!]);
  return { json: around(graph.node, y), weights: graph.weights };
}

function greedy(random: () => number): Readonly<Record<string, unknown>> {
  const huge = () => pick(random, [2 ** 20, 2 ** 26, 2 ** 31 - 1, 2 ** 53 - 1, 1e300]);
  const graph = new Graph();
  let shape: readonly unknown[] = [2];
  let u = 'x';
  const many = pick(random, [10, 100, 1000, 5000]);
  switch (whole(random, 6)) {
    case 0:
      shape = [huge(), huge()];
      u = graph.add('Tanh', [u]);
      break;
    case 1:
      for (let k = 0; k < many; k++) u = graph.add('AddN', Array(1 + whole(random, 4)).fill(u));
      break;
    case 2:
      for (let k = 0; k < many; k++) u = graph.add('Pack', [u, u], { axis: { i: '1' } });
      break;
    case 3:
      graph.node.push({
        name: 'w',
        op: 'Const',
        attr: { value: { tensor: { dtype: 'DT_FLOAT', tensorShape: dim([2, huge()]), floatVal: [1] } } },
      });
      u = graph.add('MatMul', [u, 'w']);
      break;
    case 4:
      // A cycle, long or short.
      for (let k = 0; k < many; k++)
        graph.node.push({ name: `k${k}`, op: 'Tanh', input: [`k${(k + 1) % many}`], attr: {} });
      u = 'k0';
      break;
    default:
      return { format: 'graph-model', modelTopology: generateGreedy(random) };
  }
  return around([input(shape), ...graph.node], u);
}

/** tfjs GraphModels: models by the grammar lowered to TensorFlow's operators. */
export const graphModel = tfjsFormat('graph-model', save, greedy);

import { pick, whole } from '../read/random.js';
import type { Generated, GeneratedNode } from './model-grammar.js';

interface Tensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  readonly floatData?: readonly number[];
  readonly int64Data?: readonly number[];
  readonly rawData?: Uint8Array;
}
type Attribute = Readonly<Record<string, unknown>> & { readonly name: string };
interface Node {
  readonly opType: string;
  readonly name: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly Attribute[];
}
export interface OnnxGraph {
  readonly name: string;
  readonly node: readonly Node[];
  readonly initializer: readonly Tensor[];
  readonly input: readonly object[];
  readonly output: readonly object[];
}

const [FLOAT, INT64] = [1, 7];
const [FLOAT_ATTRIBUTE, INT_ATTRIBUTE, INTS_ATTRIBUTE] = [1, 2, 7];

const ends = (name: string, shape: readonly unknown[]) => ({
  name,
  type: {
    tensorType: {
      elemType: FLOAT,
      shape: {
        dim: [
          { dimParam: 'N' },
          ...shape.map((dimValue) => ({ dimValue: Math.min(Number(dimValue), 2 ** 53 - 1) })),
        ],
      },
    },
  },
});

const activationOperators: Readonly<Record<string, string>> = {
  linear: 'Identity',
  tanh: 'Tanh',
  sigmoid: 'Sigmoid',
  softplus: 'Softplus',
  softsign: 'Softsign',
  relu: 'Relu',
  elu: 'Elu',
};

/** A graph under construction. */
class Graph {
  readonly node: Node[] = [];
  readonly initializer: Tensor[] = [];
  #count = 0;

  floats(dims: readonly number[], floatData: readonly number[]): string {
    const name = `w${this.initializer.length}`;
    // The one way and the other that files have.
    const own =
      this.initializer.length % 2 === 0
        ? { floatData }
        : { rawData: new Uint8Array(Float32Array.from(floatData).buffer) };
    this.initializer.push({ name, dims, dataType: FLOAT, ...own });
    return name;
  }

  integers(values: readonly number[]): string {
    const name = `w${this.initializer.length}`;
    this.initializer.push({ name, dims: [values.length], dataType: INT64, int64Data: values });
    return name;
  }

  add(opType: string, input: readonly string[], attribute: readonly Attribute[] = []): string {
    const output = `t${this.#count++}`;
    this.node.push({ opType, name: `node_${output}`, input, output: [output], attribute });
    return output;
  }

  activate(kind: string, u: string): string {
    if (kind === 'swish') return this.add('Mul', [u, this.add('Sigmoid', [u])]);
    if (kind === 'relu6') return this.add('Clip', [u, this.floats([], [0]), this.floats([], [6])]);
    return this.add(activationOperators[kind]!, [u]);
  }
}

const last: Attribute = { name: 'axis', i: -1, type: INT_ATTRIBUTE };

function lower(graph: Graph, { name, shape, made }: GeneratedNode, { weights }: Generated, from: string[]) {
  const { kind, config } = made!;
  const [u] = from as [string];
  const weight = (own: string) => weights.find((one) => one.name === `${name}/${own}`);
  const take = (own: string): string => {
    const { shape: dims, data } = weight(own)!;
    return graph.floats(dims, data);
  };
  const scalar = (value: number): string => graph.floats([], [value]);
  switch (kind) {
    case 'Dense': {
      const product = graph.add('MatMul', [u, take('kernel')]);
      const sum = weight('bias') ? graph.add('Add', [product, take('bias')]) : product;
      return graph.activate(String(config['activation']), sum);
    }
    case 'Activation':
      return graph.activate(String(config['activation']), u);
    case 'Softmax':
      return graph.add('Softmax', [u], [last]);
    case 'BatchNormalization': {
      const centred = graph.add('Sub', [u, take('moving_mean')]);
      const deviation = graph.add('Sqrt', [graph.add('Add', [take('moving_variance'), scalar(1e-3)])]);
      const scaled = graph.add('Mul', [graph.add('Div', [centred, deviation]), take('gamma')]);
      return graph.add('Add', [scaled, take('beta')]);
    }
    case 'Rescaling':
      return graph.add('Add', [
        graph.add('Mul', [u, scalar(Number(config['scale']))]),
        scalar(Number(config['offset'])),
      ]);
    case 'Flatten':
      return graph.add('Flatten', [u], [{ name: 'axis', i: 1, type: INT_ATTRIBUTE }]);
    case 'Reshape':
      return graph.add('Reshape', [u, graph.integers([-1, ...shape])]);
    case 'RepeatVector':
      return graph.add('Expand', [
        graph.add('Unsqueeze', [u, graph.integers([1])]),
        graph.integers([1, ...shape]),
      ]);
    case 'PReLU':
      return graph.add('PRelu', [u, take('alpha')]);
    case 'LeakyReLU':
      return graph.add('LeakyRelu', [u], [{ name: 'alpha', f: 0.1, type: FLOAT_ATTRIBUTE }]);
    case 'Add':
      return graph.add('Add', from);
    case 'Multiply':
      return graph.add('Mul', from);
    case 'Average':
      return graph.add('Mul', [graph.add('Add', from), scalar(0.5)]);
    case 'Concatenate':
      return graph.add('Concat', from, [last]);
    case 'Dropout':
      return graph.add('Dropout', [u]);
  }
  throw new Error(`the grammar makes ${kind}, which is not lowered here`);
}

/** A generated model as a graph of ONNX operators, opset 13 to 17. */
export function graphOf(generated: Generated): OnnxGraph {
  const graph = new Graph();
  const values = ['x'];
  for (const node of generated.nodes.slice(1)) {
    const from = node.from.map((k) => values[k]!);
    values.push(node.used ? lower(graph, node, generated, from) : '');
  }
  const y = graph.add('Identity', [values.at(-1)!]);
  return {
    name: 'generated',
    node: graph.node,
    initializer: graph.initializer,
    input: [ends('x', generated.nodes[0]!.shape)],
    output: [ends(y, generated.nodes.at(-1)!.shape)],
  };
}

/** Graphs that ask for much in few bytes. */
export function greedyGraph(random: () => number): OnnxGraph {
  const huge = (): number => pick(random, [2 ** 16, 2 ** 20, 2 ** 26, 2 ** 31 - 1, 2 ** 31, 2 ** 53 - 1]);
  const graph = new Graph();
  let inputs: readonly unknown[] = [2];
  let u = 'x';
  const many = pick(random, [10, 100, 1000, 5000]);
  switch (whole(random, 10)) {
    case 0:
      inputs = [huge(), huge()];
      u = graph.add('Tanh', [u]);
      break;
    case 1:
      u = graph.add('Expand', [u, graph.integers([huge(), huge(), 2])]);
      break;
    case 2:
      for (let k = 0; k < many; k++) u = graph.add('Concat', [u, u], [last]);
      break;
    case 3:
      u = graph.add('Add', [u, graph.add('ConstantOfShape', [graph.integers([huge(), huge()])])]);
      break;
    case 4: {
      graph.initializer.push(
        { name: 'a', dims: [], dataType: INT64, int64Data: [0] },
        { name: 'z', dims: [], dataType: INT64, int64Data: [huge()] },
        { name: 'd', dims: [], dataType: INT64, int64Data: [pick(random, [1, 0, -1])] },
      );
      u = graph.add('Add', [
        u,
        graph.add('Cast', [graph.add('Range', ['a', 'z', 'd'])], [{ name: 'to', i: FLOAT, type: 2 }]),
      ]);
      break;
    }
    case 5:
      u = graph.add('Tile', [u, graph.integers([1, huge()])]);
      break;
    case 6:
      u = graph.add('Pad', [u, graph.integers([0, huge(), 0, huge()])]);
      break;
    case 7:
      inputs = [1, 4, 4];
      u = graph.add(
        'Conv',
        [u, graph.floats([1, 1, 2, 2], [1, 2, 3, 4])],
        [
          {
            name: pick(random, ['pads', 'dilations', 'strides']),
            ints: Array(4).fill(huge()),
            type: INTS_ATTRIBUTE,
          },
        ],
      );
      break;
    case 8:
      for (let k = 0; k < many; k++) u = graph.add(pick(random, ['Tanh', 'Exp', 'Identity']), [u]);
      break;
    default:
      // Says it has many numbers, and has few.
      graph.initializer.push({ name: 'w', dims: [2, huge()], dataType: FLOAT, floatData: [1, 2, 3] });
      u = graph.add('MatMul', [u, 'w']);
  }
  return {
    name: 'greedy',
    node: graph.node,
    initializer: graph.initializer,
    input: [ends('x', inputs)],
    output: [ends(u, [2])],
  };
}

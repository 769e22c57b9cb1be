import type { Elementwise, Network, Node, Op, Tensor } from '../../src/network/graph.js';

/** Reproducible numbers in (−1, 1). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

export function tensor(shape: readonly number[], random: () => number, scale = 1): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return { shape, data: Float64Array.from({ length: size }, () => scale * random()) };
}

/** Builds a graph node by node. */
export class Graph {
  readonly nodes: Node[] = [];
  parameters = 0;
  constructor(readonly random = generator(1)) {}

  add(op: Op, shape: readonly number[], ...inputs: number[]): number {
    return this.nodes.push({ layer: `${op.kind}${this.nodes.length}`, op, inputs, shape }) - 1;
  }

  input(size: number, offset = 0): number {
    return this.add({ kind: 'input', offset }, [size]);
  }

  affine(from: number, outputs: number): number {
    const shape = this.nodes[from]!.shape;
    const width = shape[shape.length - 1]!;
    this.parameters += width * outputs + outputs;
    const weight = tensor([width, outputs], this.random, 1 / Math.sqrt(width));
    const bias = tensor([outputs], this.random, 0.1);
    return this.add({ kind: 'affine', weight, bias }, [...shape.slice(0, -1), outputs], from);
  }

  elementwise(from: number, fn: Elementwise): number {
    return this.add({ kind: 'elementwise', fn }, this.nodes[from]!.shape, from);
  }

  network(inputSize: number, outputs: number[]): Network {
    const outputSize = outputs.reduce((sum, k) => sum + this.nodes[k]!.shape.reduce((a, b) => a * b, 1), 0);
    return { name: 'net', nodes: this.nodes, inputSize, outputs, outputSize, parameters: this.parameters };
  }
}

/** `inputs – width – … – outputs` with one activation after each affine layer and a softmax at the end. */
export function classifier(inputs: number, width: number, hidden: number, outputs: number): Network {
  const graph = new Graph();
  let at = graph.input(inputs);
  for (let k = 0; k < hidden; k++) at = graph.elementwise(graph.affine(at, width), { name: 'tanh' });
  at = graph.affine(at, outputs);
  at = graph.add({ kind: 'softmax' }, [outputs], at);
  return graph.network(inputs, [at]);
}

import { InputError } from '../core/errors.js';
import { sizeOf } from './build.js';
import type { Network, Node, Tensor } from './graph.js';

/** What an input of a network is: a constant, or `factor` times one of the new inputs, plus a constant. */
export interface FoldedInput {
  /** Index among the new inputs; absent for a constant. */
  readonly from?: number;
  readonly factor?: number;
  readonly constant?: number;
}

/**
 * The network as a function of fewer inputs: `NN(A x + c)`, A with at most one entry a row. The map goes into the weights of
 * the affine layers that the inputs enter, in f64; an input that enters something else gets an affine layer of its own.
 * Throws {@link InputError} where there is not one entry per input.
 */
export function foldInputs(network: Network, size: number, inputs: readonly FoldedInput[]): Network {
  if (inputs.length !== network.inputSize)
    throw new InputError(
      `network '${network.name}' takes ${network.inputSize} inputs, ${inputs.length} are given`,
    );
  const nodes: Node[] = [{ layer: 'inputs', op: { kind: 'input', offset: 0 }, inputs: [], shape: [size] }];
  /** Where an old node is among the new ones. */
  const place = new Int32Array(network.nodes.length).fill(-1);
  const push = (node: Node): number => nodes.push(node) - 1;
  const mapped = (k: number): number => {
    if (place[k]! >= 0) return place[k]!;
    const { op, shape, layer } = network.nodes[k]!;
    if (op.kind !== 'input') return place[k]!;
    const own = inputs.slice(op.offset, op.offset + sizeOf(shape));
    const { weight, bias } = folded(own, size, identity(own.length), undefined);
    const flat = push({ layer, op: { kind: 'affine', weight, bias }, inputs: [0], shape: [own.length] });
    place[k] = shape.length === 1 ? flat : push({ layer, op: { kind: 'reshape' }, inputs: [flat], shape });
    return place[k]!;
  };
  network.nodes.forEach((node, k) => {
    if (node.op.kind === 'input') return;
    const [first] = node.inputs;
    const source = first === undefined ? undefined : network.nodes[first];
    if (node.op.kind === 'affine' && source?.op.kind === 'input' && source.shape.length === 1) {
      const own = inputs.slice(source.op.offset, source.op.offset + source.shape[0]!);
      const { weight, bias } = folded(own, size, node.op.weight, node.op.bias);
      place[k] = push({ ...node, op: { kind: 'affine', weight, bias }, inputs: [0] });
    } else place[k] = push({ ...node, inputs: node.inputs.map(mapped) });
  });
  return { ...network, nodes, inputSize: size, outputs: network.outputs.map(mapped) };
}

function identity(size: number): Tensor {
  const data = new Float64Array(size * size);
  for (let k = 0; k < size; k++) data[k * size + k] = 1;
  return { shape: [size, size], data };
}

/** `(A x + c) W + b = x (AᵀW) + (b + cᵀW)`. */
function folded(
  inputs: readonly FoldedInput[],
  size: number,
  weight: Tensor,
  bias: Tensor | undefined,
): { readonly weight: Tensor; readonly bias: Tensor } {
  const width = weight.shape[1]!;
  const [W, b] = [new Float64Array(size * width), new Float64Array(width)];
  if (bias) b.set(bias.data);
  for (const [i, { from, factor = 1, constant = 0 }] of inputs.entries())
    for (let j = 0; j < width; j++) {
      const value = weight.data[i * width + j]!;
      b[j]! += constant * value;
      if (from !== undefined) W[from * width + j]! += factor * value;
    }
  return { weight: { shape: [size, width], data: W }, bias: { shape: [width], data: b } };
}

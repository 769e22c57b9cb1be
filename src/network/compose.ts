import { sizeOf } from './build.js';
import type { Network, Node, Tensor } from './graph.js';
import type { OpOf } from './traits.js';

/** How the inputs of a network come from fewer numbers u: `x[i] = scale[i]·u[source[i]] + shift[i]`, source −1: `shift[i]`. */
export interface InputMap {
  /** Length of u. */
  readonly size: number;
  readonly source: Int32Array;
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/** Whether the map is `x = u`. */
export const isIdentity = ({ size, source, scale, shift }: InputMap): boolean =>
  size === source.length && source.every((from, i) => from === i && scale[i] === 1 && shift[i] === 0);

/**
 * The network as a function of u: the map is folded into the affine layers that read the inputs, or becomes a layer of its
 * own where others read them. Counts of trained parameters stay those of the network.
 */
export function withInputs(net: Network, map: InputMap): Network {
  const nodes: Node[] = [];
  const moved: number[] = [];
  const u: Node = { layer: 'inputs', op: { kind: 'input', offset: 0 }, inputs: [], shape: [map.size] };
  const push = (node: Node): number => nodes.push(node) - 1;
  /** Nodes that read inputs and take the map over: their weights act on u. */
  const folded = new Set<number>();
  const root = push(u);
  const readers = net.nodes.map((_, k) => net.nodes.filter(({ inputs }) => inputs.includes(k)));
  net.nodes.forEach((node, k) => {
    const { op } = node;
    if (op.kind === 'input') {
      const onlyAffine =
        readers[k]!.length > 0 && readers[k]!.every(isWholeAffine) && !net.outputs.includes(k);
      if (onlyAffine) folded.add(k);
      moved[k] = onlyAffine ? root : push(mapLayer(node, op, map, root, push));
      return;
    }
    const [first] = node.inputs;
    const source = first === undefined ? undefined : net.nodes[first];
    if (op.kind === 'affine' && first !== undefined && folded.has(first)) {
      const own = withMap(op, (source!.op as OpOf<'input'>).offset, map);
      moved[k] = push({ ...node, op: own, inputs: [root] });
    } else moved[k] = push({ ...node, inputs: node.inputs.map((input) => moved[input]!) });
  });
  return { ...net, nodes, inputSize: map.size, outputs: net.outputs.map((k) => moved[k]!) };
}

/** The network with its outputs scaled and shifted: `scale ∘ y + shift`, one number each. */
export function withOutputs(net: Network, scale: Float64Array, shift: Float64Array): Network {
  const nodes = [...net.nodes];
  const push = (node: Node): number => nodes.push(node) - 1;
  const layer = 'output scaling';
  const flat = net.outputs.map((k) => {
    const shape = [sizeOf(net.nodes[k]!.shape)];
    return net.nodes[k]!.shape.length === 1
      ? k
      : push({ layer, op: { kind: 'reshape' }, inputs: [k], shape });
  });
  const shape = [net.outputSize];
  const whole =
    flat.length === 1 ? flat[0]! : push({ layer, op: { kind: 'concat', axis: 0 }, inputs: flat, shape });
  const op = { kind: 'scale', scale: tensor(shape, scale), shift: tensor(shape, shift) } as const;
  return { ...net, outputs: [push({ layer, op, inputs: [whole], shape })], nodes };
}

/** The network without the softmax that its outputs end with: its logits. Undefined where they end otherwise. */
export function withoutSoftmax(net: Network): Network | undefined {
  const outputs = net.outputs.map((k) => {
    const node = net.nodes[k]!;
    return node.op.kind === 'softmax' ? node.inputs[0]! : undefined;
  });
  if (outputs.includes(undefined)) return undefined;
  return { ...net, outputs: outputs as number[] };
}

const tensor = (shape: readonly number[], data: Float64Array): Tensor => ({ shape, data });

/** An affine layer whose rows are one. */
const isWholeAffine = ({ op, shape }: Node): boolean =>
  op.kind === 'affine' && sizeOf(shape) === op.weight.shape[1];

/** `W` and `b` of a layer that reads the inputs from `offset` on, as acting on u. */
function withMap({ weight, bias }: OpOf<'affine'>, offset: number, map: InputMap): OpOf<'affine'> {
  const [width, out] = weight.shape as [number, number];
  const W = new Float64Array(map.size * out);
  const b = bias ? Float64Array.from(bias.data) : new Float64Array(out);
  for (let i = 0; i < width; i++) {
    const [from, scale, shift] = [map.source[offset + i]!, map.scale[offset + i]!, map.shift[offset + i]!];
    for (let j = 0; j < out; j++) {
      const w = weight.data[i * out + j]!;
      if (from >= 0) W[from * out + j]! += scale * w;
      b[j]! += shift * w;
    }
  }
  return { kind: 'affine', weight: tensor([map.size, out], W), bias: tensor([out], b) };
}

/** Inputs as a layer of their own. */
function mapLayer(
  { layer, shape }: Node,
  { offset }: OpOf<'input'>,
  map: InputMap,
  root: number,
  push: (node: Node) => number,
): Node {
  const width = sizeOf(shape);
  const unit = new Float64Array(width * width);
  for (let i = 0; i < width; i++) unit[i * width + i] = 1;
  const plain = { kind: 'affine', weight: tensor([width, width], unit) } as const;
  const flat: Node = { layer, op: withMap(plain, offset, map), inputs: [root], shape: [width] };
  if (shape.length === 1) return flat;
  return { layer, op: { kind: 'reshape' }, inputs: [push(flat)], shape };
}

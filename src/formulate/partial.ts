import { countOf } from '../core/budget.js';
import { InputError } from '../core/errors.js';
import type { Network, Node } from '../network/graph.js';
import { isAffine } from '../network/traits.js';
import { makesVariables } from './outputs.js';

/** A part of a network between exposed nodes: `value = net(x[inputs], values of nodes)`. */
export interface Part {
  readonly net: Network;
  /** Inputs of the whole network that it takes, in order, then all numbers of these nodes. */
  readonly inputs: readonly number[];
  readonly nodes: readonly number[];
  /** The node that it computes, undefined for the outputs. */
  readonly exposes?: number;
  /** Whether it is affine. */
  readonly affine: boolean;
}

/** The last node of each layer named, in the order of evaluation. */
export function exposedNodes(net: Network, layers: readonly string[]): number[] {
  const found = layers.map((layer) => {
    const node = net.nodes.findLastIndex((own) => own.layer === layer);
    if (node < 0 || net.nodes[node]!.op.kind === 'input') {
      const known = [...new Set(net.nodes.filter(makesVariables).map((own) => own.layer))];
      const shown = known.length > 8 ? `${known.slice(0, 8).join(', ')}, …` : known.join(', ');
      throw new InputError(`network '${net.name}' has no layer '${layer}' to expose; known are ${shown}`);
    }
    return node;
  });
  const last = found.find((node) => net.outputs.includes(node));
  if (last !== undefined)
    throw new InputError(
      `network '${net.name}': layer '${net.nodes[last]!.layer}' is an output, which has variables already`,
    );
  return [...new Set(found)].sort((a, b) => a - b);
}

/** The network taken apart at exposed nodes: a part for each of them, and one for the outputs. */
export function partsOf(net: Network, exposed: readonly number[]): Part[] {
  return [
    ...exposed.map((node) => ({
      ...part(net, [node], new Set(exposed.filter((own) => own < node))),
      exposes: node,
    })),
    part(net, net.outputs, new Set(exposed)),
  ];
}

function part(net: Network, targets: readonly number[], exposed: ReadonlySet<number>): Part {
  const needed = new Set<number>(targets);
  for (let k = net.nodes.length - 1; k >= 0; k--)
    if (needed.has(k) && !exposed.has(k)) for (const input of net.nodes[k]!.inputs) needed.add(input);
  const order = [...needed].sort((a, b) => a - b);
  const entries = order.filter((k) => exposed.has(k));
  const nodes: Node[] = [];
  const place = new Map<number, number>();
  const inputs: number[] = [];
  const add = (k: number, node: Node): void => void place.set(k, nodes.push(node) - 1);
  for (const k of order) {
    const { op, shape } = net.nodes[k]!;
    if (op.kind !== 'input') continue;
    const offset = inputs.length;
    for (let i = 0; i < countOf(shape); i++) inputs.push(op.offset + i);
    add(k, { ...net.nodes[k]!, op: { kind: 'input', offset } });
  }
  let size = inputs.length;
  for (const k of entries) {
    const { layer, shape } = net.nodes[k]!;
    add(k, { layer, op: { kind: 'input', offset: size }, inputs: [], shape });
    size += countOf(shape);
  }
  for (const k of order) {
    if (place.has(k)) continue;
    const node = net.nodes[k]!;
    add(k, { ...node, inputs: node.inputs.map((input) => place.get(input)!) });
  }
  return {
    net: {
      name: net.name,
      nodes,
      inputSize: size,
      outputs: targets.map((k) => place.get(k)!),
      outputSize: targets.reduce((sum, k) => sum + countOf(net.nodes[k]!.shape), 0),
      parameters: nodes.reduce((sum, node) => sum + (node.parameters ?? 0), 0),
    },
    inputs,
    nodes: entries,
    affine: nodes.every(({ op }) => isAffine(op)),
  };
}

import type { Network, Node } from '../network/graph.js';
import { ancestors, narrowPrefix } from '../network/prefix.js';
import { isAffine } from '../network/traits.js';
import { sizeOf } from './forward.js';

/** A network in two: `y = tail(prefix(x))`. */
export interface Split {
  /** Affine, `n` inputs to `k < n` outputs. */
  readonly prefix: Network;
  readonly tail: Network;
}

/**
 * Splits a network behind the narrowest point of the affine map it begins with; undefined where it does not begin with
 * one that maps its inputs to fewer numbers, or is affine as a whole.
 */
export function splitPrefix(net: Network): Split | undefined {
  const last = narrowPrefix(net);
  if (last === undefined) return undefined;
  const size = sizeOf(net.nodes[last]!.shape);
  const inOrder = (chosen: Set<number>): number[] => [...chosen].sort((a, b) => a - b);
  const head = inOrder(ancestors(net, [last]));
  const body = inOrder(ancestors(net, net.outputs, last)).filter((k) => k !== last);
  if (body.every((k) => isAffine(net.nodes[k]!.op))) return undefined;
  const { layer, shape } = net.nodes[last]!;
  const entry: Node = { layer, op: { kind: 'input', offset: 0 }, inputs: [], shape };
  return {
    prefix: part(net, head, [], [last], net.inputSize),
    tail: part(net, [last, ...body], [entry], net.outputs, size),
  };
}

/** The network of some nodes, renumbered; `replaced` stand in for the first of them. */
function part(
  net: Network,
  chosen: readonly number[],
  replaced: readonly Node[],
  outputs: readonly number[],
  inputSize: number,
): Network {
  const place = new Map(chosen.map((k, i) => [k, i]));
  const renumber = (indices: readonly number[]): number[] => indices.map((k) => place.get(k)!);
  const nodes = chosen.map(
    (k, i) => replaced[i] ?? { ...net.nodes[k]!, inputs: renumber(net.nodes[k]!.inputs) },
  );
  return {
    name: net.name,
    nodes,
    inputSize,
    outputs: renumber(outputs),
    outputSize: outputs.reduce((sum, k) => sum + sizeOf(net.nodes[k]!.shape), 0),
    parameters: nodes.reduce((sum, node) => sum + (node.parameters ?? 0), 0),
  };
}

import type { Network, Node } from '../network/graph.js';
import { sizeOf } from './forward.js';

/** A network in two: `y = tail(prefix(x))`. */
export interface Split {
  /** Affine, `n` inputs to `k < n` outputs. */
  readonly prefix: Network;
  readonly tail: Network;
}

const isAffine = ({ op }: Node): boolean =>
  op.kind === 'affine' || op.kind === 'scale' || op.kind === 'reshape';

/**
 * Splits a network behind the narrowest point of the affine map it begins with; undefined where it does not begin with
 * one that maps its inputs to fewer numbers.
 */
export function splitPrefix(net: Network): Split | undefined {
  const chain = affineChain(net);
  if (chain === undefined) return undefined;
  const size = (k: number): number => sizeOf(net.nodes[k]!.shape);
  const narrowest = chain.reduce((best, k, i) => (size(k) < size(chain[best]!) ? i : best), 0);
  if (narrowest === 0) return undefined;
  const head = chain.slice(0, narrowest + 1);
  const last = head.at(-1)!;
  const cut = net.nodes[last]!;
  const body = net.nodes.map((_, k) => k).filter((k) => !head.includes(k));
  const entry: Node = { layer: cut.layer, op: { kind: 'input', offset: 0 }, inputs: [], shape: cut.shape };
  return {
    prefix: part(net, head, [], [last], net.inputSize),
    tail: part(net, [last, ...body], [entry], net.outputs, size(last)),
  };
}

/** The input and the affine nodes behind it, as long as each is the only one that reads the one before. */
function affineChain(net: Network): number[] | undefined {
  const first = net.nodes.findIndex(({ op }) => op.kind === 'input');
  if (first < 0 || sizeOf(net.nodes[first]!.shape) !== net.inputSize) return undefined;
  const chain = [first];
  for (;;) {
    const last = chain.at(-1)!;
    const readers = [...net.nodes.keys()].filter((k) => net.nodes[k]!.inputs.includes(last));
    const [next] = readers;
    if (next === undefined || readers.length > 1 || !isAffine(net.nodes[next]!)) return chain;
    if (net.outputs.includes(last) || net.outputs.includes(next)) return chain;
    chain.push(next);
  }
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

import { countOf } from '../core/budget.js';
import type { Network, Node } from '../network/graph.js';
import type { OpOf } from '../network/traits.js';

/** A part of a network between its quadratic programs. */
export interface Stage {
  /** Its inputs: those of the whole network, where `usesX`, then the solutions of the programs `from`. */
  readonly piece: Network;
  readonly usesX: boolean;
  readonly from: readonly number[];
  /** The program that its outputs go into, and its node; absent for the last, whose outputs are the network's. */
  readonly program?: { readonly node: number; readonly layer: string; readonly op: OpOf<'quadraticProgram'> };
}

const known = new WeakMap<Network, readonly Stage[]>();

/** Whether a network holds quadratic programs. */
export const hasPrograms = ({ nodes }: Network): boolean =>
  nodes.some(({ op }) => op.kind === 'quadraticProgram');

/** The network cut at its quadratic programs, in order; the same objects each time. */
export function stagesOf(net: Network): readonly Stage[] {
  let stages = known.get(net);
  if (!stages) {
    const programs = net.nodes.flatMap(({ op, layer, inputs }, node): Stage[] =>
      op.kind === 'quadraticProgram' ? [{ ...pieceOf(net, inputs), program: { node, layer, op } }] : [],
    );
    stages = [...programs, pieceOf(net, net.outputs)];
    known.set(net, stages);
  }
  return stages;
}

/** What computes `targets` from x and the quadratic programs that they see first. */
function pieceOf(net: Network, targets: readonly number[]): Stage {
  const needed = new Set(targets);
  const isProgram = (k: number): boolean => net.nodes[k]!.op.kind === 'quadraticProgram';
  for (let k = net.nodes.length - 1; k >= 0; k--)
    if (needed.has(k) && !isProgram(k)) for (const input of net.nodes[k]!.inputs) needed.add(input);
  const chosen = [...needed].sort((a, b) => a - b);
  const usesX = chosen.some((k) => net.nodes[k]!.op.kind === 'input');
  const from = chosen.filter(isProgram);
  const place = new Map(chosen.map((k, i) => [k, i]));
  let inputSize = usesX ? net.inputSize : 0;
  const nodes = chosen.map((k): Node => {
    const node = net.nodes[k]!;
    if (!isProgram(k)) return { ...node, inputs: node.inputs.map((input) => place.get(input)!) };
    const offset = inputSize;
    inputSize += countOf(node.shape);
    return { layer: node.layer, shape: node.shape, inputs: [], op: { kind: 'input', offset } };
  });
  const piece: Network = {
    name: net.name,
    nodes,
    inputSize,
    outputs: targets.map((k) => place.get(k)!),
    outputSize: targets.reduce((sum, k) => sum + countOf(net.nodes[k]!.shape), 0),
    parameters: nodes.reduce((sum, { parameters = 0 }) => sum + parameters, 0),
  };
  return { piece, usesX, from };
}

import type { InputError } from '../../../core/errors.js';
import { type GraphNode, textOf } from './attributes.js';
import { shortName } from './functions.js';

/** Steps of a loop that are written out at most. */
export const mostSteps = 4096;

/**
 * A loop as the first version of TensorFlow's control flow writes it: values enter it, and each variable is a merge of what entered and
 * of what the last step made, which a switch hands to the body or to an exit.
 */
export interface Frame {
  readonly enters: readonly GraphNode[];
  readonly merges: readonly { readonly name: string; readonly begin: string; readonly next: string }[];
  readonly switches: readonly GraphNode[];
  readonly exits: readonly GraphNode[];
  /** Its LoopCond. */
  readonly condition: GraphNode;
}

const nameOf = (text: string | undefined): string => (text ?? '').split(':')[0]!;

/** The loops of a graph by each of their exits. */
export function framesOf(
  nodes: ReadonlyMap<string, GraphNode>,
  fail: (problem: string) => InputError,
): ReadonlyMap<string, Frame> {
  const frames = new Map<string, Frame>();
  const all = [...nodes.values()];
  const of = (op: string): GraphNode[] => all.filter((node) => node.op === op);
  const enters = new Map<string, GraphNode[]>();
  for (const enter of of('Enter')) {
    const name = textOf(enter, 'frame_name');
    enters.set(name, [...(enters.get(name) ?? []), enter]);
  }
  if (enters.size === 0) return frames;
  const [merges, switches, exits] = [of('Merge'), of('Switch'), of('Exit')];
  for (const [name, own] of enters) {
    const entered = new Set(own.map((node) => node.name));
    const variables = merges.filter(({ input }) => entered.has(nameOf(input[0])));
    const merged = new Set(variables.map((node) => node.name));
    const turns = switches.filter(({ input }) => merged.has(nameOf(input[0])));
    const turned = new Set(turns.map((node) => node.name));
    const ends = exits.filter(({ input }) => turned.has(nameOf(input[0])));
    const condition = nodes.get(nameOf(turns[0]?.input[1]));
    const nexts = variables.map(({ input }) => nodes.get(nameOf(input[1]))?.input[0]);
    if (condition === undefined || nexts.some((next) => next === undefined))
      throw fail(`node "${shortName(name)}": is no whole loop; save recurrent layers with unroll=True`);
    const frame: Frame = {
      enters: own,
      merges: variables.map((node, k) => ({ name: node.name, begin: node.input[0]!, next: nexts[k]! })),
      switches: turns,
      exits: ends,
      condition,
    };
    for (const exit of ends) frames.set(exit.name, frame);
  }
  return frames;
}

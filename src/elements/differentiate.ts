import type { Operator } from '../problem/operators.js';
import { eachCall, earlierCall, literal, type Shape, variableSlot } from '../problem/shape.js';
import { branching, pairwise, rules, type Second } from './rules.js';
import { type Id, ScalarTape } from './scalar-tape.js';

/** Value, gradient and Hessian of an element as one tape; only structural nonzeros are listed. */
export interface Derivatives {
  readonly tape: ScalarTape;
  readonly value: Id;
  readonly gradient: readonly { readonly slot: number; readonly id: Id }[];
  /** Lower triangle in slots: `row ≥ column`. */
  readonly hessian: readonly { readonly row: number; readonly column: number; readonly id: Id }[];
}

/** A node that depends on variables: arguments are earlier active nodes, or −1 where they are constant. */
interface Active {
  readonly slot: number;
  readonly args: readonly number[];
  readonly first: readonly Id[];
  readonly second: readonly Second[];
}

/**
 * Differentiates an element: reverse mode for the gradient, and in the same sweep the Hessian by pushing edges
 * (Gower & Mello, "A new framework for the computation of Hessians", 2012), which keeps its sparsity.
 */
export function differentiate(shape: Shape): Derivatives {
  const tape = new ScalarTape();
  const { nodes, root, value, guarded } = record(tape, shape);
  const product = (a: Id, b: Id): Id => (guarded ? tape.guarded(a, b) : tape.multiply(a, b));
  const adjoint: Id[] = new Array(nodes.length).fill(tape.literal(0));
  const edges: Map<number, Id>[] = nodes.map(() => new Map());

  const push = (a: number, b: number, w: Id): void => {
    if (tape.isZero(w)) return;
    const known = edges[a]!.get(b);
    const total = known === undefined ? w : tape.add(known, w);
    edges[a]!.set(b, total);
    if (a !== b) edges[b]!.set(a, total);
  };
  if (root >= 0) adjoint[root] = tape.literal(1);
  for (let k = root; k >= 0; k--) {
    const { slot, args, first, second } = nodes[k]!;
    if (slot >= 0) continue;
    for (const [p, w] of edges[k]!) {
      if (p === k) {
        for (let i = 0; i < args.length; i++) {
          if (args[i]! < 0) continue;
          const half = product(w, first[i]!);
          push(args[i]!, args[i]!, product(half, first[i]!));
          for (let j = 0; j < i; j++) {
            if (args[j]! < 0) continue;
            const cross = product(half, first[j]!);
            push(args[i]!, args[j]!, args[i] === args[j] ? tape.times(2, cross) : cross);
          }
        }
      } else {
        edges[p]!.delete(k);
        for (let i = 0; i < args.length; i++) {
          const a = args[i]!;
          if (a < 0) continue;
          const along = product(w, first[i]!);
          push(a, p, a === p ? tape.times(2, along) : along);
        }
      }
    }
    edges[k]!.clear();
    const bar = adjoint[k]!;
    for (const [i, j, partial] of second) {
      const [a, b] = [args[i]!, args[j]!];
      if (a < 0 || b < 0) continue;
      const w = product(bar, partial);
      push(a, b, i !== j && a === b ? tape.times(2, w) : w);
    }
    for (let i = 0; i < args.length; i++)
      if (args[i]! >= 0) adjoint[args[i]!] = tape.add(adjoint[args[i]!]!, product(bar, first[i]!));
  }

  const gradient: { slot: number; id: Id }[] = [];
  const hessian: { row: number; column: number; id: Id }[] = [];
  for (let k = 0; k <= root; k++) {
    const { slot } = nodes[k]!;
    if (slot < 0) continue;
    if (!tape.isZero(adjoint[k]!)) gradient.push({ slot, id: adjoint[k]! });
    for (const [p, id] of edges[k]!) {
      const other = nodes[p]!.slot;
      if (other <= slot && !tape.isZero(id)) hessian.push({ row: slot, column: other, id });
    }
  }
  gradient.sort((a, b) => a.slot - b.slot);
  hessian.sort((a, b) => a.row - b.row || a.column - b.column);
  return { tape, value, gradient, hessian };
}

interface Recorded {
  readonly id: Id;
  /** Index of the active node, −1 for a constant. */
  readonly node: number;
}

/** Writes the values into the tape and notes every node that depends on variables. */
function record(
  tape: ScalarTape,
  shape: Shape,
): { nodes: Active[]; root: number; value: Id; guarded: boolean } {
  const nodes: Active[] = [];
  const calls: Recorded[] = [];
  const leaves = new Map<number, Recorded>();
  let guarded = false;

  const leaf = (slot: number): Recorded => {
    const known = leaves.get(slot);
    if (known !== undefined) return known;
    const made = {
      id: tape.variable(slot),
      node: nodes.push({ slot, args: [], first: [], second: [] }) - 1,
    };
    leaves.set(slot, made);
    return made;
  };
  const argument = (symbol: number): Recorded => {
    const index = symbol >> 2;
    const kind = symbol & 3;
    if (kind === variableSlot) return leaf(index);
    if (kind === earlierCall) return calls[index]!;
    return {
      id: kind === literal ? tape.literal(shape.literals[index]!) : tape.constant(index),
      node: -1,
    };
  };
  const call = (op: Operator, args: readonly Recorded[]): Recorded => {
    const rule = rules[op];
    const u = args.map(({ id }) => id);
    const id = rule.value(tape, u);
    if (args.every(({ node }) => node < 0) || tape.value(id) !== undefined) return { id, node: -1 };
    const first = rule.first(tape, u, id);
    const second = rule.second(tape, u, id, first);
    return { id, node: nodes.push({ slot: -1, args: args.map(({ node }) => node), first, second }) - 1 };
  };
  const fold = (op: Operator, args: readonly Recorded[]): Recorded => {
    if (args.length === 1) return args[0]!;
    const half = args.length >> 1;
    return call(op, [fold(op, args.slice(0, half)), fold(op, args.slice(half))]);
  };

  const listed: { readonly op: Operator; readonly symbols: Int32Array }[] = [];
  eachCall(shape, (op, symbols) => listed.push({ op, symbols }));
  for (const k of lastArgumentFirst(listed)) {
    const { op, symbols } = listed[k]!;
    if (branching.has(op)) guarded = true;
    const args = Array.from(symbols, argument);
    calls[k] = pairwise.has(op) ? fold(op, args) : call(op, args);
  }
  const { id, node } = calls[calls.length - 1]!;
  return { nodes, root: node, value: id, guarded };
}

/** The calls in postorder, last arguments first: a fixed order, as rounding depends on it. */
function lastArgumentFirst(calls: readonly { readonly symbols: Int32Array }[]): number[] {
  const order: number[] = [];
  const done = new Uint8Array(calls.length);
  const stack = [calls.length - 1];
  while (stack.length > 0) {
    const k = stack[stack.length - 1]!;
    const depth = stack.length;
    if (done[k] === 0)
      for (const symbol of calls[k]!.symbols)
        if ((symbol & 3) === earlierCall && done[symbol >> 2] === 0) stack.push(symbol >> 2);
    if (stack.length > depth) continue;
    stack.pop();
    if (done[k] === 0) order.push(k);
    done[k] = 1;
  }
  return order;
}

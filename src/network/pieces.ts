import type { Hinges } from './activation/activation.js';
import { activationOf } from './activation/table.js';
import type { Network, Node, Op } from './graph.js';
import { ancestors } from './prefix.js';

/** A node with kinks: an activation of straight pieces, or a maximum along rows. */
type Bent =
  | { readonly node: number; readonly kinks: readonly number[]; readonly hinges: Hinges }
  | { readonly node: number; readonly width: number };

function bentNodes({ nodes }: Network): Bent[] {
  return nodes.flatMap(({ op, inputs }, node): Bent[] => {
    if (op.kind === 'maximum') return [{ node, width: nodes[inputs[0]!]!.shape.at(-1)! }];
    const φ = op.kind === 'elementwise' ? activationOf(op.fn) : undefined;
    if (φ === undefined || φ.kind === 'smooth') return [];
    const bends = [...φ.hinges.hinges, ...(φ.hinges.jumps ?? [])];
    const kinks = [...new Set(bends.map(({ a, b }) => -b / a))].sort((p, q) => p - q);
    return [{ node, kinks, hinges: φ.hinges }];
  });
}

/**
 * The piece of every number that a node with kinks gives, by node: of an activation how many kinks lie below its argument, of a
 * maximum the entry of its row.
 */
export type Pieces = ReadonlyMap<number, Int32Array>;

/** The pieces on which a network is where its nodes have these values. */
export function piecesAt(net: Network, values: readonly Float64Array[]): Pieces {
  const pieces = new Map<number, Int32Array>();
  for (const bent of bentNodes(net)) {
    const u = values[net.nodes[bent.node]!.inputs[0]!]!;
    if ('width' in bent) {
      const { width } = bent;
      const best = (row: number): number => {
        let at = 0;
        for (let l = 1; l < width; l++) if (u[row * width + l]! > u[row * width + at]!) at = l;
        return at;
      };
      pieces.set(
        bent.node,
        Int32Array.from({ length: u.length / width }, (_, row) => best(row)),
      );
    } else
      pieces.set(
        bent.node,
        Int32Array.from(u, (z) => bent.kinks.filter((kink) => kink < z).length),
      );
  }
  return pieces;
}

/** One side of a piece: a number that is not below 0 on it, and where it leads. */
export interface Border {
  readonly node: number;
  readonly entry: number;
  /** The piece beyond. */
  readonly beyond: number;
}

/** How far every number is from the borders of its piece, negative where it is past one. */
export function borders(
  net: Network,
  pieces: Pieces,
  values: readonly Float64Array[],
): (Border & { readonly room: number })[] {
  return bentNodes(net).flatMap((bent) => {
    const { node } = bent;
    const u = values[net.nodes[node]!.inputs[0]!]!;
    return [...pieces.get(node)!].flatMap((piece, entry) => {
      if ('width' in bent) {
        const start = entry * bent.width;
        return Array.from({ length: bent.width }, (_, beyond) => beyond)
          .filter((beyond) => beyond !== piece)
          .map((beyond) => ({ node, entry, beyond, room: u[start + piece]! - u[start + beyond]! }));
      }
      const { kinks } = bent;
      const below = kinks[piece - 1];
      const above = kinks[piece];
      return [
        ...(below === undefined ? [] : [{ node, entry, beyond: piece - 1, room: u[entry]! - below }]),
        ...(above === undefined ? [] : [{ node, entry, beyond: piece + 1, room: above - u[entry]! }]),
      ];
    });
  });
}

/** The network with its pieces held: kinked activations as straight lines, maxima as one entry; its outputs, or rooms of borders. */
export function heldNetwork(net: Network, pieces: Pieces, watched?: readonly Border[]): Network {
  return pruned(heldGraph(net, pieces, watched).net);
}

/** What enters each node with kinks while its pieces are held, as the values of the network's own nodes. */
export function heldValues(
  net: Network,
  pieces: Pieces,
  forward: (net: Network) => readonly Float64Array[],
): Float64Array[] {
  const { net: held, place } = heldGraph(net, pieces);
  const values = forward(held);
  return net.nodes.map((_, k) => values[place[k]!]!);
}

function heldGraph(
  net: Network,
  pieces: Pieces,
  watched?: readonly Border[],
): { readonly net: Network; readonly place: readonly number[] } {
  const bent = new Map(bentNodes(net).map((own) => [own.node, own]));
  const nodes: Node[] = [];
  const place: number[] = [];
  const push = (layer: string, op: Op, inputs: readonly number[], shape: readonly number[]): number =>
    nodes.push({ layer, op, inputs, shape }) - 1;
  for (const [k, node] of net.nodes.entries()) {
    const inputs = node.inputs.map((input) => place[input]!);
    const own = bent.get(k);
    if (own === undefined) {
      place[k] = nodes.push({ ...node, inputs }) - 1;
      continue;
    }
    const chosen = pieces.get(k)!;
    const [u] = inputs as [number];
    if ('width' in own) {
      const index = chosen.map((entry, row) => row * own.width + entry);
      place[k] = push(node.layer, { kind: 'gather', index }, [u], node.shape);
      continue;
    }
    const size = chosen.length;
    const [scale, shift] = [new Float64Array(size), new Float64Array(size)];
    const lines = Array.from({ length: own.kinks.length + 1 }, (_, piece) => lineOf(own, piece));
    chosen.forEach((piece, i) => {
      [scale[i], shift[i]] = lines[piece]!;
    });
    const flat = push(node.layer, { kind: 'reshape' }, [u], [size]);
    const straight = push(
      node.layer,
      { kind: 'scale', scale: { shape: [size], data: scale }, shift: { shape: [size], data: shift } },
      [flat],
      [size],
    );
    place[k] = push(node.layer, { kind: 'reshape' }, [straight], node.shape);
  }
  if (watched === undefined)
    return { net: { ...net, nodes, outputs: net.outputs.map((output) => place[output]!) }, place };
  const rooms = byNode(watched).map((own) => {
    const k = own[0]!.node;
    const shape = bent.get(k)!;
    const u = place[net.nodes[k]!.inputs[0]!]!;
    const count = own.length;
    const gather = (index: number[]): number =>
      push('border', { kind: 'gather', index: Int32Array.from(index) }, [u], [count]);
    const straight = (from: number, scale: Float64Array, shift: Float64Array): number =>
      push(
        'border',
        { kind: 'scale', scale: { shape: [count], data: scale }, shift: { shape: [count], data: shift } },
        [from],
        [count],
      );
    if ('width' in shape) {
      const { width } = shape;
      const chosen = gather(own.map(({ entry }) => entry * width + pieces.get(k)![entry]!));
      const other = gather(own.map(({ entry, beyond }) => entry * width + beyond));
      const less = straight(other, new Float64Array(count).fill(-1), new Float64Array(count));
      return push('border', { kind: 'add' }, [chosen, less], [count]);
    }
    const signs = own.map(({ entry, beyond }) => (beyond < pieces.get(k)![entry]! ? 1 : -1));
    const kinks = own.map(({ beyond }, i) => shape.kinks[signs[i]! > 0 ? beyond : beyond - 1]!);
    return straight(
      gather(own.map(({ entry }) => entry)),
      Float64Array.from(signs),
      Float64Array.from(kinks, (kink, i) => -signs[i]! * kink),
    );
  });
  const outputSize = watched.length;
  const name = `${net.name} at kinks`;
  return { net: { ...net, name, nodes, outputs: rooms, outputSize, parameters: 0 }, place };
}

/** Borders in the order in which {@link heldNetwork} gives their rooms. */
export const inOrder = (watched: readonly Border[]): Border[] => byNode(watched).flat();

function byNode(watched: readonly Border[]): Border[][] {
  const groups = new Map<number, Border[]>();
  for (const border of watched) {
    const own = groups.get(border.node);
    if (own) own.push(border);
    else groups.set(border.node, [border]);
  }
  return [...groups.values()];
}

/** `φ(u) = scale·u + shift` on one piece. */
function lineOf(
  {
    kinks,
    hinges: { slope, hinges, jumps = [] },
  }: { readonly kinks: readonly number[]; readonly hinges: Hinges },
  piece: number,
): [scale: number, shift: number] {
  const [below, above] = [kinks[piece - 1], kinks[piece]];
  const middle = below === undefined ? above! - 1 : above === undefined ? below + 1 : (below + above) / 2;
  const isActive = ({ a, b }: Hinges['hinges'][number]): boolean => a * middle + b > 0;
  const height = jumps.filter(isActive).reduce((sum, { factor }) => sum + factor, 0);
  return hinges
    .filter(isActive)
    .reduce<[number, number]>(
      ([s, t], { factor, a, b }) => [s + factor * a, t + factor * b],
      [slope, height],
    );
}

/** Without the nodes that no output needs, but with every input. */
function pruned(net: Network): Network {
  const kept = ancestors(net, net.outputs);
  const place = new Map<number, number>();
  const nodes: Node[] = [];
  net.nodes.forEach((node, k) => {
    if (!kept.has(k) && node.op.kind !== 'input') return;
    place.set(k, nodes.push({ ...node, inputs: node.inputs.map((input) => place.get(input)!) }) - 1);
  });
  return { ...net, nodes, outputs: net.outputs.map((output) => place.get(output)!) };
}

import { activationOf } from './activation/table.js';
import { sizeOf } from './build.js';
import type { Network, Node, Op, Tensor } from './graph.js';

/**
 * The network with every hinge `max(v, 0)` as `softplus(βv)/β`, at most `log 2/β` too large; of maxima, taken pair by pair, each
 * is `a + max(b − a, 0)`. Undefined where an activation jumps.
 */
export function smoothed(net: Network, β: number): Network | undefined {
  const nodes: Node[] = [];
  const place: number[] = [];
  const push = (from: Node, op: Op, inputs: readonly number[], shape: readonly number[]): number =>
    nodes.push({ layer: from.layer, op, inputs, shape }) - 1;
  const scaled = (node: Node, u: number, factor: number, shift = 0): number => {
    const { shape } = nodes[u]!;
    const width = shape.at(-1) ?? 1;
    const all = (value: number): Tensor => ({ shape: [width], data: new Float64Array(width).fill(value) });
    return push(node, { kind: 'scale', scale: all(factor), shift: all(shift) }, [u], shape);
  };
  /** `factor · max(a·u + b, 0)`. */
  const hinge = (node: Node, u: number, factor: number, a: number, b: number): number => {
    const bent = push(
      node,
      { kind: 'elementwise', fn: { name: 'softplus' } },
      [scaled(node, u, β * a, β * b)],
      nodes[u]!.shape,
    );
    return scaled(node, bent, factor / β);
  };
  const sum = (node: Node, parts: readonly number[]): number =>
    parts.length === 1 ? parts[0]! : push(node, { kind: 'add' }, parts, nodes[parts[0]!]!.shape);
  const halves = (node: Node, u: number): number => {
    const { shape } = nodes[u]!;
    const width = shape.at(-1)!;
    if (width === 1) return u;
    const rows = sizeOf(shape) / width;
    const half = Math.ceil(width / 2);
    const part = (start: number): number =>
      push(
        node,
        {
          kind: 'gather',
          index: Int32Array.from(
            { length: rows * half },
            (_, i) => Math.floor(i / half) * width + Math.min(start + (i % half), width - 1),
          ),
        },
        [u],
        [...shape.slice(0, -1), half],
      );
    const [a, b] = [part(0), part(half)];
    const gap = sum(node, [b, scaled(node, a, -1)]);
    return halves(node, sum(node, [a, hinge(node, gap, 1, 1, 0)]));
  };
  for (const [k, node] of net.nodes.entries()) {
    const inputs = node.inputs.map((input) => place[input]!);
    const [u] = inputs as [number];
    if (node.op.kind === 'maximum') {
      place[k] = halves(node, u);
      continue;
    }
    const φ = node.op.kind === 'elementwise' ? activationOf(node.op.fn) : undefined;
    if (φ?.kind === 'jump') return undefined;
    if (φ?.kind !== 'kinked') {
      place[k] = nodes.push({ ...node, inputs }) - 1;
      continue;
    }
    const { slope, hinges } = φ.hinges;
    const line = slope === 0 ? [] : [scaled(node, u, slope)];
    place[k] = sum(node, [...line, ...hinges.map(({ factor, a, b }) => hinge(node, u, factor, a, b))]);
  }
  return { ...net, nodes, outputs: net.outputs.map((output) => place[output]!) };
}

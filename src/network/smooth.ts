import type { Hinges } from './activation/activation.js';
import { activationOf } from './activation/table.js';
import { sizeOf } from './build.js';
import type { Network, Node, Op, Tensor } from './graph.js';

/**
 * The network with every hinge `max(v, 0)` as `softplus(βv)/β`, at most `log 2/β` too large, and every jump as `sigmoid(βv)`; of
 * maxima, taken pair by pair, each is `a + max(b − a, 0)`.
 */
export function smoothed(net: Network, β: number): Network {
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
  /** `factor · fn(β(a·u + b))`. */
  const bent = (
    node: Node,
    u: number,
    name: 'softplus' | 'sigmoid',
    { factor, a, b }: Hinges['hinges'][number],
  ): number => {
    const { shape } = nodes[u]!;
    const inner = scaled(node, u, β * a, β * b);
    return scaled(node, push(node, { kind: 'elementwise', fn: { name } }, [inner], shape), factor);
  };
  const hinge = (node: Node, u: number, { factor, a, b }: Hinges['hinges'][number]): number =>
    bent(node, u, 'softplus', { factor: factor / β, a, b });
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
    return halves(node, sum(node, [a, hinge(node, gap, { factor: 1, a: 1, b: 0 })]));
  };
  for (const [k, node] of net.nodes.entries()) {
    const inputs = node.inputs.map((input) => place[input]!);
    const [u] = inputs as [number];
    if (node.op.kind === 'maximum') {
      place[k] = halves(node, u);
      continue;
    }
    const φ = node.op.kind === 'elementwise' ? activationOf(node.op.fn) : undefined;
    if (φ === undefined || φ.kind === 'smooth') {
      place[k] = nodes.push({ ...node, inputs }) - 1;
      continue;
    }
    const { slope, hinges, jumps = [] } = φ.hinges;
    const line = slope === 0 ? [] : [scaled(node, u, slope)];
    place[k] = sum(node, [
      ...line,
      ...hinges.map((own) => hinge(node, u, own)),
      ...jumps.map((own) => bent(node, u, 'sigmoid', own)),
    ]);
  }
  return { ...net, nodes, outputs: net.outputs.map((output) => place[output]!) };
}

import type { Network } from '../network/graph.js';
import { isAffine } from '../network/traits.js';
import { Builder, type Workshop } from './builder.js';
import { execute } from './execute.js';
import { type Forward, forward } from './forward.js';
import type { Ref } from './program.js';
import { ruleOf } from './rules/table.js';
import { sizeOf } from './shape.js';
import { type Tangent, Tangents } from './tangent.js';

/** Where derivatives are taken: at the input, or at the affine node `cut` through which every output sees it. */
export interface Space {
  readonly cut?: number;
  readonly rows: number;
}

export const spaceOf = (network: Network, cut?: number): Space =>
  cut === undefined ? { rows: network.inputSize } : { cut, rows: sizeOf(network.nodes[cut]!.shape) };

/** Tangents of every node in `space`; undefined before the cut. */
export function tangentsIn({ cut }: Space, t: Tangents, { network, sites }: Forward): Tangent[] {
  const tangents: Tangent[] = [];
  for (let k = cut ?? 0; k < network.nodes.length; k++) {
    if (k === cut) {
      tangents[k] = { kind: 'diagonal', offset: 0, scale: null };
      continue;
    }
    const { op, inputs } = network.nodes[k]!;
    const known = inputs.map((input) => tangents[input]);
    const besideCut = cut !== undefined && op.kind === 'input';
    if (besideCut || known.some((tangent) => tangent === undefined)) continue;
    tangents[k] = ruleOf(op).tangent(sites[k]!, t, known as Tangent[]);
  }
  return tangents;
}

/** `∂z/∂x` of the affine node `cut`, laid out as a tangent, `[n, k]`: constant, from the weights alone. */
export function prefixMap({ b, network, sites }: Forward, cut: number): Ref {
  const t = new Tangents(b, network.inputSize);
  const tangents: Tangent[] = [];
  for (let k = 0; k <= cut; k++) {
    const { op, inputs } = network.nodes[k]!;
    if (!isAffine(op) || inputs.some((input) => tangents[input] === undefined)) continue;
    const known = inputs.map((input) => tangents[input]!);
    tangents[k] = ruleOf(op).tangent(sites[k]!, t, known);
  }
  return t.matrix(tangents[cut]!, sites[cut]!.shape);
}

/** `B = ∂z/∂x`, `k × n` by rows, in numbers. */
export function prefixFactor(network: Network, cut: number, workshop: Workshop) {
  const b = new Builder(workshop);
  const program = b.finish({ y: b.transpose(prefixMap(forward(b, network), cut)) });
  const { shape, data } = execute(program, { x: [], λ: [] })[program.outputs.y]!;
  const [rank, columns] = shape as [number, number];
  return { rank, columns, data: Float64Array.from(data) };
}

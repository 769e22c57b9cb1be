import type { Forward } from './forward.js';
import type { Ref, Term } from './program.js';
import { ruleOf } from './rules/table.js';
import type { Tangent, Tangents } from './tangent.js';

/**
 * All ops' shares of `∇²(λᵀy)` in the space of `t`, as one symmetric sum, to which a matrix may be added; undefined where there are none. `barOf(k)` is
 * the adjoint of node `k`'s value by `λᵀy`, of its shape, undefined where no output depends on it.
 */
export function curvature(
  { b, network, sites }: Forward,
  t: Tangents,
  tangents: readonly (Tangent | undefined)[],
  barOf: (node: number) => Ref | undefined,
): Ref | undefined {
  const terms: Term[] = [];
  let diagonal: Ref | null = null;
  let whole: Ref | undefined;
  network.nodes.forEach(({ op, inputs }, k) => {
    const { second } = ruleOf(op);
    const bar = second === null ? undefined : barOf(k);
    const known = inputs.map((input) => tangents[input]);
    if (second === null || bar === undefined || known.some((tangent) => tangent === undefined)) return;
    const share = second(sites[k]!, t, bar, known as Tangent[]);
    terms.push(...share.terms);
    if (share.whole !== undefined) whole = whole === undefined ? share.whole : b.add(whole, share.whole);
    if (share.diagonal === undefined) return;
    const { offset, values } = share.diagonal;
    const after = t.rows - offset - b.shape(values)[0]!;
    const padded = b.concat(
      [...(offset > 0 ? [b.full([offset], 0)] : []), values, ...(after > 0 ? [b.full([after], 0)] : [])],
      0,
    );
    diagonal = diagonal === null ? padded : b.add(diagonal, padded);
  });
  if (terms.length === 0 && diagonal === null) return whole;
  const sum = b.symmetric([t.rows, t.rows], terms, diagonal, t.triangle);
  return whole === undefined ? sum : b.add(sum, whole);
}

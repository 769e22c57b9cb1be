import { adjointOf } from './adjoint.js';
import type { Forward } from './forward.js';
import type { Ref } from './program.js';
import { ruleOf } from './rules/table.js';
import type { Space } from './space.js';
import type { Tangent, Tangents } from './tangent.js';

/**
 * `∇²(λᵀy)` in a space as the derivative of the adjoints (forward over reverse): every `v̄` changes by `∂v̄/∂z · T`, `[rows,
 * …shape of v]`, which goes back through the adjoint of each op, and each op that is not affine adds what its own slope changes
 * by. `[rows, rows]`; undefined where nothing bends. Less work than the sum of squares where layers are wide and their maps
 * narrow, as convolutions are. `barOf` as in `curvature`.
 */
export function pulledBack(
  f: Forward,
  space: Space,
  t: Tangents,
  tangents: readonly (Tangent | undefined)[],
  barOf: (node: number) => Ref | undefined,
): Ref | undefined {
  const { b, network, sites } = f;
  const turns: (Ref | undefined)[] = network.nodes.map(() => undefined);
  let bent = false;
  for (let k = network.nodes.length - 1; k > (space.cut ?? -1); k--) {
    const { op, inputs } = network.nodes[k]!;
    if (tangents[k] === undefined || op.kind === 'input') continue;
    const { adjoint, turn } = ruleOf(op);
    const above = turns[k];
    const shares: readonly (Ref | undefined)[] = above === undefined ? [] : adjoint(sites[k]!, above);
    const bar = turn === null ? undefined : barOf(k);
    const known = inputs.map((input) => tangents[input]);
    // A product with something that does not depend on z bends where both are given alone; none here has such inputs.
    const own =
      turn === null || bar === undefined || known.some((tangent) => tangent === undefined)
        ? []
        : turn(sites[k]!, t, bar, known as Tangent[], tangents[k]!);
    inputs.forEach((input, position) => {
      if (tangents[input] === undefined) return;
      for (const share of [shares[position], own[position]]) {
        if (share === undefined) continue;
        const before = turns[input];
        turns[input] = before === undefined ? share : b.add(before, share);
        bent = true;
      }
    });
  }
  return bent ? adjointOf(f, space, turns, space.rows) : undefined;
}

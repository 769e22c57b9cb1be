import { sizeOf } from './build.js';
import type { Network } from './graph.js';
import { isAffine } from './traits.js';

/**
 * The narrowest node `z = B x + c` that is affine in `x`, smaller than `x`, and through which every output sees `x`.
 * Absent when there is none.
 */
export function narrowPrefix({ nodes, inputSize, outputs }: Network): number | undefined {
  const affine: boolean[] = [];
  nodes.forEach(({ op, inputs }, k) => {
    affine[k] = isAffine(op) && inputs.every((input) => affine[input]);
  });
  // A path from x to an output passes a node or steps over it: counted are the steps over each, of nodes that lie on paths.
  const reaching = ancestors({ nodes }, outputs);
  const sees: boolean[] = [];
  const change = new Int32Array(nodes.length + 1);
  const stepOver = (first: number, last: number): void => {
    if (first > last) return;
    change[first]!++;
    change[last + 1]!--;
  };
  nodes.forEach(({ op, inputs }, k) => {
    sees[k] = op.kind === 'input' || inputs.some((input) => sees[input]);
    if (!sees[k] || !reaching.has(k)) return;
    if (op.kind === 'input') stepOver(0, k - 1);
    for (const input of inputs) if (sees[input]) stepOver(input + 1, k - 1);
  });
  for (const output of outputs) if (sees[output]) stepOver(output + 1, nodes.length - 1);
  let best: number | undefined;
  let width = inputSize;
  let over = 0;
  nodes.forEach(({ shape }, k) => {
    over += change[k]!;
    if (affine[k] && sizeOf(shape) < width && over === 0) {
      best = k;
      width = sizeOf(shape);
    }
  });
  return best;
}

/** Nodes on which any of `targets` depends, themselves included. */
export function ancestors(
  { nodes }: Pick<Network, 'nodes'>,
  targets: readonly number[],
  stop?: number,
): Set<number> {
  const needed = new Set<number>(targets);
  for (let k = nodes.length - 1; k >= 0; k--)
    if (needed.has(k) && k !== stop) for (const input of nodes[k]!.inputs) needed.add(input);
  return needed;
}

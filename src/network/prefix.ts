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
  const isCut = (cut: number): boolean => {
    const seesInput: boolean[] = [];
    nodes.forEach(({ op, inputs }, k) => {
      seesInput[k] = k !== cut && (op.kind === 'input' || inputs.some((input) => seesInput[input]));
    });
    return outputs.every((output) => !seesInput[output]);
  };
  let best: number | undefined;
  let width = inputSize;
  nodes.forEach(({ shape }, k) => {
    if (affine[k] && sizeOf(shape) < width && isCut(k)) {
      best = k;
      width = sizeOf(shape);
    }
  });
  return best;
}

/** Nodes on which any of `targets` depends, themselves included. */
export function ancestors({ nodes }: Network, targets: readonly number[], stop?: number): Set<number> {
  const needed = new Set<number>(targets);
  for (let k = nodes.length - 1; k >= 0; k--)
    if (needed.has(k) && k !== stop) for (const input of nodes[k]!.inputs) needed.add(input);
  return needed;
}

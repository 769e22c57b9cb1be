import type { Network } from '../network/graph.js';
import { sizeOf } from './builder.js';

const affineKinds = new Set(['input', 'affine', 'scale', 'add', 'concat', 'reshape']);

/**
 * The narrowest node `z = x M + c` that is affine in `x`, smaller than `x`, and through which every output sees `x`:
 * tangents taken there are fewer, and derivatives with respect to `x` follow by `M`. Absent when there is none.
 */
export function narrowPrefix({ nodes, inputSize, outputs }: Network): number | undefined {
  const affine: boolean[] = [];
  nodes.forEach(({ op, inputs }, k) => {
    affine[k] = affineKinds.has(op.kind) && inputs.every((input) => affine[input]);
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

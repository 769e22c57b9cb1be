import { expandBlock } from '../core/structure/each.js';
import { type PieceOf, triangle } from '../core/structure/piece.js';
import type { Evaluation } from '../engine/contract.js';
import type { BoxShape, Slot } from './contract.js';

/** Columns of `J`, and rows and columns of `H`. */
export const widthOf = ({ through, inputs }: BoxShape): number => through?.rank ?? inputs;

/** Lengths of the buffers of a slot. */
export function slotLengths(shape: BoxShape): { readonly [Name in keyof Slot]: number } {
  const { inputs, outputs, secondDerivatives } = shape;
  const width = widthOf(shape);
  return {
    x: inputs,
    λ: outputs,
    y: outputs,
    J: outputs * width,
    H: secondDerivatives ? triangle(width) : 0,
  };
}

/** A slot with buffers of its own. */
export function makeSlot(shape: BoxShape): Slot {
  const { x, λ, y, J, H } = slotLengths(shape);
  return {
    x: new Float64Array(x),
    λ: new Float64Array(λ),
    y: new Float64Array(y),
    J: new Float64Array(J),
    H: new Float64Array(H),
  };
}

/** `J` and `H` by x, whatever the box computes them by; a part that is empty stays so. */
export function byInputs({ through, inputs, outputs }: BoxShape, { y, J, H }: Evaluation): Evaluation {
  if (through === undefined) return { y, J, H };
  const columns = Int32Array.from({ length: inputs }, (_, j) => j);
  const rows = Int32Array.from({ length: outputs }, (_, i) => i);
  const expand = (values: Float64Array, of: Int32Array | null, length: number): Float64Array => {
    if (values.length === 0) return values;
    const piece: PieceOf<'through'> = {
      kind: 'through',
      rows: of,
      columns,
      factor: through,
      first: 0,
      count: 0,
    };
    const out = new Float64Array(length);
    expandBlock(piece, values, out, 0);
    return out;
  };
  return { y, J: expand(J, rows, outputs * inputs), H: expand(H, null, triangle(inputs)) };
}

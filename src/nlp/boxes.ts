import { InputError } from '../core/errors.js';
import type { PieceShape } from '../core/structure/piece.js';
import type { GrayBox } from '../oracle/contract.js';
import type { GrayBoxUse } from '../problem/problem.js';

/** One use of a gray box with its buffers: rows `y − NN(x)` from `firstRow`. */
export interface BoxUse {
  readonly box: GrayBox;
  readonly use: GrayBoxUse;
  /** The variables that enter, each once. */
  readonly columns: Int32Array;
  /** Input → index in `columns`; null where no variable enters twice. */
  readonly fold: Int32Array | null;
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** `−λ` of the rows: the multipliers of NN. */
  readonly λ: Float64Array;
  readonly J: Float64Array;
  readonly H: Float64Array;
}

/** Pairs each use with its box and checks that their sizes agree. */
export function boxUses(uses: readonly GrayBoxUse[], boxes: readonly GrayBox[]): BoxUse[] {
  return uses.map((use, k) => {
    const box = boxes[use.box];
    if (box === undefined)
      throw new InputError(
        `gray box ${use.box} (use ${k}) is missing: assemble was given ${boxes.length} boxes`,
      );
    const inputs = use.inputs.length;
    const outputs = use.outputs.length;
    if (box.inputs !== inputs || box.outputs !== outputs)
      throw new InputError(
        `gray box ${use.box} maps ${box.inputs} inputs to ${box.outputs} outputs, but use ${k} connects ${inputs} and ${outputs} variables`,
      );
    return {
      box,
      use,
      ...distinct(use.inputs),
      x: new Float64Array(inputs),
      y: new Float64Array(outputs),
      λ: new Float64Array(outputs),
      J: new Float64Array(inputs * outputs),
      H: new Float64Array(box.secondDerivatives ? (inputs * (inputs + 1)) / 2 : 0),
    };
  });
}

function distinct(inputs: Int32Array): { columns: Int32Array; fold: Int32Array | null } {
  const place = new Map<number, number>();
  const fold = inputs.map((j) => {
    if (!place.has(j)) place.set(j, place.size);
    return place.get(j)!;
  });
  const columns = Int32Array.from(place.keys());
  return { columns, fold: columns.length === inputs.length ? null : fold };
}

/** The block of `∂(y − NN)/∂x`. */
export const jacobianPiece = ({ use, columns }: BoxUse): PieceShape => ({
  kind: 'dense',
  rows: Int32Array.from(use.outputs, (_, i) => use.firstRow + i),
  columns,
});

/** The block of `∇²((−λ)ᵀNN)`. */
export const hessianPiece = ({ columns }: BoxUse): PieceShape => ({ kind: 'dense', rows: null, columns });

/** Writes `−J` of a use from `at` on. */
export function writeJacobian({ J, fold, columns, use }: BoxUse, out: Float64Array, at: number): void {
  if (fold === null) {
    for (let k = 0; k < J.length; k++) out[at + k] = -J[k]!;
    return;
  }
  const width = columns.length;
  out.fill(0, at, at + use.outputs.length * width);
  for (let i = 0, k = 0; i < use.outputs.length; i++)
    for (let j = 0; j < fold.length; j++) out[at + i * width + fold[j]!]! -= J[k++]!;
}

/** Writes `H` of a use from `at` on. */
export function writeHessian({ H, fold, columns }: BoxUse, out: Float64Array, at: number): void {
  if (fold === null) {
    out.set(H, at);
    return;
  }
  out.fill(0, at, at + (columns.length * (columns.length + 1)) / 2);
  for (let a = 0, k = 0; a < fold.length; a++)
    for (let b = 0; b <= a; b++, k++) {
      const [i, j] = [Math.max(fold[a]!, fold[b]!), Math.min(fold[a]!, fold[b]!)];
      // Both orders of two inputs that are one variable fall on the diagonal.
      out[at + (i * (i + 1)) / 2 + j]! += a !== b && i === j ? 2 * H[k]! : H[k]!;
    }
}

/** Gathers the inputs of a use from `x`. */
export function gatherInputs({ use, x: own }: BoxUse, x: Float64Array): Float64Array {
  for (let k = 0; k < own.length; k++) own[k] = x[use.inputs[k]!]!;
  return own;
}

/**
 * Gathers `−λ` of the rows `y − NN(x)`: their part of the Lagrangian's Hessian is `∇²((−λ)ᵀNN)`. Returns false where
 * all are 0.
 */
export function gatherMultipliers({ use, λ: own }: BoxUse, λ: Float64Array): boolean {
  let any = false;
  for (let k = 0; k < own.length; k++) {
    const value = λ[use.firstRow + k]!;
    own[k] = -value;
    if (value !== 0) any = true;
  }
  return any;
}

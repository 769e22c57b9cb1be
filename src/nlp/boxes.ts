import { InputError } from '../core/errors.js';
import type { GrayBox } from '../oracle/contract.js';
import type { GrayBoxUse } from '../problem/problem.js';

/** One use of a gray box with its buffers: rows `y − NN(x)` from `firstRow`. */
export interface BoxUse {
  readonly box: GrayBox;
  readonly use: GrayBoxUse;
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
      x: new Float64Array(inputs),
      y: new Float64Array(outputs),
      λ: new Float64Array(outputs),
      J: new Float64Array(inputs * outputs),
      H: new Float64Array(box.secondDerivatives ? (inputs * (inputs + 1)) / 2 : 0),
    };
  });
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

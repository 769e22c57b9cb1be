import { type Factor, isNarrow } from '../../src/core/structure/piece.js';
import type { OpenLinearSolver } from '../linear/contract.js';
import { openDense } from '../linear/index.js';
import { AugmentedSystem } from './augmented.js';
import type { KktShape, KktSystem } from './contract.js';
import type { LowRank } from './quasi-newton.js';
import { CondensedSystem } from './system.js';

/** Opens a KKT system of one form. `memory` takes the place of the shape's Hessian where it is given. */
export type OpenKkt = (
  shape: KktShape,
  memory: LowRank | null,
  open: OpenLinearSolver,
  options: Readonly<Record<string, unknown>>,
) => KktSystem;

const augmentedIf =
  (isBordered: (factor: Factor) => boolean): OpenKkt =>
  (shape, memory, open, options) =>
    new CondensedSystem(shape, new AugmentedSystem(shape, memory, open, options, isBordered), memory);

/** Everything in one sparse matrix, blocks through a factor multiplied out. */
export const openAugmented = augmentedIf(() => false);

/** Blocks of the Hessian through a constant factor stay small: rows for `z = Bx` stand for them. */
export const openBordered = augmentedIf(() => true);

/** One full matrix, whatever its structure. */
export const openDenseKkt: OpenKkt = (shape, memory, _, options) =>
  openAugmented(shape, memory, openDense, options);

/** The form that suits the structure. */
export const openKkt = augmentedIf(isNarrow);

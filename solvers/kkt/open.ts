import { type Factor, isNarrow } from '../../src/core/structure/piece.js';
import type { OpenLinearSolver } from '../linear/contract.js';
import { openDense } from '../linear/index.js';
import { AugmentedSystem } from './augmented.js';
import type { KktShape, KktSystem } from './contract.js';
import type { CoreSystem } from './core.js';
import type { LowRank } from './quasi-newton.js';
import { openBlocks } from './schur/open.js';
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

/**
 * Blocks of the shape's partition are eliminated first; `takes` says which. Without any, and with a limited-memory Hessian, which
 * couples them all: the form that suits the rest of the structure.
 */
const schur =
  (takes: 'all' | 'networks'): OpenKkt =>
  (shape, memory, open, options) => {
    const openCore = (core: KktShape): CoreSystem =>
      new AugmentedSystem(core, memory, open, options, isNarrow);
    const blocks = memory ? undefined : openBlocks(shape, openCore, open, options, takes);
    return new CondensedSystem(shape, blocks ?? openCore(shape), memory);
  };

/** Every block of the partition eliminated on its own. */
export const openSchur = schur('all');

/** The form that suits the structure. */
export const openKkt = schur('networks');

/** Forms by name, as an option has them. */
export const kktForms = {
  auto: openKkt,
  augmented: openAugmented,
  bordered: openBordered,
  schur: openSchur,
  dense: openDenseKkt,
} as const satisfies Record<string, OpenKkt>;

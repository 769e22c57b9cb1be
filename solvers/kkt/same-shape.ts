import { sameList, sameStructure } from '../../src/core/structure/same.js';
import type { KktShape } from './contract.js';

/** Whether a system of one shape takes the values of another. */
export const sameShape = (one: KktShape, other: KktShape): boolean =>
  one.n === other.n &&
  one.core === other.core &&
  one.m === other.m &&
  sameList(one.attachedRow, other.attachedRow) &&
  sameList(one.attachedSign, other.attachedSign) &&
  sameList(one.partition ?? null, other.partition ?? null) &&
  sameStructure(one.jacobian, other.jacobian) &&
  sameStructure(one.hessian, other.hessian);

import { checkBoundArrays } from '../../src/nlp/bounds.js';
import type { Nlp } from '../../src/nlp/contract.js';
import type { WarmStart } from '../../src/nlp/solver.js';
import { checkedWarmStart } from '../../src/nlp/warm-start.js';

/** Checks what native code will read without looking: arrays of the problem's sizes. */
export function checkedStart(nlp: Nlp, given: WarmStart | undefined, owner: string): WarmStart | undefined {
  checkBoundArrays(nlp, owner);
  const sizes = { variables: nlp.variables.lower.length, constraints: nlp.constraints.lower.length };
  return checkedWarmStart(given, sizes, owner);
}

import type { Op } from '../../network/graph.js';
import type { Kind } from '../../network/traits.js';
import type { Ref } from '../program.js';
import { add, contract, multiply } from './arithmetic.js';
import { elementwise, maximum, softmax } from './functions.js';
import { affine, scale } from './linear.js';
import { concat, gather, input, reshape } from './placement.js';
import { quadraticProgram } from './quadratic.js';
import type { Rule, Site } from './rule.js';

/** One rule per op; a missing one does not compile. */
export const rules: { readonly [K in Kind]: Rule<K> } = {
  input,
  affine,
  scale,
  elementwise,
  softmax,
  add,
  multiply,
  concat,
  reshape,
  gather,
  contract,
  maximum,
  quadraticProgram,
};

/** A node's site and rule where its kind is known only at run time; both agree by construction of the table. */
export type AnySite = Omit<Site<Kind>, 'op'> & { readonly op: Op };
type Anonymous<F> = F extends (site: never, ...rest: infer R) => infer V
  ? (site: AnySite, ...rest: R) => V
  : F;
type AnyRule = { readonly [F in Exclude<keyof Rule<Kind>, 'value'>]: Anonymous<Rule<Kind>[F]> } & {
  value(site: Omit<AnySite, 'value'>, x: Ref): Ref;
};

export const ruleOf = (op: Op): AnyRule => rules[op.kind] as unknown as AnyRule;

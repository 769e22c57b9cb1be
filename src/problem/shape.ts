import { type Operator, operators } from './operators.js';

/**
 * An expression over slots as flat arrays, so that its depth is no matter to whoever walks or copies it. `code` lists
 * calls, each as `operator (place in the list of operators), number of arguments, arguments…`; the last is the root.
 * An argument is a {@link symbol}: a variable slot, an earlier call, a constant slot or a literal. Integer exponents are
 * literals, because derivatives depend on them.
 */
export interface Shape {
  readonly code: Int32Array;
  /** Values of the literals. */
  readonly literals: Float64Array;
}

/** What the argument of a call refers to. */
export const variableSlot = 0;
export const earlierCall = 1;
export const constantSlot = 2;
export const literal = 3;

export type SymbolKind = typeof variableSlot | typeof earlierCall | typeof constantSlot | typeof literal;

/** An argument: what it refers to, and which one of these. */
export const symbol = (kind: SymbolKind, index: number): number => 4 * index + kind;

/** Visits the calls in order; `symbols` is a view of their arguments. */
export function eachCall(
  { code }: Shape,
  visit: (operator: Operator, symbols: Int32Array, call: number) => void,
): void {
  for (let at = 0, call = 0; at < code.length; call++) {
    const end = at + 2 + code[at + 1]!;
    visit(operators[code[at]!]!, code.subarray(at + 2, end), call);
    at = end;
  }
}

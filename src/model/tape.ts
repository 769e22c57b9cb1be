import { operators } from '../problem/operators.js';

/**
 * Expressions as flat arrays, which are copied to another thread whatever their depth. Node `k` applies
 * `operators[k]` (its place in the list of operators, or {@link linearForm}) to the {@link reference}s
 * `args[start[k]]` … `args[start[k + 1] − 1]`, all of earlier nodes. A linear form has no references: its arguments are
 * the place of its coefficients in `values`, which their constant follows, and its columns.
 */
export interface Tape {
  readonly operators: Uint8Array;
  readonly start: Int32Array;
  readonly args: Int32Array;
  /** Constants and coefficients. */
  readonly values: Float64Array;
}

export const linearForm = operators.length;

/** What a reference is to: a node, the variable of a column, or `values[index]`. */
export const nodeKind = 0;
export const variableKind = 1;
export const constantKind = 2;

export const reference = (
  kind: typeof nodeKind | typeof variableKind | typeof constantKind,
  index: number,
): number => 4 * index + kind;

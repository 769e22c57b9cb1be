import { applyOperator } from '../problem/apply.js';
import { operators } from '../problem/operators.js';
import { formula } from './formula.js';
import type { Statement } from './statement.js';
import { constantKind, linearForm, variableKind } from './tape.js';
import { TapeView } from './tape-view.js';

/**
 * The first part of objective or rows that is undefined at x although its arguments are not, with its value and theirs:
 * `log(x[0]) is NaN at x[0] = -1`. Undefined where every part is finite.
 */
export function undefinedPart(statement: Statement, x: ArrayLike<number>): string | undefined {
  const own = partOf(statement, x);
  if (own !== undefined) return own;
  for (const use of statement.groups) {
    const { names } = statement.variables;
    const constants = use.template.variables.lower.length - use.width;
    for (let t = 0; t < use.rows.length; t++) {
      const columns = use.columns.subarray(t * use.width, (t + 1) * use.width);
      const values = use.constants.subarray(t * constants, (t + 1) * constants);
      const at = [...Array.from(columns, (column) => x[column]!), ...values];
      const named = [...Array.from(columns, (column) => names[column]!), ...Array.from(values, String)];
      const variables = { ...use.template.variables, names: named };
      const part = partOf({ ...use.template, variables }, at);
      if (part !== undefined) return part;
    }
  }
  return undefined;
}

function partOf(
  { tape, variables, expressions, objective }: Statement,
  x: ArrayLike<number>,
): string | undefined {
  const used = reached(tape, [objective, ...expressions]);
  const values = new Float64Array(tape.operators.length);
  const of = (ref: number): number => {
    if ((ref & 3) === variableKind) return x[ref >> 2]!;
    return (ref & 3) === constantKind ? tape.values[ref >> 2]! : values[ref >> 2]!;
  };
  for (let v = 0; v < values.length; v++) {
    if (used[v] === 0) continue;
    const [from, end] = [tape.start[v]!, tape.start[v + 1]!];
    if (tape.operators[v] === linearForm) {
      const first = tape.args[from]!;
      const count = end - from - 1;
      let total = tape.values[first + count]!;
      for (let k = 0; k < count; k++) total += tape.values[first + k]! * x[tape.args[from + 1 + k]!]!;
      values[v] = total;
      continue;
    }
    const args = Array.from(tape.args.subarray(from, end), of);
    values[v] = applyOperator(operators[tape.operators[v]!]!, args);
    if (Number.isFinite(values[v]) || !args.every(Number.isFinite)) continue;
    const shown = (ref: number): string => formula(new TapeView(tape, ref, variables.names));
    const places = [...tape.args.subarray(from, end)].filter((ref) => (ref & 3) !== constantKind);
    const at = [...new Set(places)].slice(0, 3).map((ref) => `${shown(ref)} = ${of(ref)}`);
    return `${shown(4 * v)} is ${values[v]} at ${at.join(', ')}`;
  }
  return undefined;
}

/** 1 for nodes below these references. */
function reached(tape: Statement['tape'], roots: Iterable<number>): Uint8Array {
  const used = new Uint8Array(tape.operators.length);
  for (const ref of roots)
    if (ref >= 0 && (ref & 3) !== variableKind && (ref & 3) !== constantKind) used[ref >> 2] = 1;
  // Arguments stand before what uses them.
  for (let v = used.length - 1; v >= 0; v--) {
    if (used[v] === 0 || tape.operators[v] === linearForm) continue;
    for (let at = tape.start[v]!; at < tape.start[v + 1]!; at++) {
      const ref = tape.args[at]!;
      if ((ref & 3) !== variableKind && (ref & 3) !== constantKind) used[ref >> 2] = 1;
    }
  }
  return used;
}

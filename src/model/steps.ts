import { type Operator, operatorCode, operators } from '../problem/operators.js';
import { constantKind, linearForm, variableKind } from './tape.js';
import type { TapeWriter } from './tape-writer.js';

/** Tests as rows, and what states the same with a derivative. */
const tests: { readonly [O in Operator]?: string } = {
  less: 'state a < b as constrain(subtract(b, a), { lower: margin })',
  lessEqual: 'state a ≤ b as constrain(subtract(b, a), { lower: 0 })',
  equal: 'state a = b as constrain(subtract(a, b), { equals: 0 })',
  notEqual: 'state a ≠ b on one side, as constrain(subtract(a, b), { lower: margin })',
  and: 'give each relation a row of its own',
  or: 'state a ≥ 0 or b ≥ 0 as constrain(maximum(a, b), { lower: 0 })',
  not: 'state the opposite relation as a row',
};
const steps = new Set(
  [...(Object.keys(tests) as Operator[]), 'floor', 'ceil', 'round', 'trunc', 'quotient'].map(
    (operator) => operatorCode[operator as Operator],
  ),
);
const { conditional } = operatorCode;
/** After so many nodes those met are remembered. */
const fewNodes = 32;

/**
 * Why an expression on the tape can be neither row nor objective although it depends on variables: it is constant between
 * jumps, so that its derivative is 0 wherever there is one and no solver can move it. Undefined where there is nothing to
 * say.
 */
export function stepComplaint(tape: TapeWriter, root: number): string | undefined {
  if (!isStep(tape, root)) return undefined;
  const advice = tests[operators[tape.operator(root >> 2)]!];
  return advice === undefined
    ? 'is constant between jumps (tests, floor and their like): its derivative is 0 everywhere and no step can change it; use an expression that varies with the variables'
    : `is a test, 1 or 0: its derivative is 0 everywhere and no step can change it; ${advice}`;
}

/** True where the value depends on variables through steps alone. */
function isStep(tape: TapeWriter, root: number): boolean {
  let jumps = false;
  let met = 0;
  let seen: Set<number> | undefined;
  const open: number[] = [root];
  for (let ref = open.pop(); ref !== undefined; ref = open.pop()) {
    if ((ref & 3) === variableKind) return false;
    const v = ref >> 2;
    if ((ref & 3) === constantKind || seen?.has(v)) continue;
    if (++met > fewNodes) {
      seen ??= new Set();
      seen.add(v);
    }
    const op = tape.operator(v);
    let [from, end] = [tape.start(v), tape.start(v + 1)];
    if (op === linearForm) {
      // Files name a row's variables with coefficient 0 where only its expression holds them.
      const first = tape.arg(from);
      for (let k = 0; k < end - from - 1; k++) if (tape.value(first + k) !== 0) return false;
      continue;
    }
    if (steps.has(op)) {
      jumps = true;
      continue;
    }
    if (op === conditional) {
      jumps ||= (tape.arg(from) & 3) !== constantKind;
      from++;
    }
    for (; from < end; from++) open.push(tape.arg(from));
  }
  return jumps;
}

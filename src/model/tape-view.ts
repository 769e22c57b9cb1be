import { operators } from '../problem/operators.js';
import type { View, Viewed } from './formula.js';
import { constantKind, linearForm, type Tape, variableKind } from './tape.js';

/** An expression on a tape as formulas show it; `names` are those of the columns. */
export class TapeView implements Viewed {
  constructor(
    private readonly tape: Tape,
    private readonly reference: number,
    private readonly names: readonly string[],
  ) {}

  view(): View {
    const { tape, reference, names } = this;
    const index = reference >> 2;
    if ((reference & 3) === variableKind) return { kind: 'leaf', text: names[index]! };
    if ((reference & 3) === constantKind) return { kind: 'leaf', text: String(tape.values[index]!) };
    const [from, end] = [tape.start[index]!, tape.start[index + 1]!];
    if (tape.operators[index] !== linearForm)
      return {
        kind: 'call',
        op: operators[tape.operators[index]!]!,
        args: Array.from(tape.args.subarray(from, end), (arg) => new TapeView(tape, arg, names)),
      };
    const first = tape.args[from]!;
    const columns = tape.args.subarray(from + 1, end);
    return {
      kind: 'linear',
      names: Array.from(columns, (column) => names[column]!),
      coefficients: tape.values.subarray(first, first + columns.length),
      constant: tape.values[first + columns.length]!,
    };
  }
}

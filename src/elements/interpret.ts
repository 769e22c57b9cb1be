import type { Loop } from './loop.js';
import { type ScalarOperation, scalarOperations } from './scalar-operations.js';
import type { Id, ScalarTape } from './scalar-tape.js';

const leafCodes = ['variable', 'constant', 'literal'];
const hot = ['add', 'subtract', 'multiply', 'divide', 'guarded', 'negate'];

/** The same loop as `emit` makes, run from a tape; for tapes too long to compile. */
export function interpret(tape: ScalarTape, needed: readonly Id[], outputs: readonly Id[]): Loop {
  const place = new Map(needed.map((id, k) => [id, k]));
  const length = needed.length;
  const code = new Uint8Array(length);
  const operands = new Int32Array(3 * length);
  const calls: ((a: number, b: number, c: number) => number)[] = [];
  const values = new Float64Array(length);
  const codes = [...leafCodes, ...hot];
  needed.forEach((id, k) => {
    const text = tape.code[id]!;
    const leaf = leafCodes.includes(text);
    for (let n = 0; n < 3; n++) {
      const operand = tape.operands[3 * id + n]!;
      operands[3 * k + n] = leaf || operand < 0 ? Math.max(operand, 0) : place.get(operand)!;
    }
    const known = codes.indexOf(text);
    code[k] = known >= 0 ? known : codes.length;
    calls.push(leaf ? () => Number.NaN : scalarOperations[text as ScalarOperation].evaluate);
    if (text === 'literal') values[k] = tape.literals[id]!;
  });
  const results = Int32Array.from(outputs, (id) => place.get(id)!);

  const run = (x: Float64Array, v: Int32Array, i: number, constants: Float64Array, j: number): void => {
    for (let k = 0, n = 0; k < length; k++, n += 3) {
      const a = operands[n]!;
      const b = operands[n + 1]!;
      switch (code[k]) {
        case 0:
          values[k] = x[v[i + a]!]!;
          break;
        case 1:
          values[k] = constants[j + a]!;
          break;
        case 2:
          break;
        case 3:
          values[k] = values[a]! + values[b]!;
          break;
        case 4:
          values[k] = values[a]! - values[b]!;
          break;
        case 5:
          values[k] = values[a]! * values[b]!;
          break;
        case 6:
          values[k] = values[a]! / values[b]!;
          break;
        case 7:
          values[k] = values[a] === 0 ? 0 : values[a]! * values[b]!;
          break;
        case 8:
          values[k] = -values[a]!;
          break;
        default:
          values[k] = calls[k]!(values[a]!, values[b]!, values[operands[n + 2]!]!);
      }
    }
  };
  return (x, table, source, factor, target, out, from = 0, to = table.count) => {
    const { variableSlots, constantSlots, variables, constants, weight } = table;
    for (let t = from; t < to; t++) {
      const scale = weight[t]! * factor[source[t]!]!;
      if (scale === 0) continue;
      run(x, variables, t * variableSlots, constants, t * constantSlots);
      for (let k = 0; k < results.length; k++)
        out[target[t * results.length + k]!]! += scale * values[results[k]!]!;
    }
  };
}

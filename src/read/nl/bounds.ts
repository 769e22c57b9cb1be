import { type Lexer, letter } from './lexer.js';

/** Numbers from here on mean "no bound" (Ipopt's nlp_lower_bound_inf and nlp_upper_bound_inf). */
const infinite = 1e19;

export interface BoundArrays {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** Reads an r or b segment: one record per row or variable. */
export function readBounds(lexer: Lexer, count: number, what: 'constraint' | 'variable'): BoundArrays {
  const lower = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  const upper = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  for (let i = 0; i < count; i++) {
    const code = lexer.key();
    switch (code) {
      case 48: // 0: lower and upper
        lower[i] = lowerBound(lexer, what, i);
        upper[i] = upperBound(lexer, what, i);
        break;
      case 49: // 1: upper
        upper[i] = upperBound(lexer, what, i);
        break;
      case 50: // 2: lower
        lower[i] = lowerBound(lexer, what, i);
        break;
      case 51: // 3: none
        break;
      case 52: // 4: equal
        lower[i] = lexer.real(`the value of ${what} ${i}`);
        if (!Number.isFinite(lower[i])) lexer.fail(`${what} ${i} cannot equal ${lower[i]}`);
        upper[i] = lower[i]!;
        break;
      case 53: // 5: complementarity
        lexer.fail(
          `${what} ${i} is a complementarity condition: not supported, reformulate it as inequalities`,
        );
        break;
      default:
        lexer.fail(`expected a bound code from 0 to 4 for ${what} ${i} of ${count}, found ${letter(code)}`);
    }
    lexer.endRecord();
  }
  return { lower, upper };
}

function lowerBound(lexer: Lexer, what: string, i: number): number {
  const value = lexer.real(`the lower bound of ${what} ${i}`);
  if (value === Number.POSITIVE_INFINITY) lexer.fail(`the lower bound of ${what} ${i} cannot be +infinity`);
  return value <= -infinite ? Number.NEGATIVE_INFINITY : value;
}

function upperBound(lexer: Lexer, what: string, i: number): number {
  const value = lexer.real(`the upper bound of ${what} ${i}`);
  if (value === Number.NEGATIVE_INFINITY) lexer.fail(`the upper bound of ${what} ${i} cannot be -infinity`);
  return value >= infinite ? Number.POSITIVE_INFINITY : value;
}

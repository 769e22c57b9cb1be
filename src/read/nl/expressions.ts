import { type Lexer, letter } from './lexer.js';
import { type Operator, operators, piecewiseLinear, unsupported } from './operators.js';

/** What the reader builds expressions with: the model's nodes, or plain numbers in a test. */
export interface Algebra<E> {
  constant(value: number): E;
  variable(index: number): E;
  /** `args` is the callee's to keep. */
  apply(operator: Operator['name'], args: E[]): E;
  /** `slopes[i]` between `breaks[i−1]` and `breaks[i]`, zero at zero. */
  piecewiseLinear(slopes: readonly number[], breaks: readonly number[], argument: E): E;
}

export interface Scope<E> {
  /** Problem variables; indices from here on are defined variables. */
  readonly variables: number;
  readonly defined: Map<number, E>;
  /** Imported functions by index, for messages. */
  readonly functions: Map<number, string>;
  readonly algebra: Algebra<E>;
}

/**
 * Reads one expression in prefix notation. The operators that wait for operands stand on an explicit stack, so depth
 * is limited by the file's size alone.
 */
export function readExpression<E>(lexer: Lexer, scope: Scope<E>): E {
  const { algebra } = scope;
  const waiting: ((args: E[]) => E)[] = [];
  const missing: number[] = [];
  const values: E[] = [];
  const arities: number[] = [];
  const expect = (arity: number, reduce: (args: E[]) => E): void => {
    waiting.push(reduce);
    missing.push(arity);
    arities.push(arity);
  };
  for (;;) {
    const code = lexer.key();
    switch (code) {
      case 110: // n
        values.push(algebra.constant(finite(lexer, lexer.real('a number'))));
        lexer.endRecord();
        break;
      case 115: // s
        values.push(algebra.constant(lexer.short('a short integer')));
        lexer.endRecord();
        break;
      case 108: // l
        values.push(algebra.constant(lexer.integer('an integer')));
        lexer.endRecord();
        break;
      case 118: // v
        values.push(readVariable(lexer, scope));
        lexer.endRecord();
        break;
      case 111: // o
        readOperator(lexer, scope, expect);
        continue;
      case 102: {
        // f
        const index = lexer.integer('the index of a function');
        lexer.fail(
          `calls the imported function '${scope.functions.get(index) ?? index}': imported functions are not supported, write it out in the model`,
        );
        break;
      }
      case 104: // h
        lexer.fail('a string constant: symbolic expressions are not supported');
        break;
      default:
        lexer.fail(`expected an expression (o, n, v, s, l), found ${letter(code)}`);
    }
    let top = missing.length - 1;
    while (top >= 0 && --missing[top]! === 0) {
      const args = values.splice(values.length - arities[top]!);
      values.push(waiting[top]!(args));
      waiting.pop();
      missing.pop();
      arities.pop();
      top--;
    }
    if (top < 0) return values[0]!;
  }
}

function readVariable<E>(lexer: Lexer, scope: Scope<E>): E {
  const index = lexer.integer('the index of a variable');
  if (index >= 0 && index < scope.variables) return scope.algebra.variable(index);
  const value = scope.defined.get(index);
  if (value === undefined)
    lexer.fail(`variable ${index} is neither one of the ${scope.variables} variables nor defined above (V)`);
  return value;
}

function readOperator<E>(
  lexer: Lexer,
  scope: Scope<E>,
  expect: (arity: number, reduce: (args: E[]) => E) => void,
): void {
  const { algebra } = scope;
  const code = lexer.integer('the number of an operator');
  lexer.endRecord();
  if (code === piecewiseLinear) {
    const { slopes, breaks } = readPiecewise(lexer);
    expect(1, ([argument]) => algebra.piecewiseLinear(slopes, breaks, argument!));
    return;
  }
  const operator = operators.get(code);
  if (!operator) {
    const name = unsupported.get(code);
    lexer.fail(name ? `operator o${code} (${name}) is not supported` : `operator o${code} does not exist`);
  }
  const arity = operator.arity === 'count' ? readCount(lexer, operator.name) : operator.arity;
  expect(arity, (args) => algebra.apply(operator.name, args));
}

function readCount(lexer: Lexer, name: string): number {
  const count = lexer.integer(`the number of operands of '${name}'`);
  if (count < 1 || count * lexer.least.node > lexer.size)
    lexer.fail(`${count} operands of '${name}' cannot stand in this file`);
  lexer.endRecord();
  return count;
}

function readPiecewise(lexer: Lexer): { slopes: number[]; breaks: number[] } {
  const count = lexer.integer('the number of slopes');
  if (count < 2 || 2 * count * lexer.least.node > lexer.size)
    lexer.fail(`a piecewise-linear term needs at least 2 slopes that fit in the file, found ${count}`);
  lexer.endRecord();
  const slopes: number[] = [];
  const breaks: number[] = [];
  for (let k = 0; k < 2 * count - 1; k++) {
    const code = lexer.key();
    let value = 0;
    if (code === 110) value = finite(lexer, lexer.real('a slope or breakpoint'));
    else if (code === 115) value = lexer.short('a slope or breakpoint');
    else if (code === 108) value = lexer.integer('a slope or breakpoint');
    else lexer.fail(`expected a slope or breakpoint (n, s, l), found ${letter(code)}`);
    lexer.endRecord();
    (k % 2 === 0 ? slopes : breaks).push(value);
  }
  for (let k = 1; k < breaks.length; k++)
    if (breaks[k]! < breaks[k - 1]!) lexer.fail('breakpoints of a piecewise-linear term must not decrease');
  return { slopes, breaks };
}

/** Coefficients and constants must be finite. */
export function finite(lexer: Lexer, value: number): number {
  if (!Number.isFinite(value)) lexer.fail(`expected a finite number, found ${value}`);
  return value;
}

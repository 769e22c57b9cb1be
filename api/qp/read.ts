import { type Cotangents, type InputName, inputNames, type QpShape } from '../../solvers/batch/index.js';
import { Budget, type BudgetLimits, countOf } from '../../src/core/budget.js';
import { InputError } from '../../src/core/errors.js';
import { isNumbers, listOf, numbersOf, told } from '../../src/core/given.js';
import { nearest } from '../../src/core/options.js';

/** One quadratic program in numbers. */
export interface ReadQp extends QpShape, Readonly<Record<InputName, Float64Array>> {
  /** What messages call it. */
  readonly where: string;
  readonly cotangent: Required<Cotangents> | undefined;
}

const cotangentNames = ['z', 'nu', 'lam', 's'] as const;

/** The problems of a value `{Q, q, A, b, G, h, cotangent?}` or `{problems: […]}`. Throws {@link InputError} in one line. */
export function readProblems(value: unknown, where: string, limits?: BudgetLimits): ReadQp[] {
  const budget = new Budget(limits);
  const given = objectOf(value, where);
  if (!Object.hasOwn(given, 'problems')) return [readProblem(given, where, budget)];
  checkNames(given, ['problems'], where);
  const list = listOf(given['problems'] as unknown[], `${where}: problems`);
  return list.map((problem, k) => readProblem(objectOf(problem, name(k)), name(k), budget));

  function name(k: number): string {
    return `${where}: problems[${k}]`;
  }
}

function objectOf(
  value: unknown,
  where: string,
  wanted = '{ Q, q, A, b, G, h } or { problems: […] }',
): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !isNumbers(value))
    return value as Record<string, unknown>;
  throw new InputError(`${where}: is ${told(value)}, not an object ${wanted}`);
}

function checkNames(given: Record<string, unknown>, known: readonly string[], where: string): void {
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue;
    const near = nearest(key, known);
    throw new InputError(
      `${where}: unknown entry ${told(key)}; ${near === undefined ? `there are ${known.join(', ')}` : `did you mean '${near}'?`}`,
    );
  }
}

function readProblem(given: Record<string, unknown>, where: string, budget: Budget): ReadQp {
  checkNames(given, [...inputNames, 'cotangent'], where);
  const lists = Object.fromEntries(
    inputNames.map((key) => [key, given[key] === undefined ? [] : arrayOf(given[key], `${where}: ${key}`)]),
  ) as Record<InputName, ArrayLike<unknown>>;
  const n = variablesOf(lists, where);
  const [m, p] = [rowsOf(lists, 'A', 'b', where), rowsOf(lists, 'G', 'h', where)];
  const count = countOf([n + m + p, n]);
  budget.check('matrix', count, where);
  budget.take('matrices', count, where);
  const matrix = (key: InputName, rows: number): Float64Array => {
    const out = new Float64Array(rows * n);
    const list = lists[key];
    if (list.length === 0) return out;
    if (list.length !== rows)
      throw new InputError(`${where}: ${key} has ${list.length} rows, expected ${rows}`);
    for (let i = 0; i < rows; i++)
      out.set(numbersOf(list[i], `${where}: ${key}[${i}]`, { length: n }), i * n);
    return out;
  };
  const vector = (key: InputName, length: number): Float64Array =>
    lists[key].length === 0
      ? new Float64Array(length)
      : numbersOf(lists[key], `${where}: ${key}`, { length });
  const shape = { n, m, p };
  return {
    ...shape,
    where,
    Q: matrix('Q', n),
    q: vector('q', n),
    A: matrix('A', m),
    b: vector('b', m),
    G: matrix('G', p),
    h: vector('h', p),
    cotangent: given['cotangent'] === undefined ? undefined : readCotangent(given['cotangent'], shape, where),
  };
}

function arrayOf(value: unknown, where: string): ArrayLike<unknown> {
  if (isNumbers(value)) return value;
  throw new InputError(`${where} is ${told(value)}, not an array`);
}

/** n, from the first input that tells. */
function variablesOf(lists: Record<InputName, ArrayLike<unknown>>, where: string): number {
  if (lists.q.length > 0) return lists.q.length;
  if (lists.Q.length > 0) return lists.Q.length;
  for (const key of ['A', 'G'] as const)
    if (lists[key].length > 0) {
      const { length } = arrayOf(lists[key][0], `${where}: ${key}[0]`);
      if (length > 0) return length;
    }
  throw new InputError(`${where}: has no variables; give q`);
}

/** Rows of a matrix and its right-hand side, which must come together. */
function rowsOf(
  lists: Record<InputName, ArrayLike<unknown>>,
  matrix: InputName,
  side: InputName,
  where: string,
): number {
  const [rows, numbers] = [lists[matrix].length, lists[side].length];
  if (rows !== numbers)
    throw new InputError(`${where}: ${matrix} has ${rows} rows, ${side} ${numbers} numbers; give as many`);
  return rows;
}

function readCotangent(value: unknown, { n, m, p }: QpShape, where: string): Required<Cotangents> {
  const at = `${where}: cotangent`;
  const given = objectOf(value, at, `{ ${cotangentNames.join(', ')} }`);
  checkNames(given, cotangentNames, at);
  const part = (key: (typeof cotangentNames)[number], length: number): Float64Array =>
    given[key] === undefined ? new Float64Array(length) : numbersOf(given[key], `${at}.${key}`, { length });
  return { z: part('z', n), nu: part('nu', m), lam: part('lam', p), s: part('s', p) };
}

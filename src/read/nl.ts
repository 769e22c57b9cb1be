import { Budget, type BudgetLimits } from '../core/budget.js';
import { InputError } from '../core/errors.js';
import { flagOf, nameOf, optionsOf, recordOf, told } from '../core/given.js';
import type { Limits } from '../core/limits.js';
import { Ticker } from '../core/ticker.js';
import { Placed } from '../model/expression.js';
import { Model } from '../model/model.js';
import { Operations } from '../model/operations.js';
import { stepComplaint } from '../model/steps.js';
import { constantKind, reference, variableKind } from '../model/tape.js';
import { TapeWriter } from '../model/tape-writer.js';
import type { Problem } from '../problem/problem.js';
import { algebraOf } from './nl/algebra.js';
import { BinaryLexer } from './nl/binary-lexer.js';
import { type NlHeader, readHeader } from './nl/header.js';
import type { Lexer } from './nl/lexer.js';
import type { LinearRows } from './nl/linear.js';
import { type NlNames, plainNames } from './nl/names.js';
import { type UserScaling, userScaling } from './nl/scaling.js';
import { discreteCount, readBody } from './nl/segments.js';
import type { Suffix } from './nl/suffixes.js';
import { TextLexer } from './nl/text-lexer.js';
import { type InitialMultipliers, initialMultipliers } from './nl/warm-start.js';

export type { InitialMultipliers, NlHeader, NlNames, Suffix, UserScaling };

/** How a .nl file is read. */
export interface NlOptions {
  /** Which objective, counted from 1 as AMPL does; 0 for none. Default 1: the first, where there is one. */
  readonly objective?: number;
  /** Treat integer variables as continuous instead of refusing them. */
  readonly relax?: boolean;
  /** Maximize what the file minimizes and the other way round. */
  readonly reverse?: boolean;
  /** What messages call the file when bytes are read. */
  readonly file?: string;
  /** What the file may ask for, see {@link BudgetLimits}. */
  readonly limits?: BudgetLimits | undefined;
  /** When to give up, also later when the problem is made: `Stopped` is thrown then. */
  readonly until?: Limits;
}

/** What stands beside the bytes of a .nl file. */
export interface NlSurroundings {
  /** The model's name. */
  readonly name: string;
  /** Names of variables, constraints and objectives, given how the file itself writes them. */
  readonly names: (plain: NlNames) => NlNames;
}

/** A problem of AMPL's, with what belongs to it beside the mathematics. */
export interface NlFile {
  /** What messages call the file. */
  readonly file: string;
  readonly model: Model;
  /** The model as plain data, made when first asked for. */
  readonly problem: Problem;
  readonly header: NlHeader;
  readonly names: NlNames;
  /** Where a solve begins. */
  readonly start: Float64Array;
  readonly suffixes: readonly Suffix[];
  /** AMPL's sense, unless reversed; the problem states a minimization in either case. */
  readonly sense: 1 | -1;
  /** The objective read, counted from 1; 0 when there is none. */
  readonly objective: number;
  /** From the suffix `scaling_factor`. */
  readonly scaling: UserScaling | undefined;
  /** AMPL's duals (d segment), NaN where absent. */
  readonly duals: Float64Array | undefined;
  /** Multipliers for a warm start, when the file carries any. */
  readonly multipliers: InitialMultipliers | undefined;
  readonly warnings: readonly string[];
}

/**
 * Reads a .nl file (text or binary, either byte order) from its bytes.
 * Format: D. M. Gay, "Writing .nl files" (Sandia 2005) and "Hooking your solver to AMPL" (Bell Labs 1997).
 */
export function readNlBytes(
  bytes: Uint8Array,
  options: NlOptions = {},
  surroundings: NlSurroundings = { name: 'nl', names: (plain) => plain },
): NlFile {
  const { name, names: named } = recordOf(surroundings, 'readNl: what stands beside the file');
  nameOf(name, 'readNl: the model');
  if (typeof named !== 'function') throw new InputError(`readNl: names is ${told(named)}, not a function`);
  const { file = 'the .nl data' } = optionsOf(options, 'readNl', [
    'objective',
    'relax',
    'reverse',
    'file',
    'limits',
    'until',
  ]);
  if (!(bytes instanceof Uint8Array))
    throw new InputError(`readNl: ${told(bytes)} is no path and no Uint8Array`);
  flagOf(options.relax, 'relax');
  flagOf(options.reverse, 'reverse');
  const budget = new Budget(options.limits);
  budget.check('bytes', bytes.length, file);
  const header = readHeader(bytes, file);
  const ticker = new Ticker(options.until);
  const lexer: Lexer =
    header.encoding === 'text'
      ? new TextLexer(bytes, file, header.end, ticker)
      : new BinaryLexer(bytes, file, header.end, header.arithmetic !== 2, ticker);

  const tape = new TapeWriter();
  const model = new Model(name, { mistakes: 'state' }, tape);
  const names = named(plainNames(header.variables, header.constraints, header.objectives));
  const operations = new Operations(tape);
  const body = readBody(
    lexer,
    header,
    algebraOf(operations, (index) => reference(variableKind, index)),
  );
  const warnings = [...body.warnings];
  const discrete = discreteCount(header, body);
  if (discrete > 0 && !options.relax)
    throw new InputError(
      `${file}: ${discrete} integer or binary variables: this solver is continuous, relax them (--relax, relax=1 under -AMPL) or remove them`,
    );
  if (discrete > 0) warnings.push(`${discrete} integer or binary variables are treated as continuous`);

  const nonlinear = body.rows.filter((row) => (row & 3) !== constantKind).length;
  if (nonlinear > header.nonlinearConstraints)
    warnings.push(
      `${nonlinear} constraints have a nonlinear part, the header announces ${header.nonlinearConstraints}: read as they stand`,
    );

  const warnOfSteps = (expression: number, name: string): void => {
    const complaint = stepComplaint(tape, expression);
    if (complaint !== undefined) warnings.push(`${name} ${complaint}`);
  };
  const { lower, upper } = body.variableBounds;
  const start = Float64Array.from(body.start, (given, i) => startWithin(given, lower[i]!, upper[i]!));
  for (let i = 0; i < header.variables; i++) {
    ticker.tick();
    model.variable(names.variables[i]!, { lower: lower[i]!, upper: upper[i]!, start: start[i]! });
  }
  for (let i = 0; i < header.constraints; i++) {
    ticker.tick();
    const row = whole(operations, tape, body.jacobian, i, body.rows[i]!);
    const [low, high] = [body.rowBounds.lower[i]!, body.rowBounds.upper[i]!];
    if (low > Number.NEGATIVE_INFINITY || high < Number.POSITIVE_INFINITY)
      warnOfSteps(row, `constraint '${names.constraints[i]}'`);
    model.constrain(new Placed(model, row), { lower: low, upper: high, name: names.constraints[i]! });
  }
  const objective = chooseObjective(options.objective, header.objectives, file);
  const chosen = body.objectives[objective - 1];
  const f = chosen
    ? whole(operations, tape, body.gradients, objective - 1, chosen.expression)
    : tape.constant(0);
  warnOfSteps(f, 'the objective');
  const maximize = chosen !== undefined && chosen.maximize !== (options.reverse ?? false);
  if (maximize) model.maximize(new Placed(model, f));
  else model.minimize(new Placed(model, f));
  const sense = maximize ? -1 : 1;

  const scaling = userScaling(body.suffixes, header, Math.max(0, objective - 1), warnings);
  if (scaling) model.scaling = scaling;
  let problem: Problem | undefined;
  return {
    file,
    model,
    get problem() {
      problem ??= model.problem(options.until, budget);
      return problem;
    },
    header,
    names,
    start,
    suffixes: body.suffixes,
    sense,
    objective,
    scaling,
    duals: body.duals,
    multipliers: initialMultipliers(body.suffixes, body.duals, lower, upper, header.constraints, sense),
    warnings,
  };
}

/** The file's value, else 0 moved into the bounds. */
const startWithin = (given: number, lower: number, upper: number): number =>
  Number.isNaN(given) ? Math.max(lower, Math.min(upper, 0)) : given;

/** Linear part (J or G segment) plus expression (C or O segment). */
function whole(
  operations: Operations<number>,
  tape: TapeWriter,
  rows: LinearRows,
  row: number,
  expression: number,
): number {
  const count = Math.max(0, rows.count[row]!);
  if (count === 0) return expression;
  const first = rows.start[row]!;
  const part = tape.linear(
    rows.column.subarray(first, first + count),
    rows.value.subarray(first, first + count),
    0,
  );
  return tape.valueOf(expression) === 0 ? part : operations.sum([part, expression]);
}

function chooseObjective(wanted: number | undefined, available: number, file: string): number {
  // AMPL's default is 1, also for a file without objectives: a feasibility problem.
  const chosen = wanted === undefined || wanted === 1 ? Math.min(1, available) : wanted;
  if (!Number.isInteger(chosen) || chosen < 0 || chosen > available)
    throw new InputError(
      `${file}: objective ${told(wanted)} of ${available}; objno is 0 (none) to ${Math.max(1, available)}`,
    );
  return chosen;
}

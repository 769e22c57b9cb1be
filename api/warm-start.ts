import { InputError } from '../src/core/errors.js';
import { optionsOf, told } from '../src/core/given.js';
import type { Model } from '../src/model/index.js';
import type { Statement } from '../src/model/statement.js';
import { isSolved, type Result, type Status } from '../src/nlp/result.js';
import type { WarmStart } from '../src/nlp/solver.js';
import { checkedWarmStart } from '../src/nlp/warm-start.js';
import { readSaved, type SavedSolution } from './saved-solution.js';
import { type Shift, shifted } from './shift.js';

/** Where a solve begins: a solution of the same model, one that was saved, or point, multipliers and barrier. */
export type StartFrom = WarmStart | Result | SavedSolution;

/** A solution's own barrier is too small for a problem that has moved: slacks and multipliers of a start are pushed to about this. */
const LEAST_BARRIER = 1e-6;
const MOST_BARRIER = 1e-2;

/** The barrier to continue with from a point with this complementarity; a point that is no solution says nothing. */
const barrierAfter = (status: Status, complementarity: number): { readonly barrier?: number } =>
  isSolved(status) ? { barrier: Math.min(MOST_BARRIER, Math.max(LEAST_BARRIER, complementarity || 0)) } : {};

/** What options say of the start, as solvers take it. */
export function warmStartOf(
  { warmStart: given, shift, remark }: Asked,
  model: Model,
  statement: Pick<Statement, 'variables' | 'rows' | 'parameters'>,
  owner: string,
): WarmStart | undefined {
  if (given === undefined) {
    if (shift !== undefined) throw new InputError('shift: there is no warmStart to move');
    return undefined;
  }
  const sizes = { variables: model.variableCount, constraints: model.rowCount };
  const start = plain(given, model, statement, remark);
  const checked = checkedWarmStart(start, sizes, owner, 'finite')!;
  if (shift === undefined || shift === 0) return checked;
  const { variables, rows, parameters } = statement;
  return shifted(checked, shift, { columns: variables.names, rows: rows.names, parameters });
}

/** The options that concern the start. */
interface Asked {
  readonly warmStart: StartFrom | undefined;
  readonly shift: Shift | undefined;
  remark(told: string): void;
}

function plain(
  given: StartFrom,
  model: Model,
  statement: Pick<Statement, 'variables' | 'rows'>,
  remark: (told: string) => void,
): WarmStart {
  const own = optionsOf(given as object, 'warmStart') as Partial<Result & SavedSolution & WarmStart>;
  if (isSaved(own)) {
    return { ...barrierAfter(own.status, 0), ...readSaved(own, model, statement, remark) };
  }
  if (own.status === undefined) return given as WarmStart;
  const { x, multipliers, errors, status } = own as Result;
  if (typeof errors !== 'object' || errors === null)
    throw new InputError(`warmStart: its errors are ${told(errors)}; give a solution, or x and multipliers`);
  return { x, multipliers, ...barrierAfter(status, errors.complementarity) };
}

const isSaved = (given: object): given is SavedSolution =>
  'model' in given && typeof given.model === 'string';

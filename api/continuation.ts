import { type Continued, crossed, held, type Pieces, piecesAt, relaxed } from '../src/formulate/index.js';
import type { Statement } from '../src/model/statement.js';
import { isSolved, type Result } from '../src/nlp/result.js';
import type { WarmStart } from '../src/nlp/solver.js';
import { warmStartFrom } from './polish.js';
import type { Staged, Stages } from './stages.js';

export interface Continuation<T extends Staged> {
  readonly statement: Statement;
  readonly kinks: Continued['kinks'];
  readonly tol: number;
  readonly warmStart: WarmStart | undefined;
  readonly stages: Stages<T>;
  /** Told how it ended. */
  readonly tell: (line: string) => void;
}

/** Products of complementarity are at most these, one after the other; the last is the tolerance. */
const relaxations = [1, 3e-2, 1e-3, 1e-5];
/** Times that kinks are crossed after the first solve with pieces held. */
const mostCrossings = 12;

/** Bounds widened by a solver would let parts below 0, off the network. */
const exact = { bound_relax_factor: 1e-11 };

/**
 * Solves a model with kinks stated by complementarity: relaxed less and less (Scholtes, "Convergence properties of a
 * regularization scheme for mathematical programs with complementarity constraints", SIAM J. Optim. 2001), then with the pieces
 * held that were found. Where the objective falls beyond a kink, the pieces beyond it are held next. Ends with the best point
 * that has its pieces held, where there is one.
 */
export async function solveContinued<T extends Staged>(given: Continuation<T>): Promise<T> {
  const { statement, kinks, tol, stages, tell } = given;
  let { warmStart } = given;
  let last: T | undefined;
  for (const ε of [...relaxations.filter((ε) => ε > tol), tol]) {
    last = await stages.solve({
      statement: relaxed(statement, kinks, ε),
      warmStart,
      options: { tol: Math.max(tol, ε / 10) },
    });
    if (stages.over(last)) return stages.cut(last);
    warmStart = warmStartFrom(last.solved.result);
  }
  const hold = (own: Pieces, { x }: Result): Promise<T> =>
    stages.solve({
      statement: held(statement, kinks, own),
      warmStart: { x, barrier: 1e-6 },
      options: exact,
      answers: true,
    });
  const { result: relaxedResult } = last!.solved;
  let pieces: Pieces = piecesAt(kinks, relaxedResult.x, relaxedResult.constraints);
  let best = await hold(pieces, relaxedResult);
  if (!isSolved(best.solved.result.status))
    return stages.over(best) ? stages.cut(best) : stages.counted(last!);
  let crossings = 0;
  while (crossings < mostCrossings) {
    const { result } = best.solved;
    const beyond = crossed(kinks, pieces, result, Math.max(1e-6, 10 * tol));
    if (beyond === undefined) break;
    if (stages.over(best)) return stages.cut(best);
    crossings++;
    const next = await hold(beyond, result);
    if (!isSolved(next.solved.result.status) && stages.over(next)) return stages.cut(best, next);
    const gain = result.objective - next.solved.result.objective;
    if (!isSolved(next.solved.result.status) || !(gain > tol * Math.max(1, Math.abs(result.objective))))
      break;
    best = next;
    pieces = beyond;
  }
  tell(`${kinks.length} kinks held on their pieces, ${crossings} times crossed some`);
  return stages.counted(best);
}

import {
  type Continued,
  crossed,
  held,
  type Pieces,
  piecesAt,
  piecesOfNetworks,
  relaxed,
  typicalSize,
} from '../src/formulate/index.js';
import type { Statement } from '../src/model/statement.js';
import { isSolved, type Result } from '../src/nlp/result.js';
import type { WarmStart } from '../src/nlp/solver.js';
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

/**
 * Products of complementarity are these, one after the other, in squares of the size of what enters kinks; the last is the
 * tolerance. Where they are equalities a large one would move every layer by as much as its values.
 */
const relaxations = { most: [1e-3, 1e-5], equal: [5e-3, 1e-4, 2e-6] } as const;
type Way = keyof typeof relaxations;

/** Barriers that a less relaxed solve begins with at most. */
const mostBarrier = 0.1;

/** Steps that may be put between where one was too large. */
const mostBetween = 4;
/** Times that kinks are crossed after the first solve with pieces held. */
const mostCrossings = 12;

/** Bounds widened by a solver would let parts below 0, off the network. */
const exact = { bound_relax_factor: 1e-11 };

/**
 * Solves a model with kinks stated by complementarity: relaxed less and less (Scholtes, "Convergence properties of a
 * regularization scheme for mathematical programs with complementarity constraints", SIAM J. Optim. 2001), in smaller steps
 * where one fails, then with the pieces held that were found, or those that the network itself is on at the inputs found; where
 * none can be held, once more with products equal to what they are at most. Where the objective falls beyond a kink, the pieces beyond it are held next. Ends with the best point that has its pieces held;
 * where no pieces can be held that is told.
 */
export async function solveContinued<T extends Staged>(given: Continuation<T>): Promise<T> {
  const { statement, kinks, tol, stages, tell } = given;
  const hold = (own: Pieces, { x }: Result): Promise<T> =>
    stages.solve({
      statement: held(statement, kinks, own),
      warmStart: { x, barrier: 1e-6 },
      options: exact,
      answers: true,
    });
  const tried: string[] = [];
  let best: T | undefined;
  let point: T | undefined;
  let pieces: Pieces = new Int32Array();
  for (const way of ['most', 'equal'] as const) {
    const { last, good, over } = await relaxedLess(given, way);
    // What ended before it had a point ends at the one before.
    const here = Number.isNaN(last.solved.result.objective) ? (good ?? point ?? last) : last;
    if (over) return stages.cut(here, last);
    point = good ?? point ?? last;
    for (const from of good && good !== last ? [good, last] : [last])
      for (const near of [true, false]) {
        const { result } = from.solved;
        const own = near ? piecesAt(kinks, result.x, result.constraints) : piecesOfNetworks(kinks, result.x);
        if (best || tried.includes(own.join())) continue;
        tried.push(own.join());
        const next = await hold(own, result);
        if (!isSolved(next.solved.result.status)) {
          if (stages.over(next)) return stages.cut(next);
          continue;
        }
        best = next;
        pieces = own;
      }
    if (best) break;
  }
  if (!best) {
    tell(
      `${kinks.length} kinks: no solve with pieces held succeeded; the point is one of relaxed complementarity and may be off the network`,
    );
    return stages.counted(point!);
  }
  let crossings = 0;
  while (crossings < mostCrossings) {
    const { result }: { result: Result } = best.solved;
    const beyond = crossed(kinks, pieces, result, Math.max(1e-6, 10 * tol));
    if (beyond === undefined) break;
    if (stages.over(best)) return stages.cut(best);
    crossings++;
    const next: T = await hold(beyond, result);
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

/** The last of ever less relaxed solves, and the last that was solved; `over` where it ended all. */
async function relaxedLess<T extends Staged>(
  { statement, kinks, tol, warmStart: first, stages }: Continuation<T>,
  way: Way,
): Promise<{ last: T; good: T | undefined; over: boolean }> {
  const size = typicalSize(kinks, first?.x ?? statement.variables.start);
  const open = [...relaxations[way].map((ε) => ε * size ** 2).filter((ε) => ε > tol), tol];
  let [warmStart, reached, between] = [first, Number.POSITIVE_INFINITY, 0];
  let [last, good]: (T | undefined)[] = [];
  for (let ε = open.shift(); ε !== undefined; ε = open.shift()) {
    last = await stages.solve({
      statement: relaxed(statement, kinks, ε, way === 'equal'),
      warmStart,
      options: { tol: Math.max(tol, ε / 10) },
    });
    if (stages.over(last)) return { last, good, over: true };
    if (isSolved(last.solved.result.status)) {
      good = last;
      reached = ε;
      const { x, multipliers } = last.solved.result;
      // The barrier follows what products may be next: one far below lets steps end at the next row of many.
      const barrier = Math.min(mostBarrier, Math.max(1e-8, (open[0] ?? ε) / 10));
      warmStart = { x, multipliers, barrier };
      continue;
    }
    if (!good || between === mostBetween) {
      // Nothing to step back to: further from where this one ended, the least infeasible point it found.
      if (!good) warmStart = { x: last.solved.result.x, barrier: Math.max(1e-3, ε) };
      if (good) break;
      continue;
    }
    between++;
    // From the same point with multipliers forgotten, by half of the way in decades.
    warmStart = { x: good.solved.result.x, barrier: Math.min(1e-2, Math.sqrt(reached * ε)) };
    open.unshift(Math.sqrt(reached * ε), ε);
  }
  return { last: last!, good, over: false };
}

import { InputError } from '../src/core/errors.js';
import { continuedKinks, networkUses } from '../src/formulate/index.js';
import type { Model } from '../src/model/index.js';
import type { Statement } from '../src/model/statement.js';
import type { WarmStart } from '../src/nlp/solver.js';
import { solveContinued } from './continuation.js';
import { settled } from './settle.js';
import { type Stage, type Staged, Stages } from './stages.js';

export interface KinkedSolve<T extends Staged> {
  readonly model: Model;
  readonly statement: Statement;
  readonly tol: number;
  /** Limit of iterations. */
  readonly iterations: number;
  readonly warmStart: WarmStart | undefined;
  /** Whether derivatives of the solution are asked for. */
  readonly derivatives: boolean;
  readonly run: (stage: Stage, iterations: number) => Promise<T>;
  readonly tell: (line: string) => void;
}

/** One solve, or where networks of the model have kinks that it takes care of, the stages that make one. */
export async function solveKinks<T extends Staged>(given: KinkedSolve<T>): Promise<T> {
  const { model, statement, warmStart, run, tell } = given;
  const continued = continuedKinks(model);
  for (const note of continued?.notes ?? []) tell(note);
  const uses = networkUses(model).filter(({ kinks }) => kinks === 'settle');
  if (given.derivatives && ((continued && continued.kinks.length > 0) || uses.length > 0))
    throw new InputError(
      `sensitivity: model '${model.name}' holds a network with kinks that several solves settle; state it smoothly, with network(net, x, { formulation: 'full', relu: { smooth: 1e-4 } })`,
    );
  const stages = new Stages(run);
  if (continued && continued.kinks.length > 0)
    return solveContinued({ ...given, kinks: continued.kinks, stages });
  if (uses.length > 0) return settled({ ...given, boxes: model.grayBoxes, uses, stages });
  return run({ statement, warmStart }, 0);
}

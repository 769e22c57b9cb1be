import { InputError } from '../src/core/errors.js';
import { continuedKinks, type NetworkUse, networkUses } from '../src/formulate/index.js';
import type { Model } from '../src/model/index.js';
import type { Statement } from '../src/model/statement.js';
import type { WarmStart } from '../src/nlp/solver.js';
import type { Allowance } from './allowance.js';
import { solveContinued } from './continuation.js';
import { settled } from './settle.js';
import { type Stage, type Staged, Stages } from './stages.js';

export interface KinkedSolve<T extends Staged> {
  readonly model: Model;
  readonly statement: Statement;
  readonly tol: number;
  readonly warmStart: WarmStart | undefined;
  /** Whether derivatives of the solution are asked for. */
  readonly derivatives: boolean;
  readonly allowance: Allowance;
  readonly run: (stage: Stage) => Promise<T>;
  readonly tell: (line: string) => void;
}

const usesToSettle = (model: Model): readonly NetworkUse[] =>
  networkUses(model).filter(({ kinks }) => kinks === 'settle');

/** Whether several solves settle kinks of networks of the model. */
export const settlesKinks = (model: Model): boolean =>
  (continuedKinks(model)?.kinks.length ?? 0) > 0 || usesToSettle(model).length > 0;

/** Why such a model has no derivatives of its solution. */
export const noDerivativesOf = ({ name }: Model): InputError =>
  new InputError(
    `sensitivity: model '${name}' holds a network with kinks that several solves settle; state it smoothly, with network(net, x, { formulation: 'full', relu: { smooth: 1e-4 } })`,
  );

/** One solve, or where networks of the model have kinks that it takes care of, the stages that make one. */
export async function solveKinks<T extends Staged>(given: KinkedSolve<T>): Promise<T> {
  const { model, statement, warmStart, run, tell } = given;
  const continued = continuedKinks(model);
  for (const note of continued?.notes ?? []) tell(note);
  const uses = usesToSettle(model);
  if (given.derivatives && settlesKinks(model)) throw noDerivativesOf(model);
  const stages = new Stages(run, given.allowance);
  if (continued && continued.kinks.length > 0)
    return solveContinued({ ...given, kinks: continued.kinks, stages });
  if (uses.length > 0) return settled({ ...given, boxes: model.grayBoxes, uses, stages });
  return run({ statement, warmStart });
}

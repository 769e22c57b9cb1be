import type { Precision } from '../src/engine/contract.js';
import { type NetworkUse, networkUses, outputError } from '../src/formulate/index.js';
import type { Model, Problem } from '../src/model/index.js';
import { isSingle } from '../src/oracle/local.js';
import { isNetwork } from './boxes.js';
import type { EngineSummary } from './engine.js';

/** The networks of a problem; nobody is named where rows state every layer. */
export interface NetworkSummary extends Partial<EngineSummary> {
  /** Trained numbers, each network once. */
  readonly parameters: number;
  /** Largest `|y − NN(x)|` over all uses at the point held. */
  readonly error: number;
}

/** How far the outputs of one use are from the network they stand for. */
export interface UseError {
  /** Name of the outputs. */
  readonly name: string;
  /** Name of the network. */
  readonly network: string;
  /** `max |y − NN(x)|`, NN recomputed in f64 from the network as it was read, its kinks exact; ∞ where it is undefined. */
  readonly error: number;
}

/** All uses of networks in a model whose problem is `problem`: those of `network`, and networks given as gray boxes. */
export function usesOf(model: Model, problem: Pick<Problem, 'grayBoxes' | 'rows'>): readonly NetworkUse[] {
  const stated = networkUses(model);
  const key = (outputs: Int32Array): string => outputs.join();
  const known = new Set(stated.map(({ outputs }) => key(outputs)));
  const direct = problem.grayBoxes.flatMap(({ box, inputs, outputs, firstRow }): NetworkUse[] => {
    const token = model.grayBoxes[box];
    if (!isNetwork(token) || known.has(key(outputs))) return [];
    const name = problem.rows.names[firstRow]?.replace(/\[\d+\]$/, '') ?? token.name;
    return [{ name, network: token, inputs, outputs, formulation: 'reduced', box: token, kinks: 'refuse' }];
  });
  return [...stated, ...direct];
}

/** The error of every use at `x`, computed here where `known` does not tell. */
export const useErrors = (
  uses: readonly NetworkUse[],
  x: Float64Array,
  known?: readonly number[],
): UseError[] =>
  uses.map((use, k) => ({
    name: use.name,
    network: use.network.name,
    error: known?.[k] ?? outputError(use, x),
  }));

/** Trained numbers of all networks, each once. */
export const parametersOf = (uses: readonly NetworkUse[]): number =>
  [...new Set(uses.map(({ network, original }) => original ?? network))].reduce(
    (sum, { parameters }) => sum + parameters,
    0,
  );

/** What a message adds where outputs are more than `10 tol` from NN(x); empty where they are not. */
export function errorRemark(
  uses: readonly NetworkUse[],
  errors: readonly UseError[],
  tol: number,
  precision: Precision | undefined,
): string {
  const k = errors.reduce((worst, { error }, i) => (error > (errors[worst]?.error ?? 0) ? i : worst), -1);
  const worst = errors[k];
  if (worst === undefined || !(worst.error > 10 * tol)) return '';
  const cause =
    uses[k]!.relaxation ??
    (isSingle(precision) ? 'it was computed in f32, polish: true finishes in f64' : '');
  return `; ${worst.name} is off NN(x) by ${worst.error.toExponential(2)}, more than 10 tol${cause && ` (${cause})`}`;
}

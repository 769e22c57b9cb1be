import { programsOf } from '../runtime/programs.js';
import type { ExecutableSpec, SmoothSpec } from '../runtime/task.js';
import type { BudgetLimits } from '../src/core/budget.js';
import { type Available, type ChosenEngine, chooseEngine, type EngineChoice } from '../src/engine/choose.js';
import type { Device, Precision } from '../src/engine/contract.js';
import type { Network } from '../src/network/graph.js';

/** An engine, and how kinks are taken. */
export interface NetworkChoice extends EngineChoice {
  /** Whether activations with a kink are taken, with zero for their second derivative. Default `refuse`. */
  readonly kinks?: 'refuse' | 'allow' | undefined;
  /** What derivative programs may take, see {@link BudgetLimits}. */
  readonly limits?: BudgetLimits | undefined;
}

/** Who computed the gray boxes of a problem. */
export interface EngineSummary {
  readonly engine: string;
  readonly device: Device;
  /** The lowest, where there are several. */
  readonly precision: Precision;
  /** What the user should know of a choice that `auto` made. */
  readonly note?: string;
}

/** A network's programs with the engine chosen for them. */
export interface Chosen<Spec = ExecutableSpec | SmoothSpec> extends Pick<ChosenEngine, 'note' | 'degraded'> {
  readonly spec: Spec;
}

/** Derives a network and chooses its engine, see {@link chooseEngine}. */
export async function choose(
  network: Network,
  { kinks = 'refuse', limits, ...choice }: NetworkChoice,
  available: Available,
  lowerHessian: boolean,
  through: 'keep' | 'expand' = 'expand',
): Promise<Chosen<ExecutableSpec>> {
  const programs = programsOf(network, { kinks, through, limits });
  const { note, degraded, ...how } = await chooseEngine(programs, choice, available, lowerHessian);
  return {
    spec: { programs, ...how },
    ...(note !== undefined && { note }),
    ...(degraded && { degraded }),
  };
}

/** Who computes one gray box. */
export const engineOf = ({ spec: { engine, device, precision } }: Chosen): EngineSummary => ({
  engine,
  device,
  precision,
});

const fromLowest: readonly Precision[] = ['tf32', 'f32', 'mixed', 'f64'];

/** Several choices in one; undefined for none. */
export function summaryOf(choices: readonly Chosen[]): EngineSummary | undefined {
  const [first] = choices;
  if (first === undefined) return undefined;
  const notes = new Set(choices.flatMap(({ note }) => note ?? []));
  return {
    engine: [...new Set(choices.map(({ spec }) => spec.engine))].join('+'),
    device: first.spec.device,
    precision: fromLowest.find((precision) => choices.some(({ spec }) => spec.precision === precision))!,
    ...(notes.size > 0 && { note: [...notes].join('; ') }),
  };
}

import { InputError } from '../src/core/errors.js';
import { numberOf, optionsOf, wholeOf } from '../src/core/given.js';
import { networkUses, outputsAt } from '../src/formulate/index.js';
import { requireModel } from '../src/model/given.js';
import type { Changes, Model } from '../src/model/index.js';
import type { Bounds } from '../src/nlp/contract.js';
import { isSolved } from '../src/nlp/result.js';
import { generator } from './generator.js';
import { type SolveOptions, sortOptions } from './options.js';
import { prepare } from './prepare.js';
import type { Solution } from './solution.js';

/** Starts, and options of each solve. */
export interface MultistartOptions extends Omit<SolveOptions, 'warmStart' | 'shift' | 'polish'> {
  /** How many starts are drawn, the model's own among them; or the starts, as `prepared.solve` takes them. Default 10. */
  readonly starts?: number | readonly NonNullable<Changes['start']>[];
  /** Of the starts that are drawn: the same seed, the same starts. Default 1. */
  readonly seed?: number;
  /**
   * How far starts of variables without a bound lie from the model's own start, relative to `max(1, |start|)`. Default 1.
   */
  readonly spread?: number;
  /** Optima count as one where their objectives and points agree to this, relative. Default 1e-4. */
  readonly tolerance?: number;
}

/** A local optimum, and the starts that led there. */
export interface Optimum {
  readonly solution: Solution;
  /** Places in the list of starts. */
  readonly starts: readonly number[];
}

/** The best solution, distinct optima from the best on, and every attempt. */
export interface MultistartAnswer {
  /** The best solution; where none was found, the attempt with the least violation of its rows. */
  readonly best: Solution;
  /** Distinct local optima, the best first. */
  readonly optima: readonly Optimum[];
  /** What became of every start, in their order. */
  readonly attempts: readonly Solution[];
}

/**
 * Solves a model from several starts at once, in as many threads as the runtime has, and tells distinct optima apart. The
 * model is taken apart once. Starts are drawn evenly between bounds; outputs of networks start at NN(x). Limits count from
 * the call and hold for all starts together. Throws {@link InputError} for a caller's mistake.
 */
export async function multistart(model: Model, options: MultistartOptions = {}): Promise<MultistartAnswer> {
  requireModel(model, 'multistart');
  const { starts = 10, seed = 1, spread = 1, tolerance = 1e-4, ...rest } = optionsOf(options, 'multistart');
  sortOptions({ ...rest, onRemark: () => {} }, ['starts', 'seed', 'spread', 'tolerance']);
  for (const key of ['warmStart', 'shift', 'polish'])
    if (key in rest)
      throw new InputError(`multistart: ${key} means nothing with several starts; leave it out`);
  if (!(numberOf(spread, 'multistart: spread') > 0)) throw new InputError('multistart: spread must be > 0');
  if (!(numberOf(tolerance, 'multistart: tolerance') > 0))
    throw new InputError('multistart: tolerance must be > 0');
  const given = typeof starts === 'object' && starts !== null ? [...starts] : undefined;
  if (given?.length === 0) throw new InputError('multistart: the list of starts is empty');
  const count = given?.length ?? wholeOf(starts, 'multistart: the number of starts', 1, 1e6);
  wholeOf(seed, 'multistart: seed');
  const started = options.started ?? performance.now();
  const draw = drawer(model, seed, spread);
  const points = given ?? Array.from({ length: count }, (_, k) => (k === 0 ? undefined : draw()));
  const prepared = await prepare(model, { ...rest, started });
  try {
    const attempts = await Promise.all(
      points.map((start) => prepared.solve({ ...(start && { start }), started })),
    );
    const optima = distinct(attempts, tolerance, model);
    return { best: optima[0]?.solution ?? leastViolation(attempts), optima, attempts };
  } finally {
    await prepared.dispose();
  }
}

/** Draws starts of the whole x. */
function drawer(model: Model, seed: number, spread: number): () => Float64Array {
  const random = generator(seed);
  const { lower, upper, start } = model.boxes();
  const uses = networkUses(model);
  // The layers of a network in full space follow from its inputs; apart from them they mean nothing.
  const { partition } = model.openStatement();
  return () => {
    const x = start.map((own, j) => {
      if (partition !== undefined && partition[j]! >= 0) return own;
      const [from, to] = rangeOf({ lower, upper }, j, own, spread);
      return from + (to - from) * random();
    });
    for (const use of uses) {
      const y = outputsAt(use, x);
      use.outputs.forEach((column, k) => {
        if (Number.isFinite(y[k]!)) x[column] = Math.min(upper[column]!, Math.max(lower[column]!, y[k]!));
      });
    }
    return x;
  };
}

/** Where a variable starts: between its bounds; without one, around its own start. */
function rangeOf(
  { lower, upper }: Bounds,
  j: number,
  own: number,
  spread: number,
): readonly [number, number] {
  const [low, high] = [lower[j]!, upper[j]!];
  const reach = spread * Math.max(1, Math.abs(own));
  const from = Number.isFinite(low) ? low : Math.min(own, high) - reach;
  const to = Number.isFinite(high) ? high : Math.max(own, from) + reach;
  return [from, to];
}

function distinct(attempts: readonly Solution[], tolerance: number, model: Model): Optimum[] {
  const sense = model.sense;
  const order = attempts
    .map((solution, k) => ({ solution, k }))
    .filter(({ solution }) => isSolved(solution.status))
    .sort((a, b) => sense * (a.solution.objective - b.solution.objective) || a.k - b.k);
  const optima: { solution: Solution; starts: number[] }[] = [];
  for (const { solution, k } of order) {
    const known = optima.find((own) => isSame(own.solution, solution, tolerance));
    if (known) known.starts.push(k);
    else optima.push({ solution, starts: [k] });
  }
  for (const { starts } of optima) starts.sort((a, b) => a - b);
  return optima;
}

function isSame(a: Solution, b: Solution, tolerance: number): boolean {
  const near = (u: number, v: number): boolean =>
    Math.abs(u - v) <= tolerance * Math.max(1, Math.abs(u), Math.abs(v));
  return near(a.objective, b.objective) && a.x.every((value, j) => near(value, b.x[j]!));
}

const leastViolation = (attempts: readonly Solution[]): Solution =>
  attempts.reduce((best, own) => (own.errors.primal < best.errors.primal ? own : best));

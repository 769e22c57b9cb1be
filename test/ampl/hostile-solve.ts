import { keywords } from '../../cli/ampl/keywords.js';
import { readNl } from '../../runtime/node/read-nl.js';
import { interiorPoint } from '../../solvers/interior-point/index.js';
import { InputError } from '../../src/core/errors.js';
import { assemble } from '../../src/nlp/assemble.js';
import type { Nlp } from '../../src/nlp/contract.js';
import { optimalityErrorsAt } from '../../src/nlp/optimality.js';
import { stopwatch } from '../hostile/judge.js';
import { hostileFile } from '../read/hostile.js';
import { pick, whole } from '../read/random.js';

/** How one hostile case ended: refused by reader or options, or a solver status. */
export type Outcome = { readonly kind: string; readonly seconds: number };

const protocolOnly = new Set(['outlev', 'objno', 'wantsol', 'relax', 'warm_start_init_point']);
const solverOptions = Object.entries(keywords).filter(
  ([name]) => !protocolOnly.has(name) && !name.startsWith('limit_'),
);

/** Up to four options with values in or out of their range. */
export function randomOptions(random: () => number): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (let k = whole(random, 5); k > 0; k--) {
    const [name, option] = pick(random, solverOptions);
    const words = option.range.split(' | ');
    const base = typeof option.default === 'number' ? option.default : 1;
    const candidates: unknown[] =
      typeof option.default === 'boolean'
        ? [true, false]
        : typeof option.default === 'string'
          ? words
          : [base * 10 ** (6 * random() - 3), base, Math.round(base * 2 * random()), 0, 1];
    const accepted = candidates.filter((value) => option.accepts(value));
    options[name] =
      random() < 0.02 || accepted.length === 0
        ? pick(random, [Number.NaN, -1, 'x', null, {}])
        : pick(random, accepted);
  }
  return options;
}

/** Largest violation of a bound; rows without bounds may be undefined. */
function violation(nlp: Nlp, x: Float64Array): number {
  const g = new Float64Array(nlp.constraints.lower.length);
  nlp.constraintValues(x, g);
  let most = 0;
  const compare = (value: number, lower: number, upper: number): void => {
    if (lower === Number.NEGATIVE_INFINITY && upper === Number.POSITIVE_INFINITY) return;
    most = Math.max(most, lower - value, value - upper);
  };
  g.forEach((value, i) => {
    compare(value, nlp.constraints.lower[i]!, nlp.constraints.upper[i]!);
  });
  x.forEach((value, i) => {
    compare(value, nlp.variables.lower[i]!, nlp.variables.upper[i]!);
  });
  return most;
}

/**
 * Reads and solves one hostile file under random options. Throws when anything but an InputError or an honest result
 * comes back: a status `optimal` must survive its conditions being computed anew.
 */
export function tryHostile(random: () => number, real: readonly Uint8Array[]): Outcome {
  const bytes = hostileFile(random, real, 0.4);
  const options = randomOptions(random);
  const seconds = stopwatch();
  const done = (kind: string): Outcome => ({ kind, seconds: seconds() });
  try {
    const nlp = assemble(readNl(bytes, { file: 'hostile.nl', relax: true }).problem);
    let calls = 0;
    const limits = { max_iter: 200, max_wall_time: 5 };
    const result = interiorPoint.solve(
      nlp,
      { ...options, ...limits },
      {
        iteration: () => {
          calls++;
        },
      },
    );
    const complain = (problem: string): never => {
      throw new Error(`${problem} (${result.status}: ${result.message}; options ${JSON.stringify(options)})`);
    };
    if (result.x.length !== nlp.variables.lower.length) complain('x has another length');
    // Leaving the restoration phase counts one iteration more.
    if (result.iterations > limits.max_iter + 1 || calls > 10 * limits.max_iter + 10)
      complain('too many iterations');
    if (result.status === 'optimal') {
      const errors = optimalityErrorsAt(nlp, result.x, result.multipliers);
      const limit = (name: string, otherwise: number): number => Number(options[name] ?? otherwise);
      const bounds = Math.max(
        1,
        ...[
          ...nlp.variables.lower,
          ...nlp.variables.upper,
          ...nlp.constraints.lower,
          ...nlp.constraints.upper,
        ]
          .filter(Number.isFinite)
          .map(Math.abs),
      );
      const relaxed = limit('bound_relax_factor', 1e-8) * bounds;
      const { constraints: λ, lower: zL, upper: zU } = result.multipliers;
      const largest = Math.max(0, ...[...λ, ...zL, ...zU].map(Math.abs));
      const checks: [string, number, number][] = [
        ['primal', violation(nlp, result.x), limit('constr_viol_tol', 1e-4) + relaxed],
        ['dual', errors.dual, limit('dual_inf_tol', 1)],
        // At a bound that was widened the slack is that large, whatever the multiplier.
        ['complementarity', errors.complementarity, limit('compl_inf_tol', 1e-4) + relaxed * largest],
      ];
      const { lower, upper } = nlp.constraints;
      const free = lower.some((value, i) => value === Number.NEGATIVE_INFINITY && upper[i] === -value);
      for (const [name, error, allowed] of checks) {
        // A row without bounds may be undefined with its derivatives: 0 · NaN.
        if (free && Number.isNaN(error)) continue;
        if (!(error <= 1.01 * allowed + 1e-12)) complain(`${name} error ${error} above ${allowed}`);
      }
      const objective = nlp.objective(result.x);
      if (!(Math.abs(objective - result.objective) <= 1e-9 * Math.max(1, Math.abs(objective))))
        complain(`objective ${result.objective} is ${objective}`);
    }
    return done(result.status);
  } catch (error) {
    if (error instanceof InputError) return done('refused');
    throw error;
  }
}

import { InputError } from '../../src/core/errors.js';
import { readOptions } from '../../src/core/options.js';
import type { Nlp } from '../../src/nlp/contract.js';
import { isSolved, type Result } from '../../src/nlp/result.js';
import type { OpenLinearSolver } from '../linear/contract.js';
import { KktSystem } from './kkt.js';
import { options as table } from './options.js';
import { Oracle } from './oracle.js';
import { SlackForm, select } from './slacks.js';

/** How the problem's functions depend on one parameter p at the solution. A bound of a row that moves by dp counts as −1. */
export interface ParameterDerivative {
  /** `∂(∇ₓL)/∂p`, length n, with `L = f + λᵀg`. */
  readonly lagrangian: Float64Array;
  /** `∂g/∂p`, length m. */
  readonly constraints: Float64Array;
}

/** Derivatives of the solution by one parameter, in the conventions of {@link Result}. */
export interface SolutionDerivative {
  readonly x: Float64Array;
  readonly constraints: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** Least slack and least barrier term: where a bound is active to the last digit its variable does not move. */
const LEAST_SLACK = 1e-11;
const LEAST_TERM = 1e-13;

/**
 * `dx/dp` and `dλ/dp` at a solution, by the implicit function theorem from the factored KKT system
 *
 *     [ H + Σ  Jᵀ ] [ dx/dp ]     [ ∂(∇ₓL)/∂p ]
 *     [ J      0  ] [ dλ/dp ] = − [ ∂g/∂p      ]
 *
 * (Fiacco 1983; Pirnay, López-Negrete & Biegler 2012). Σ = z/slack holds active bounds and rows in place and leaves
 * the others free; at a bound that is only weakly active the derivative does not exist, and what is returned lies
 * between its one-sided values. Throws {@link InputError} where the result is no solution, the problem has no second
 * derivatives, or the solution is no isolated minimizer.
 */
export function sensitivityWith(
  open: OpenLinearSolver,
  nlp: Nlp,
  result: Result,
  parameters: readonly ParameterDerivative[],
): SolutionDerivative[] {
  check(nlp, result, parameters);
  const options = readOptions(table, { bound_relax_factor: 0, nlp_scaling_method: 'none' });
  const oracle = new Oracle(nlp);
  const selection = select(nlp, options.nlp_infinity);
  const scaling = { objective: 1, row: new Float64Array(nlp.constraints.lower.length).fill(1), column: null };
  const form = new SlackForm(oracle, selection, scaling, options);
  const { core, m, n } = form;
  const w = new Float64Array(n);
  const λ = Float64Array.from(selection.rows, (i) => result.multipliers.constraints[i]!);
  selection.free.forEach((j, k) => {
    w[k] = result.x[j]!;
  });
  const J = new Float64Array(form.jacobian.length);
  const kkt = new KktSystem(form, null, open, {}, null);
  try {
    const finite = form.rowValues(w) && form.jacobianValues(w, J) && form.hessianValues(w, 1, λ, kkt.H);
    if (!finite) throw new InputError(`sensitivity: ${oracle.trouble} at the solution`);
    const { ΣL, ΣU } = barrierTerms(form, result, w, λ);
    const Σ = ΣL.map((value, k) => Math.max(value + ΣU[k]!, k < core ? 0 : LEAST_TERM));
    if (kkt.factor(Σ, J, 0, 0) !== 'right') {
      throw new InputError('sensitivity: the solution is no isolated minimizer with independent active rows');
    }
    return parameters.map((parameter) => {
      const rw = new Float64Array(n);
      const Δw = new Float64Array(n);
      const Δλ = new Float64Array(m);
      selection.free.forEach((j, k) => {
        rw[k] = -parameter.lagrangian[j]!;
      });
      kkt.solve(
        rw,
        Float64Array.from(selection.rows, (i) => -parameter.constraints[i]!),
        Δw,
        Δλ,
      );
      const found: SolutionDerivative = {
        x: new Float64Array(result.x.length),
        constraints: new Float64Array(result.multipliers.constraints.length),
        lower: new Float64Array(result.x.length),
        upper: new Float64Array(result.x.length),
      };
      selection.rows.forEach((i, k) => {
        found.constraints[i] = Δλ[k]!;
      });
      selection.free.forEach((j, k) => {
        found.x[j] = Δw[k]!;
        found.lower[j] = -ΣL[k]! * Δw[k]!;
        found.upper[j] = ΣU[k]! * Δw[k]!;
      });
      fixedMultipliers(nlp, oracle, result, parameter, selection.fixed, found);
      return found;
    });
  } finally {
    kkt.linear.dispose();
  }
}

function check(nlp: Nlp, result: Result, parameters: readonly ParameterDerivative[]): void {
  if (!isSolved(result.status)) {
    throw new InputError(`sensitivity: needs a solution, not a result with status '${result.status}'`);
  }
  if (nlp.secondDerivatives === false) throw new InputError('sensitivity: needs second derivatives');
  const n = nlp.variables.lower.length;
  const m = nlp.constraints.lower.length;
  parameters.forEach(({ lagrangian, constraints }, p) => {
    if (lagrangian.length !== n || constraints.length !== m) {
      throw new InputError(
        `sensitivity: derivatives by parameter ${p} have lengths ${lagrangian.length} and ${constraints.length}, not ${n} and ${m}`,
      );
    }
  });
}

/** z/slack of lower and upper bounds; the multipliers of slacks follow from their rows'. */
function barrierTerms(
  form: SlackForm,
  result: Result,
  w: Float64Array,
  λ: Float64Array,
): { ΣL: Float64Array; ΣU: Float64Array } {
  const ΣL = new Float64Array(form.n);
  const ΣU = new Float64Array(form.n);
  const { core, attachedRow, selection } = form;
  const { lower, upper } = result.multipliers;
  const term = (z: number, slack: number, size: number): number =>
    z / Math.max(slack, LEAST_SLACK * Math.max(1, Math.abs(size)));
  for (const k of form.withLower) {
    const z = k < core ? lower[selection.free[k]!]! : Math.max(0, -λ[attachedRow[k - core]!]!);
    ΣL[k] = term(z, w[k]! - form.lower[k]!, w[k]!);
  }
  for (const k of form.withUpper) {
    const z = k < core ? upper[selection.free[k]!]! : Math.max(0, λ[attachedRow[k - core]!]!);
    ΣU[k] = term(z, form.upper[k]! - w[k]!, w[k]!);
  }
  return { ΣL, ΣU };
}

/** A fixed variable's multipliers change with its reduced gradient: `H dx + Jᵀ dλ + ∂(∇ₓL)/∂p`. */
function fixedMultipliers(
  nlp: Nlp,
  oracle: Oracle,
  result: Result,
  parameter: ParameterDerivative,
  fixed: Uint8Array,
  found: SolutionDerivative,
): void {
  if (!fixed.includes(1)) return;
  const H = new Float64Array(nlp.hessian.length);
  const J = new Float64Array(nlp.jacobian.length);
  oracle.hessian(result.x, 1, result.multipliers.constraints, H);
  oracle.jacobian(result.x, J);
  const change = parameter.lagrangian.slice();
  nlp.hessian.addProduct(H, found.x, 1, change);
  nlp.jacobian.addTransposed(J, found.constraints, 1, change);
  fixed.forEach((is, j) => {
    if (!is) return;
    if (result.multipliers.lower[j]! >= result.multipliers.upper[j]!) found.lower[j] = change[j]!;
    else found.upper[j] = -change[j]!;
  });
}

import { expect } from 'vitest';
import type { Nlp } from '../src/nlp/contract.js';
import type { Errors, Result } from '../src/nlp/result.js';

/**
 * Errors of the optimality conditions at `result`, from the problem's functions and the result's x and multipliers
 * alone (conventions: `src/nlp/result.ts`). Multipliers of the wrong sign count as dual error.
 */
export function kktErrors(nlp: Nlp, result: Result): Errors {
  const { x, multipliers } = result;
  const n = nlp.variables.lower.length;
  const m = nlp.constraints.lower.length;
  const gradient = new Float64Array(n);
  const J = new Float64Array(nlp.jacobian.length);
  const g = new Float64Array(m);
  nlp.gradient(x, gradient);
  nlp.jacobianValues(x, J);
  nlp.constraintValues(x, g);

  const stationarity = Array.from(
    gradient,
    (value, j) => value - multipliers.lower[j]! + multipliers.upper[j]!,
  );
  nlp.jacobian.each(J, (i, j, value) => {
    stationarity[j]! += value * multipliers.constraints[i]!;
  });
  let dual = Math.max(0, ...stationarity.map(Math.abs));
  let primal = 0;
  let complementarity = 0;
  const visit = (value: number, lower: number, upper: number, below: number, above: number): void => {
    primal = Math.max(primal, lower - value, value - upper);
    dual = Math.max(dual, -below, -above);
    if (lower === upper) return;
    if (below > 0) complementarity = Math.max(complementarity, Math.abs(value - lower) * below);
    if (above > 0) complementarity = Math.max(complementarity, Math.abs(upper - value) * above);
  };
  const { variables: v, constraints: c } = nlp;
  x.forEach((value, j) => {
    visit(value, v.lower[j]!, v.upper[j]!, multipliers.lower[j]!, multipliers.upper[j]!);
  });
  g.forEach((value, i) => {
    const λ = multipliers.constraints[i]!;
    visit(value, c.lower[i]!, c.upper[i]!, Math.max(0, -λ), Math.max(0, λ));
  });
  const sum = [...stationarity, ...x, ...g].reduce((total, value) => total + value, 0);
  if (Number.isNaN(sum)) return { primal: Number.NaN, dual: Number.NaN, complementarity: Number.NaN };
  return { primal, dual, complementarity };
}

/** Expects the optimality conditions to hold at `result` within `tolerance`, and its own errors to agree. */
export function expectKkt(nlp: Nlp, result: Result, tolerance: number): void {
  const errors = kktErrors(nlp, result);
  const where = `status ${result.status} (${result.message})`;
  expect(errors.primal, `primal error, ${where}`).toBeLessThanOrEqual(tolerance);
  expect(errors.dual, `dual error, ${where}`).toBeLessThanOrEqual(tolerance);
  expect(errors.complementarity, `complementarity, ${where}`).toBeLessThanOrEqual(tolerance);
  for (const name of ['primal', 'dual', 'complementarity'] as const) {
    expect(Math.abs(result.errors[name] - errors[name]), `reported ${name} error`).toBeLessThanOrEqual(
      1e-9 + 1e-6 * errors[name],
    );
  }
}

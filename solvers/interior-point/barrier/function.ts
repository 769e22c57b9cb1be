import type { Iterate } from '../iterate.js';

/**
 * Barrier function `φ_μ = f − μ Σ ln(slack) + κ_d μ Σ_{one bound only} slack` (Wächter & Biegler (3), §3.7) of the values
 * held by `at`.
 */
export function barrierFunction(at: Iterate, μ: number, κd: number): number {
  const { form, slackL, slackU } = at;
  const { lower, upper } = form;
  let logs = 0;
  let damping = 0;
  for (let k = 0; k < form.withLower.length; k++) {
    const j = form.withLower[k]!;
    const slack = slackL[j]!;
    logs += Math.log(slack);
    if (upper[j]! === Number.POSITIVE_INFINITY) damping += slack;
  }
  for (let k = 0; k < form.withUpper.length; k++) {
    const j = form.withUpper[k]!;
    const slack = slackU[j]!;
    logs += Math.log(slack);
    if (lower[j]! === Number.NEGATIVE_INFINITY) damping += slack;
  }
  return at.f - μ * logs + κd * μ * damping;
}

/** `out = ∇φ_μ`, length n. */
export function barrierGradient(at: Iterate, μ: number, κd: number, out: Float64Array): void {
  const { form, slackL, slackU } = at;
  const { lower, upper } = form;
  out.set(at.gradient);
  for (let k = 0; k < form.withLower.length; k++) {
    const j = form.withLower[k]!;
    const damping = upper[j]! === Number.POSITIVE_INFINITY ? κd : 0;
    out[j] = out[j]! - μ / slackL[j]! + damping * μ;
  }
  for (let k = 0; k < form.withUpper.length; k++) {
    const j = form.withUpper[k]!;
    const damping = lower[j]! === Number.NEGATIVE_INFINITY ? κd : 0;
    out[j] = out[j]! + μ / slackU[j]! - damping * μ;
  }
}

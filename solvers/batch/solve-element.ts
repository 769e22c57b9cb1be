import { infeasibility, unboundedness } from './certify.js';
import type { Certificate, ElementStatus, QpPoint, SolutionFlag } from './contract.js';
import { diagnosed } from './diagnose.js';
import type { Qp } from './element.js';
import { solveEmbedding } from './embedding.js';
import { type Errors, errorsOf, objectiveOf } from './judge.js';
import type { BatchSettings } from './options.js';
import { type Scaled, scaled, unscaled } from './scale.js';
import { guess, type Settled, settle } from './settle.js';
import { recession, separation } from './without-solution.js';

/** The answer for one element, in the units of its data. */
export interface ElementAnswer {
  readonly status: ElementStatus;
  readonly point: QpPoint;
  readonly active: Uint8Array;
  readonly objective: number;
  readonly errors: Errors;
  readonly flags: readonly SolutionFlag[];
  readonly certificate: Certificate | null;
  /** An estimate for the system behind derivatives; ∞ where it is singular, NaN without a solution. */
  readonly condition: number;
  readonly iterations: number;
  readonly factorizations: number;
}

/** Relative residual below which an element is not called inaccurate. */
const ACCURATE = 1e-10;

/** Rounds that a guess of the active rows is worth. */
const GUESSED = 4;

/**
 * Solves any convex quadratic program, or proves that it has no solution: equilibration, the homogeneous embedding, then
 * the active rows it points at. `rows`: a guess of the active rows, 1 for each, to try first.
 */
export function solveElement(qp: Qp, settings: BatchSettings, rows?: Uint8Array): ElementAnswer {
  const units = scaled(qp);
  const inner = units.qp;
  if (rows) {
    const zero = (length: number): Float64Array => new Float64Array(length);
    const start = { z: zero(qp.n), nu: zero(qp.m), lam: zero(qp.p), s: zero(qp.p) };
    const guessed = Array.from(rows, (code) => code === 1);
    const warm = settle(inner, start, guessed, GUESSED);
    if (warm?.system.regular)
      return settledAnswer(qp, units, warm, { iterations: 0, factorizations: 1 }, settings);
  }
  const nothing = { iterations: 0, factorizations: 0 };
  const ray = recession(inner);
  if (ray) {
    const apart = separation(inner);
    const certificate = apart && infeasibility(qp, unscaled(units, apart));
    if (certificate) return without(qp, 'infeasible', units, { point: apart, ...nothing }, certificate);
    const found = unboundedness(qp, unscaled(units, ray));
    if (found) return without(qp, 'unbounded', units, { point: ray, ...nothing }, found);
  }
  let settled: Settled | undefined;
  const end = solveEmbedding(inner, settings.maxIterations, (point) => {
    settled = settle(inner, point, guess(point));
    return settled !== undefined;
  });
  if (end.status === 'infeasible') {
    const certificate = infeasibility(qp, unscaled(units, end.point));
    if (certificate) return without(qp, 'infeasible', units, end, certificate);
  }
  if (end.status === 'unbounded') {
    const certificate = unboundedness(qp, unscaled(units, end.point));
    if (certificate) return without(qp, 'unbounded', units, end, certificate);
  }
  settled ??= settle(inner, end.point, guess(end.point));
  if (settled) return settledAnswer(qp, units, settled, end, settings);
  const point = unscaled(units, end.point);
  const errors = errorsOf(qp, point);
  // What got nowhere may have been on its way to a certificate; errors beside large numbers seem small.
  const apart = separation(inner);
  const proof = apart && infeasibility(qp, unscaled(units, apart));
  if (proof) return without(qp, 'infeasible', units, end, proof);
  if (!(errors.relative <= settings.acceptable)) {
    const certificate = infeasibility(qp, point);
    if (certificate) return without(qp, 'infeasible', units, end, certificate);
    const ray = unboundedness(qp, point);
    if (ray) return without(qp, 'unbounded', units, end, ray);
  }
  return {
    status: statusOf(errors, settings),
    point,
    active: Uint8Array.from(guess(end.point), Number),
    objective: objectiveOf(qp, point.z),
    errors,
    // On which rows it stands is not known.
    flags: ['inaccurate'],
    certificate: null,
    condition: NaN,
    iterations: end.iterations,
    factorizations: end.factorizations,
  };
}

export function statusOf(
  errors: Pick<Errors, 'relative'>,
  { tolerance, acceptable }: BatchSettings,
): ElementStatus {
  if (errors.relative <= tolerance) return 'optimal';
  return errors.relative <= acceptable ? 'acceptable' : 'iteration-limit';
}

interface Work {
  readonly iterations: number;
  readonly factorizations: number;
}

function without(
  qp: Qp,
  status: 'infeasible' | 'unbounded',
  units: Scaled,
  end: { readonly point: QpPoint } & Work,
  certificate: Certificate,
): ElementAnswer {
  const point = unscaled(units, end.point);
  return {
    status,
    point,
    active: new Uint8Array(qp.p),
    objective: objectiveOf(qp, point.z),
    errors: errorsOf(qp, point),
    flags: [],
    certificate,
    condition: NaN,
    iterations: end.iterations,
    factorizations: end.factorizations,
  };
}

function settledAnswer(
  qp: Qp,
  units: Scaled,
  found: Settled,
  { iterations, factorizations }: Work,
  settings: BatchSettings,
): ElementAnswer {
  const { settled, flags } = diagnosed(units.qp, found);
  const point = unscaled(units, settled.point);
  const errors = errorsOf(qp, point);
  const inaccurate: SolutionFlag[] = errors.relative <= ACCURATE ? [] : ['inaccurate'];
  return {
    status: statusOf(errors, settings),
    point,
    active: settled.active,
    objective: objectiveOf(qp, point.z),
    errors,
    flags: [...flags, 'refined', ...inaccurate],
    certificate: null,
    condition: settled.system.regular ? 1 / settled.system.reciprocalCondition : Infinity,
    iterations,
    factorizations: factorizations + 1,
  };
}

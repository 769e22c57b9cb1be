import { EvaluationError } from '../../src/core/errors.js';
import { maxNorm } from '../../src/core/vector.js';
import { infeasibility, unboundedness } from './certify.js';
import type { Certificate, ElementStatus, QpPoint, SolutionFlag } from './contract.js';
import { diagnosed } from './diagnose.js';
import type { Qp } from './element.js';
import { type EmbeddingEnd, FAR, solveEmbedding } from './embedding.js';
import { type Errors, errorsOf, objectiveOf } from './judge.js';
import type { BatchSettings } from './options.js';
import { type Scaled, scaled, unscaled, withUnit } from './scale.js';
import { guess, type Settled, settle } from './settle.js';
import { recession, separations } from './without-solution.js';

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
  try {
    return solved(qp, settings, rows);
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    return outOfRange(qp);
  }
}

function solved(qp: Qp, settings: BatchSettings, rows: Uint8Array | undefined): ElementAnswer {
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
  const apart = (): ElementAnswer | undefined => {
    for (const end of separations(inner, settings.maxIterations)) {
      const found = contradicted(qp, units, end);
      if (found) return found;
    }
    return undefined;
  };
  const ray = recession(inner);
  if (ray) {
    const found = apart() ?? alongRay(qp, units, { point: ray, iterations: 0, factorizations: 0 });
    if (found) return found;
  }
  let settled: Settled | undefined;
  let unsolved: ElementAnswer | undefined;
  const accept = (end: EmbeddingEnd): boolean => {
    if (end.status === 'solved') settled = settle(inner, end.point, guess(end.point));
    else if (end.status === 'infeasible') unsolved = contradicted(qp, units, end);
    else unsolved = apart() ?? alongRay(qp, units, end);
    return (settled ?? unsolved) !== undefined;
  };
  const embedded = ({ qp: own }: Pick<Scaled, 'qp'>, back: (point: QpPoint) => QpPoint): EmbeddingEnd => {
    const given = (end: EmbeddingEnd): EmbeddingEnd => ({ ...end, point: back(end.point) });
    return given(solveEmbedding(own, settings.maxIterations, (end) => accept(given(end))));
  };
  let end = embedded(units, (point) => point);
  const far = Math.max(maxNorm(inner.b), maxNorm(inner.h));
  const ends = [end];
  if (!settled && !unsolved && far > FAR) {
    const again = withUnit(inner, far);
    end = embedded(again, (point) => unscaled(again, point));
    ends.push(end);
  }
  if (!settled) {
    // What got nowhere may have been on its way to a certificate; errors beside large numbers seem small.
    unsolved ??= contradicted(qp, units, end) ?? apart() ?? alongRay(qp, units, end);
    if (unsolved) return unsolved;
    for (const { point } of ends) settled ??= settle(inner, point, guess(point));
  }
  if (settled) return settledAnswer(qp, units, settled, end, settings);
  const point = unscaled(units, end.point);
  const errors = errorsOf(qp, units, end.point);
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

/** The answer where multipliers that were found prove that the rows have no solution. */
function contradicted(qp: Qp, units: Scaled, end: Ended): ElementAnswer | undefined {
  const certificate = infeasibility(units, end.point);
  return certificate ? without(qp, 'infeasible', units, end, certificate) : undefined;
}

/** The answer where the objective falls for ever along a direction that was found. */
function alongRay(qp: Qp, units: Scaled, end: Ended): ElementAnswer | undefined {
  const certificate = unboundedness(units, end.point);
  return certificate ? without(qp, 'unbounded', units, end, certificate) : undefined;
}

type Ended = Omit<EmbeddingEnd, 'status'>;

function without(
  qp: Qp,
  status: 'infeasible' | 'unbounded',
  units: Scaled,
  end: Ended,
  certificate: Certificate,
): ElementAnswer {
  const point = unscaled(units, end.point);
  return {
    status,
    point,
    active: new Uint8Array(qp.p),
    objective: objectiveOf(qp, point.z),
    errors: errorsOf(qp, units, end.point),
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
  { iterations, factorizations }: Pick<Ended, 'iterations' | 'factorizations'>,
  settings: BatchSettings,
): ElementAnswer {
  const { settled, flags } = diagnosed(units.qp, found);
  const point = unscaled(units, settled.point);
  const errors = errorsOf(qp, units, settled.point);
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

/** The answer where numbers leave the range of f64. */
function outOfRange({ n, m, p }: Qp): ElementAnswer {
  const none = (length: number): Float64Array => new Float64Array(length).fill(NaN);
  return {
    status: 'failed',
    point: { z: none(n), nu: none(m), lam: none(p), s: none(p) },
    active: new Uint8Array(p),
    objective: NaN,
    errors: { primal: NaN, dual: NaN, complementarity: NaN, relative: Infinity },
    flags: [],
    certificate: null,
    condition: NaN,
    iterations: 0,
    factorizations: 0,
  };
}

import { InputError } from '../../src/core/errors.js';
import { checkShape, fault } from './check.js';
import type { BatchSolution, Certificate, ElementStatus, QpBatch, SolutionFlag } from './contract.js';
import { elementOf } from './element.js';
import { objectiveOf } from './judge.js';
import { type BatchOptions, batchSettings } from './options.js';
import { solveElement } from './solve-element.js';

const now = (): number => performance.now() / 1000;

/**
 * Solves every quadratic program of a batch. How an element ends is its `status`; only data that are no convex program
 * throw {@link InputError}, which names input and element, or are marked `invalid` (option `onInvalid`).
 */
export function solveBatch(data: QpBatch, options?: BatchOptions): BatchSolution {
  const began = now();
  const settings = batchSettings(options);
  checkShape(data);
  const { batch, n, m, p } = data;
  const warm = options?.warmStart;
  if (warm && (warm.batch !== batch || warm.n !== n || warm.m !== m || warm.p !== p))
    throw new InputError(
      `quadratic programs: warmStart is a solution of ${warm.batch} elements with n = ${warm.n}, m = ${warm.m}, p = ${warm.p}, not of ${batch} with ${n}, ${m}, ${p}`,
    );
  const out = {
    z: new Float64Array(batch * n),
    nu: new Float64Array(batch * m),
    lam: new Float64Array(batch * p),
    s: new Float64Array(batch * p),
    active: new Uint8Array(batch * p),
    objective: new Float64Array(batch),
    primalError: new Float64Array(batch),
    dualError: new Float64Array(batch),
    complementarityError: new Float64Array(batch),
    iterations: new Int32Array(batch),
    margin: new Float64Array(batch),
  };
  const statuses: ElementStatus[] = [];
  const flags: SolutionFlag[][] = [];
  const certificates: (Certificate | null)[] = [];
  let factorizations = 0;
  for (let e = 0; e < batch; e++) {
    const wrong = fault(data, e);
    if (wrong !== undefined) {
      if (settings.onInvalid === 'throw') throw new InputError(`element ${e}: ${wrong}`);
      for (const part of ['z', 'nu', 'lam', 's'] as const) {
        const one = out[part].length / batch;
        out[part].fill(NaN, e * one, (e + 1) * one);
      }
      for (const part of ['objective', 'primalError', 'dualError', 'complementarityError', 'margin'] as const)
        out[part][e] = NaN;
      statuses.push('invalid');
      flags.push([]);
      certificates.push(null);
      continue;
    }
    const qp = elementOf(data, e);
    const previous =
      warm && isSolved(warm.statuses[e]!) ? warm.active.subarray(e * p, (e + 1) * p) : undefined;
    const answer = solveElement(qp, settings, previous && Array.from(previous, (code) => code === 1));
    const { point, errors } = answer;
    out.z.set(point.z, e * n);
    out.nu.set(point.nu, e * m);
    out.lam.set(point.lam, e * p);
    out.s.set(point.s, e * p);
    out.active.set(answer.active, e * p);
    out.objective[e] = objectiveOf(qp, point.z);
    out.primalError[e] = errors.primal;
    out.dualError[e] = errors.dual;
    out.complementarityError[e] = errors.complementarity;
    out.iterations[e] = answer.iterations;
    out.margin[e] = point.lam.reduce(
      (least, value, i) => Math.min(least, Math.max(value, point.s[i]!)),
      Infinity,
    );
    statuses.push(answer.status);
    flags.push([...answer.flags]);
    certificates.push(answer.certificate);
    factorizations += answer.factorizations;
  }
  return { batch, n, m, p, ...out, statuses, flags, certificates, factorizations, seconds: now() - began };
}

/** Whether an element holds a solution. */
export const isSolved = (status: ElementStatus): boolean => status === 'optimal' || status === 'acceptable';

import { InputError } from '../../src/core/errors.js';
import { fault } from './check.js';
import type { BatchSolution, Certificate, ElementStatus, QpBatch, SolutionFlag } from './contract.js';
import { elementOf } from './element.js';
import { guessWithCurvature } from './guess.js';
import { keep, returnPairs, takePairs } from './keep.js';
import type { BatchSettings } from './options.js';
import { place, REPORT, type Reported } from './pairs.js';
import { withRoom } from './room.js';
import { type ElementAnswer, solveElement, statusOf } from './solve-element.js';

const now = (): number => performance.now() / 1000;

const REFINED: readonly SolutionFlag[] = Object.freeze<SolutionFlag[]>(['refined']);
const points = ['z', 'nu', 'lam', 's'] as const;

/** Answers while they are being found. */
class Answers {
  readonly z: Float64Array;
  readonly nu: Float64Array;
  readonly lam: Float64Array;
  readonly s: Float64Array;
  readonly active: Uint8Array;
  readonly report: Float64Array;
  readonly objective: Float64Array;
  readonly primalError: Float64Array;
  readonly dualError: Float64Array;
  readonly complementarityError: Float64Array;
  readonly iterations: Int32Array;
  readonly margin: Float64Array;
  readonly condition: Float64Array;
  readonly statuses: ElementStatus[] = [];
  readonly flags: (readonly SolutionFlag[])[] = [];
  readonly certificates: (Certificate | null)[] = [];
  factorizations = 0;

  constructor(readonly data: QpBatch) {
    const { batch, n, m, p } = data;
    this.z = new Float64Array(batch * n);
    this.nu = new Float64Array(batch * m);
    this.lam = new Float64Array(batch * p);
    this.s = new Float64Array(batch * p);
    this.active = new Uint8Array(batch * p);
    this.report = new Float64Array(batch * REPORT);
    this.objective = new Float64Array(batch);
    this.primalError = new Float64Array(batch);
    this.dualError = new Float64Array(batch);
    this.complementarityError = new Float64Array(batch);
    this.iterations = new Int32Array(batch);
    this.margin = new Float64Array(batch);
    this.condition = new Float64Array(batch);
  }

  /** Element e is no convex quadratic program. */
  invalid(e: number): void {
    for (const part of points) {
      const one = this[part].length / this.data.batch;
      this[part].fill(NaN, e * one, (e + 1) * one);
    }
    for (const part of [
      'objective',
      'primalError',
      'dualError',
      'complementarityError',
      'margin',
      'condition',
    ] as const)
      this[part][e] = NaN;
    this.#end(e, 'invalid', [], null);
  }

  /** Element e as the kernels left it in the arrays and the report. */
  reported(e: number, settings: BatchSettings): void {
    const of = (name: Reported): number => this.report[e * REPORT + place[name]]!;
    this.objective[e] = of('objective');
    this.primalError[e] = of('primal');
    this.dualError[e] = of('dual');
    this.complementarityError[e] = of('complementarity');
    this.margin[e] = of('margin');
    this.condition[e] = of('condition');
    this.iterations[e] = of('iterations');
    this.factorizations += of('factorizations');
    const status = statusOf({ relative: of('relative') }, settings);
    this.#end(e, status, REFINED, null);
  }

  /** Element e as solved alone. */
  alone(e: number, answer: ElementAnswer): void {
    const { n, m, p } = this.data;
    const { point, errors } = answer;
    this.z.set(point.z, e * n);
    this.nu.set(point.nu, e * m);
    this.lam.set(point.lam, e * p);
    this.s.set(point.s, e * p);
    this.active.set(answer.active, e * p);
    this.objective[e] = answer.objective;
    this.primalError[e] = errors.primal;
    this.dualError[e] = errors.dual;
    this.complementarityError[e] = errors.complementarity;
    this.iterations[e] = answer.iterations;
    this.margin[e] = point.lam.reduce(
      (least, value, i) => Math.min(least, Math.max(value, point.s[i]!)),
      Infinity,
    );
    this.condition[e] = answer.condition;
    this.factorizations += answer.factorizations;
    this.#end(e, answer.status, answer.flags, answer.certificate);
  }

  #end(
    e: number,
    status: ElementStatus,
    flags: readonly SolutionFlag[],
    certificate: Certificate | null,
  ): void {
    this.statuses[e] = status;
    this.flags[e] = flags;
    this.certificates[e] = certificate;
  }

  solution(seconds: number): BatchSolution {
    const { batch, n, m, p } = this.data;
    return {
      batch,
      n,
      m,
      p,
      z: this.z,
      nu: this.nu,
      lam: this.lam,
      s: this.s,
      active: this.active,
      objective: this.objective,
      primalError: this.primalError,
      dualError: this.dualError,
      complementarityError: this.complementarityError,
      iterations: this.iterations,
      margin: this.margin,
      condition: this.condition,
      statuses: this.statuses,
      flags: this.flags,
      certificates: this.certificates,
      factorizations: this.factorizations,
      seconds,
    };
  }
}

/** A batch in this thread; `guess`: active rows to begin with, p bytes per element; `first`: what messages call element 0. */
export function solveHere(
  data: QpBatch,
  settings: BatchSettings,
  guess: Uint8Array | undefined,
  first = 0,
): BatchSolution {
  const began = now();
  const { batch, n, m, p } = data;
  const one = 8 * (n + m + 2 * p + REPORT + 6) + p + 4;
  const answers = withRoom(() => new Answers(data), batch, one, 'the answer');
  const pairs = batch > 0 ? takePairs() : undefined;
  const solved = new Uint8Array(batch);
  try {
    pairs?.layOut(data);
    pairs?.solve(data, answers, guess, settings.maxIterations);
    for (let e = 0; e < batch; e++) solved[e] = answers.report[e * REPORT + place.solved]!;
    const hard = Array.from({ length: batch }, (_, e) => e).filter((e) => solved[e] === 0);
    const guesses = guess ? undefined : guessWithCurvature(data, hard);
    for (let e = 0; e < batch; e++)
      if (solved[e] === 1) answers.reported(e, settings);
      else {
        const wrong = fault(data, e);
        const rows = guess?.subarray(e * p, (e + 1) * p) ?? guesses?.get(e);
        if (wrong === undefined) answers.alone(e, solveElement(elementOf(data, e), settings, rows));
        else if (settings.onInvalid === 'mark') answers.invalid(e);
        else throw new InputError(`element ${first + e}: ${wrong}`);
      }
  } catch (error) {
    if (pairs) returnPairs(pairs);
    throw error;
  }
  const solution = answers.solution(now() - began);
  if (pairs)
    if (solved.includes(1)) keep(solution, pairs, solved);
    else returnPairs(pairs);
  return solution;
}

/** Whether an element holds a solution. */
export const isSolved = (status: ElementStatus): boolean => status === 'optimal' || status === 'acceptable';

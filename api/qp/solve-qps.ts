import {
  type BatchSolution,
  type Certificate,
  type Cotangents,
  derivativeOptionTable,
  differentiate,
  type ElementStatus,
  fault,
  type Gradients,
  type InputName,
  inputNames,
  isSolved,
  type QpBatch,
  type SolutionFlag,
  solveBatch,
  type WeaklyActive,
} from '../../solvers/batch/index.js';
import type { BudgetLimits } from '../../src/core/budget.js';
import { InputError } from '../../src/core/errors.js';
import { optionsOf, textOf } from '../../src/core/given.js';
import { readOptions } from '../../src/core/options.js';
import { type ReadQp, readProblems } from './read.js';

/** A quadratic program `min ½zᵀQz + qᵀz  s.t.  Az = b, Gz ≤ h`: matrices as nested rows; what is left out is empty. */
export interface QpProblem {
  readonly Q?: readonly (readonly number[])[];
  readonly q?: readonly number[];
  readonly A?: readonly (readonly number[])[];
  readonly b?: readonly number[];
  readonly G?: readonly (readonly number[])[];
  readonly h?: readonly number[];
  /** Derivatives of a scalar by the answer; those by the data are then in the report. */
  readonly cotangent?: QpCotangent;
}

/** Derivatives of a scalar by z, by the multipliers ν and λ, and by the slacks s; parts left out are 0. */
export interface QpCotangent {
  readonly z?: readonly number[];
  readonly nu?: readonly number[];
  readonly lam?: readonly number[];
  readonly s?: readonly number[];
}

/** How quadratic programs and their derivatives are taken. */
export interface QpOptions {
  /** What rows with λᵢ = sᵢ = 0 count as in gradients. */
  readonly weaklyActive?: WeaklyActive;
  readonly limits?: BudgetLimits;
}

/** Derivatives of the scalar by the data, shaped as the data. */
export interface QpElementGradient {
  readonly Q: number[][];
  readonly q: Float64Array;
  readonly A: number[][];
  readonly b: Float64Array;
  readonly G: number[][];
  readonly h: Float64Array;
}

/** The answer to one problem. */
export interface QpElement {
  readonly status: ElementStatus;
  readonly z: Float64Array;
  readonly nu: Float64Array;
  readonly lam: Float64Array;
  readonly s: Float64Array;
  readonly objective: number;
  readonly errors: { readonly primal: number; readonly dual: number; readonly complementarity: number };
  /** Smallest max(λᵢ, sᵢ) over the rows; ∞ without rows. */
  readonly margin: number;
  readonly flags: readonly SolutionFlag[];
  /** Null without a solution or without a cotangent. */
  readonly gradient: QpElementGradient | null;
  readonly certificate: Certificate | null;
  readonly iterations: number;
}

/** The answers, in the order of the problems. */
export interface QpReport {
  readonly elements: readonly QpElement[];
  readonly seconds: number;
}

const ownOptions = { weaklyActive: derivativeOptionTable.weaklyActive };

/**
 * Solves one quadratic program or many (`{ problems: […] }`), those of one shape as a batch; answers are in the order of the
 * problems. Throws {@link InputError} in one line that names the problem and the input for data that are no convex
 * quadratic program. `where`: what messages call the value.
 */
export function solveQps(
  value: QpProblem | { readonly problems: readonly QpProblem[] },
  options?: QpOptions,
  where = 'solveQps',
): QpReport {
  textOf(where, 'solveQps: what messages call the value');
  const { limits, ...others } = optionsOf(options, where);
  const { weaklyActive } = readOptions(ownOptions, others, where);
  const problems = readProblems(value, where, limits);
  const groups = new Map<string, number[]>();
  problems.forEach(({ n, m, p }, k) => {
    const key = `${n} ${m} ${p}`;
    const group = groups.get(key);
    if (group) group.push(k);
    else groups.set(key, [k]);
  });
  const elements = new Array<QpElement>(problems.length);
  let seconds = 0;
  for (const group of groups.values()) {
    const own = group.map((k) => problems[k]!);
    const data = batchOf(own);
    const solution = solveBatch(data, { onInvalid: 'mark' });
    own.forEach((problem, e) => {
      if (solution.statuses[e] === 'invalid')
        throw new InputError(`${problem.where}: ${fault(data, e) ?? 'is no convex quadratic program'}`);
      if (weaklyActive === 'refuse' && problem.cotangent && solution.flags[e]!.includes('weakly-active'))
        throw new InputError(
          `${problem.where}: rows are weakly active: there is no gradient; choose weaklyActive 'exclude' or 'include'`,
        );
    });
    const gradients = own.some(({ cotangent }) => cotangent !== undefined)
      ? gradientsOf(data, solution, own, weaklyActive === 'include' ? 'include' : 'exclude')
      : undefined;
    group.forEach((k, e) => {
      elements[k] = elementOf(problems[k]!, solution, e, gradients);
    });
    seconds += solution.seconds;
  }
  return { elements, seconds };
}

function batchOf(problems: readonly ReadQp[]): QpBatch {
  const { n, m, p } = problems[0]!;
  const block = (name: InputName) => ({
    values: joined(problems.map((problem) => problem[name])),
    shared: false,
  });
  const blocks = Object.fromEntries(inputNames.map((name) => [name, block(name)])) as Pick<
    QpBatch,
    InputName
  >;
  return { batch: problems.length, n, m, p, ...blocks };
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

interface Found {
  readonly gradients: Gradients;
  readonly flags: readonly (readonly SolutionFlag[])[];
}

function gradientsOf(
  data: QpBatch,
  solution: BatchSolution,
  problems: readonly ReadQp[],
  weaklyActive: WeaklyActive,
): Found {
  const map = differentiate(data, solution, { weaklyActive });
  const part = (name: keyof Cotangents, length: number): Float64Array =>
    joined(problems.map(({ cotangent }) => cotangent?.[name] ?? new Float64Array(length)));
  const { n, m, p } = data;
  const gradients = map.backward({
    z: part('z', n),
    nu: part('nu', m),
    lam: part('lam', p),
    s: part('s', p),
  });
  map.dispose();
  return { gradients, flags: map.flags };
}

function elementOf(problem: ReadQp, solution: BatchSolution, e: number, found: Found | undefined): QpElement {
  const { n, m, p } = problem;
  const of = (values: Float64Array, one: number): Float64Array => values.slice(e * one, (e + 1) * one);
  const status = solution.statuses[e]!;
  const flags = new Set([...solution.flags[e]!, ...(found && problem.cotangent ? found.flags[e]! : [])]);
  return {
    status,
    z: of(solution.z, n),
    nu: of(solution.nu, m),
    lam: of(solution.lam, p),
    s: of(solution.s, p),
    objective: solution.objective[e]!,
    errors: {
      primal: solution.primalError[e]!,
      dual: solution.dualError[e]!,
      complementarity: solution.complementarityError[e]!,
    },
    margin: solution.margin[e]!,
    flags: [...flags],
    gradient: found && problem.cotangent && isSolved(status) ? gradientOf(problem, found.gradients, e) : null,
    certificate: solution.certificates[e]!,
    iterations: solution.iterations[e]!,
  };
}

function gradientOf({ n, m, p }: ReadQp, gradients: Gradients, e: number): QpElementGradient {
  const vector = (name: InputName, one: number): Float64Array =>
    gradients[name].slice(e * one, (e + 1) * one);
  const rows = (name: InputName, count: number): number[][] => {
    const values = vector(name, count * n);
    return Array.from({ length: count }, (_, i) => [...values.subarray(i * n, (i + 1) * n)]);
  };
  return {
    Q: rows('Q', n),
    q: vector('q', n),
    A: rows('A', m),
    b: vector('b', m),
    G: rows('G', p),
    h: vector('h', p),
  };
}

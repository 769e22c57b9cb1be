// AMPL problem files: status, objective, iterations and seconds of every solver at hand, beside the reference's answers.
//   node dist/bench/nl.js [--solver interior-point --solver ipopt …] [--problem airport …] [--json]
import '../runtime/node/provide.js';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { solveNlModel } from '../cli/nl/solve.js';
import { shutdown, solveHere } from '../index.js';
import type { SolverName } from '../runtime/solvers.js';
import { requireData } from '../scenarios/data.js';
import { assemble } from '../src/nlp/assemble.js';
import type { Nlp } from '../src/nlp/contract.js';
import { optimalityErrorsAt } from '../src/nlp/optimality.js';
import type { Errors, Status } from '../src/nlp/result.js';
import { judgeNl, type NlVerdict } from '../test/ampl/nl-truths.js';
import { machine } from './machine.js';
import { markdown } from './markdown.js';
import { askedSolvers } from './solvers.js';

const { values: flags } = parseArgs({
  options: {
    solver: { type: 'string', multiple: true, default: [] },
    problem: { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean', default: false },
  },
});

/** What one solver did with one file; failures are kept. */
export interface NlRun {
  readonly solver: string;
  readonly problem: string;
  readonly sizes: readonly number[];
  readonly status: string;
  readonly verdict: NlVerdict;
  readonly objective: number;
  readonly iterations: number;
  readonly seconds: number;
  /** Errors of the optimality conditions, computed anew from the file at the point and multipliers returned. */
  readonly errors?: Errors;
  readonly message: string;
}

/** An entry of `reference.json`; `error` where the reference could not be read by its own driver. */
interface Reference {
  readonly status?: number;
  readonly objective?: number;
  readonly iterations?: number;
  readonly error?: string;
  /** Where the figures come from when not from a run. */
  readonly source?: string;
}

const folder = requireData('nl');
const referenceFile = join(folder, 'reference.json');
const reference: Readonly<Record<string, Reference>> = existsSync(referenceFile)
  ? JSON.parse(readFileSync(referenceFile, 'utf8'))
  : {};
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.nl'))
  .map((file) => file.slice(0, -'.nl'.length))
  .filter((name) => flags.problem.length === 0 || flags.problem.includes(name))
  .sort();

/** The reference's return codes in our words. */
const referenceStatus: Readonly<Record<number, Status>> = {
  0: 'optimal',
  1: 'acceptable',
  2: 'infeasible',
  [-1]: 'iteration-limit',
  [-2]: 'restoration-failed',
  [-10]: 'invalid-problem',
  [-100]: 'step-failed',
};

const largestBound = ({ variables, constraints }: Nlp): number =>
  [variables.lower, variables.upper, constraints.lower, constraints.upper]
    .flatMap((values) => [...values])
    .filter(Number.isFinite)
    .reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);

async function run(name: string, solver: SolverName): Promise<NlRun> {
  const began = performance.now();
  const elapsed = (): number => (performance.now() - began) / 1000;
  try {
    const { file, solution } = await solveNlModel(
      join(folder, `${name}.nl`),
      { relax: true, solver, max_wall_time: 60 },
      solveHere,
    );
    const seconds = elapsed();
    const { status, iterations, sizes, message } = solution;
    const nlp = assemble(file.problem);
    const errors = optimalityErrorsAt(nlp, solution.x, solution.multipliers);
    // Bounds are widened in proportion to their size, so their violation is judged by it.
    const primal = errors.primal / largestBound(nlp);
    return {
      solver,
      problem: name,
      sizes: [sizes.variables, sizes.constraints, sizes.jacobianNonzeros, sizes.hessianNonzeros],
      status,
      verdict: judgeNl(name, { status, objective: solution.objective, primal }),
      objective: solution.objective,
      iterations,
      seconds,
      errors,
      message,
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const nothing = { objective: Number.NaN, iterations: 0, seconds: elapsed() };
    return { solver, problem: name, sizes: [], status: 'error', verdict: 'wrong', ...nothing, message };
  }
}

const solverList = (await askedSolvers(flags.solver)).map(({ name }) => name);
const runs: NlRun[] = [];
for (const name of names) for (const solver of solverList) runs.push(await run(name, solver));
await shutdown();

const references = names.map((problem) => {
  const known = reference[problem];
  if (known?.status === undefined) return { problem, error: known?.error ?? 'no entry' };
  const status = referenceStatus[known.status] ?? 'step-failed';
  const { objective = Number.NaN, iterations = 0 } = known;
  // Published with the file to four digits.
  const agreement = known.source === undefined ? 1e-6 : 1e-3;
  const verdict = judgeNl(problem, { status, objective, primal: 0, agreement });
  return { problem, status, objective, iterations, verdict };
});

const count = (solver: string, verdict: NlVerdict): number =>
  runs.filter((entry) => entry.solver === solver && entry.verdict === verdict).length;
const summaries = solverList.map((solver) => ({
  solver,
  of: names.length,
  right: count(solver, 'right'),
  acceptable: count(solver, 'acceptable'),
  wrong: runs
    .filter((entry) => entry.solver === solver && ['wrong', 'unknown'].includes(entry.verdict))
    .map(({ problem }) => problem),
  iterations: runs.filter((entry) => entry.solver === solver).reduce((sum, r) => sum + r.iterations, 0),
  seconds: runs.filter((entry) => entry.solver === solver).reduce((sum, r) => sum + r.seconds, 0),
}));

if (flags.json) console.log(JSON.stringify({ machine: machine(), summaries, references, runs }));
else {
  const cells = (problem: string, solver: string): (string | number)[] => {
    const found = runs.find((entry) => entry.problem === problem && entry.solver === solver)!;
    const { primal, dual, complementarity } = found.errors ?? {};
    return [
      `${found.status}${found.verdict === 'right' ? '' : ` (${found.verdict})`}`,
      found.objective.toPrecision(10),
      found.iterations,
      (1000 * found.seconds).toFixed(1),
      found.status === 'optimal'
        ? [primal, dual, complementarity].map((error) => error?.toExponential(0)).join(' ')
        : '',
    ];
  };
  console.log(`${machine()}; f64, default options\n`);
  console.log(
    markdown(
      [
        'file',
        'n, m, nnz J, nnz H',
        ...solverList.flatMap((name) => [name, 'objective', 'iterations', 'ms', 'primal dual compl.']),
        'reference',
        'objective',
        'iterations',
      ],
      references.map((known) => [
        known.problem,
        runs.find(({ problem }) => problem === known.problem)!.sizes.join(', '),
        ...solverList.flatMap((name) => cells(known.problem, name)),
        ...('error' in known
          ? [known.error, '', '']
          : [
              `${known.status}${known.verdict === 'right' ? '' : ` (${known.verdict})`}`,
              known.objective.toPrecision(10),
              known.iterations,
            ]),
      ]),
    ),
  );
  for (const { solver, of, right, acceptable, wrong, iterations, seconds } of summaries)
    console.log(
      `\n${solver}: ${right} of ${of} right, ${acceptable} acceptable, ${wrong.length} wrong${wrong.length > 0 ? ` (${wrong.join(', ')})` : ''}; ${iterations} iterations, ${seconds.toFixed(2)} s`,
    );
}

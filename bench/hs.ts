// The Hock–Schittkowski collection: every solver at hand beside published runs of Ipopt 3.14.11 with MUMPS.
//   node dist/bench/hs.js [--solver interior-point --solver ipopt …] [--problem hs071 …] [--tol 1e-8] [--json]
import '../runtime/node/provide.js';
import { parseArgs } from 'node:util';
import { findData } from '../scenarios/data.js';
import { assemble } from '../src/nlp/assemble.js';
import { hockSchittkowski } from '../test/problems/hs/index.js';
import { judge, solves, type Verdict } from '../test/problems/judge.js';
import { readReference } from '../test/problems/reference.js';
import { machine, median } from './machine.js';
import { markdown } from './markdown.js';
import { askedSolvers } from './solvers.js';

const { values: flags } = parseArgs({
  options: {
    solver: { type: 'string', multiple: true, default: [] },
    problem: { type: 'string', multiple: true, default: [] },
    tol: { type: 'string', default: '1e-8' },
    json: { type: 'boolean', default: false },
  },
});

/** What one solver did with one problem; failures are kept. */
interface Run {
  readonly solver: string;
  readonly problem: string;
  readonly status: string;
  readonly verdict: Verdict;
  readonly iterations: number;
  readonly objective: number;
  readonly seconds: number;
}

const folder = findData('hs');
const reference = folder === undefined ? undefined : readReference(`${folder}/..`);
const problems = hockSchittkowski.filter(
  ({ name }) => flags.problem.length === 0 || flags.problem.includes(name),
);
const runs: Run[] = [];
const named = await askedSolvers(flags.solver);
for (const problem of problems) {
  const nlp = assemble(problem.build().problem());
  for (const { name, solver } of named) {
    const began = performance.now();
    const result = await solver.solve(nlp, { tol: Number(flags.tol) });
    runs.push({
      solver: name,
      problem: problem.name,
      status: result.status,
      verdict: judge(problem, result),
      iterations: result.iterations,
      objective: result.objective,
      seconds: (performance.now() - began) / 1000,
    });
  }
}

/** Problems of which the reference found a minimum. */
const reached = new Set(
  problems
    .filter((problem) => {
      const known = reference?.get(problem.name);
      return known?.solved && solves(judge(problem, { status: 'optimal', objective: known.objective }));
    })
    .map(({ name }) => name),
);

const summaries = named.map(({ name }) => {
  const own = runs.filter(({ solver }) => solver === name);
  const solved = own.filter(({ verdict }) => solves(verdict));
  const common = solved.filter(({ problem }) => reached.has(problem));
  return {
    solver: name,
    solved: solved.length,
    of: own.length,
    global: own.filter(({ verdict }) => verdict === 'global').length,
    medianIterations: common.length === 0 ? Number.NaN : median(common.map(({ iterations }) => iterations)),
    referenceMedian:
      common.length === 0
        ? Number.NaN
        : median(common.map(({ problem }) => reference!.get(problem)!.iterations)),
    seconds: own.reduce((total, { seconds }) => total + seconds, 0),
  };
});

if (flags.json) {
  console.log(JSON.stringify({ machine: machine(), tol: Number(flags.tol), summaries, runs }));
} else {
  const cells = (run: Run) => [
    run.verdict === 'failed' ? run.status : run.verdict,
    run.iterations,
    run.objective.toPrecision(9),
    (1000 * run.seconds).toFixed(1),
  ];
  console.log(`${machine()}; tol ${flags.tol}\n`);
  console.log(
    markdown(
      [
        'problem',
        'n',
        'm',
        'best known',
        ...named.flatMap(({ name }) => [name, 'iterations', 'objective', 'ms']),
        'reference iterations',
        'reference objective',
      ],
      problems.map((problem) => {
        const known = reference?.get(problem.name);
        return [
          problem.name,
          problem.n,
          problem.equalities + problem.inequalities,
          problem.objective.toPrecision(9),
          ...named.flatMap(({ name }) =>
            cells(runs.find((run) => run.solver === name && run.problem === problem.name)!),
          ),
          known === undefined ? '–' : known.solved ? known.iterations : 'failed',
          known === undefined ? '–' : known.objective.toPrecision(9),
        ];
      }),
    ),
  );
  for (const { solver, solved, of, global, medianIterations, referenceMedian, seconds } of summaries) {
    console.log(
      `\n${solver}: ${solved} of ${of} solved, ${global} at the best objective known; median iterations ${medianIterations} (reference ${referenceMedian}); ${seconds.toFixed(2)} s`,
    );
  }
}

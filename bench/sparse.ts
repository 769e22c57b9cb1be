// Sparse problems of growing size: how time splits between building, linear algebra and the rest.
//   node dist/bench/sparse.js [--problem bratu …] [--size 50 … | --variables 10000 …]
//     [--solver interior-point …] [--tol 1e-8] [--json]
import '../runtime/node/provide.js';
import { parseArgs } from 'node:util';
import { loadSolver, type SolverName } from '../runtime/solvers.js';
import { InputError } from '../src/core/errors.js';
import { assemble } from '../src/nlp/assemble.js';
import { type SparseProblem, sparseProblems } from '../test/problems/sparse/index.js';
import { machine } from './machine.js';
import { markdown } from './markdown.js';

const { values: flags } = parseArgs({
  options: {
    solver: { type: 'string', multiple: true, default: ['interior-point'] },
    problem: { type: 'string', multiple: true, default: sparseProblems.map(({ name }) => name) },
    size: { type: 'string', multiple: true, default: [] },
    variables: { type: 'string', multiple: true, default: ['1000', '10000', '100000'] },
    tol: { type: 'string', default: '1e-8' },
    json: { type: 'boolean', default: false },
  },
});

function whole(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 3)
    throw new InputError(`--${flag} ${text} is not a whole number of 3 or more`);
  return value;
}
const counts = flags.variables.map((text) => whole('variables', text));

/** Sizes with about as many variables as asked for. */
function usualSizes(problem: SparseProblem): number[] {
  const perSide = problem.variables(10) >= 100;
  return counts.map((variables) => {
    const share = variables / (problem.variables(10) / (perSide ? 100 : 10));
    return Math.round(perSide ? Math.sqrt(share) : share);
  });
}

const families = flags.problem.map((name) => {
  const found = sparseProblems.find((problem) => problem.name === name);
  if (found === undefined)
    throw new InputError(
      `--problem ${name} is unknown: choose one of ${sparseProblems.map((problem) => problem.name).join(', ')}`,
    );
  return found;
});
const sizes = flags.size.map((text) => whole('size', text));

const runs = [];
for (const name of flags.solver) {
  const solver = await loadSolver(name as SolverName);
  for (const family of families) {
    for (const size of sizes.length > 0 ? sizes : usualSizes(family)) {
      const began = performance.now();
      const problem = family.build(size).problem();
      const stated = performance.now();
      const nlp = assemble(problem);
      const assembled = performance.now();
      const result = await solver.solve(nlp, { tol: Number(flags.tol) });
      runs.push({
        solver: name,
        problem: family.name,
        size,
        variables: nlp.variables.lower.length,
        rows: nlp.constraints.lower.length,
        jacobianNonzeros: nlp.jacobian.nonzeros,
        hessianNonzeros: nlp.hessian.nonzeros,
        status: result.status,
        iterations: result.iterations,
        objective: result.objective,
        errors: result.errors,
        seconds: {
          state: (stated - began) / 1000,
          assemble: (assembled - stated) / 1000,
          ...result.seconds,
        },
        residentMegabytes: Math.round(process.memoryUsage.rss() / 2 ** 20),
      });
    }
  }
}

if (flags.json) {
  console.log(JSON.stringify({ machine: machine(), tol: Number(flags.tol), runs }));
} else {
  console.log(`${machine()}; tol ${flags.tol}\n`);
  console.log(
    markdown(
      [
        'solver',
        'problem',
        'size',
        'n',
        'm',
        'nnz J',
        'nnz H',
        'status',
        'iterations',
        'objective',
        'state s',
        'assemble s',
        'solve s',
        'linear s',
      ],
      runs.map((run) => [
        run.solver,
        run.problem,
        run.size,
        run.variables,
        run.rows,
        run.jacobianNonzeros,
        run.hessianNonzeros,
        run.status,
        run.iterations,
        run.objective.toPrecision(9),
        run.seconds.state.toFixed(2),
        run.seconds.assemble.toFixed(2),
        run.seconds.total.toFixed(2),
        run.seconds.linear.toFixed(2),
      ]),
    ),
  );
}

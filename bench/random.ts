// Random small QPs and NLPs: how many of each class every solver at hand solves, and what it claims that is not so.
//   node dist/bench/random.js [--count 10000] [--first 1] [--solver interior-point --solver ipopt] [--json]
// A problem is known by its seed: --first SEED --count 1 repeats one. Errors are recomputed from the problem alone.
import '../runtime/node/provide.js';
import { parseArgs } from 'node:util';
import type { SolverName } from '../runtime/solvers.js';
import { assemble } from '../src/nlp/assemble.js';
import { classNames, randomProblem } from '../test/problems/random/index.js';
import { judgeRandom, type RandomVerdict } from '../test/problems/random/judge.js';
import { modelOf } from '../test/problems/random/program.js';
import { machine } from './machine.js';
import { markdown } from './markdown.js';
import { askedSolvers } from './solvers.js';

const { values: flags } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    first: { type: 'string', default: '1' },
    solver: { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean', default: false },
  },
});

type Tally = Record<RandomVerdict | 'problems' | 'iterations' | 'seconds', number>;

/** A problem that one solver did not do right, or a claim that does not hold. */
interface Miss {
  readonly seed: number;
  readonly name: string;
  readonly solver: string;
  readonly status: string;
  readonly verdict: RandomVerdict;
  readonly why: string;
}

const named = await askedSolvers(flags.solver);
const empty = (): Tally => ({
  problems: 0,
  solved: 0,
  acceptable: 0,
  unsolved: 0,
  wrong: 0,
  iterations: 0,
  seconds: 0,
});
const tallies = new Map(named.map(({ name }) => [name, new Map(classNames.map((c) => [c, empty()]))]));
const misses: Miss[] = [];
const end = Number(flags.first) + Number(flags.count);
for (let seed = Number(flags.first); seed < end; seed++) {
  const problem = randomProblem(seed);
  const nlp = assemble(modelOf(problem.program).problem());
  for (const { name: solver, solver: method } of named) {
    const began = performance.now();
    const result = await method.solve(nlp, { max_wall_time: 20 });
    const seconds = (performance.now() - began) / 1000;
    const { verdict, why } = judgeRandom(problem, result);
    const tally = tallies.get(solver)!.get(problem.name)!;
    tally.problems++;
    tally[verdict]++;
    tally.iterations += result.iterations;
    tally.seconds += seconds;
    if (verdict !== 'solved')
      misses.push({ seed, name: problem.name, solver, status: result.status, verdict, why });
  }
}

const total = (solver: string, of: keyof Tally): number =>
  [...tallies.get(solver as SolverName)!.values()].reduce((sum, tally) => sum + tally[of], 0);
const summaries = named.map(({ name }) => ({
  solver: name,
  ...(Object.fromEntries(
    (Object.keys(empty()) as (keyof Tally)[]).map((of) => [of, total(name, of)]),
  ) as Tally),
}));
const classes = classNames.map((name) => ({
  name,
  of: named.map(({ name: solver }) => ({ solver, ...tallies.get(solver)!.get(name)! })),
}));
const wrong = misses.filter(({ verdict }) => verdict === 'wrong');

if (flags.json) console.log(JSON.stringify({ machine: machine(), summaries, classes, wrong }));
else {
  console.log(`${machine()}; f64, default options\n`);
  const heads = named.flatMap(({ name }) => [name, 'acceptable', 'unsolved', 'wrong', 'iterations']);
  const cells = (tally: Tally): number[] => [
    tally.solved,
    tally.acceptable,
    tally.unsolved,
    tally.wrong,
    tally.iterations,
  ];
  console.log(
    markdown(
      ['class', 'problems', ...heads],
      [
        ...classes.map(({ name, of }) => [name, of[0]?.problems ?? 0, ...of.flatMap(cells)]),
        ['all', summaries[0]?.problems ?? 0, ...summaries.flatMap(cells)],
      ],
    ),
  );
  for (const { seed, name, solver, status, verdict, why } of end - Number(flags.first) <= 1000
    ? misses
    : wrong)
    console.log(`${solver}, seed ${seed} (${name}): ${verdict}, ${status}: ${why}`);
}
process.exitCode = wrong.some(({ solver }) => solver === 'interior-point') ? 1 : 0;

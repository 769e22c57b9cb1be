// Optimal power flows of pglib-opf, every solver at hand on the same problem object; time of f, g, J and H at a point; starts
// from a solution.
//   node dist/bench/pglib.js [--case 118_ieee …] [--solver interior-point --solver ipopt …] [--runs 3] [--json]
import '../runtime/node/provide.js';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { warmSettings } from '../api/grid/saved-point.js';
import type { loadSolver } from '../runtime/solvers.js';
import { requireData } from '../scenarios/data.js';
import { pglib } from '../scenarios/opf/originals.js';
import { type Opf, opf } from '../src/grid/opf.js';
import { priceOfRating } from '../src/grid/report.js';
import { assemble } from '../src/nlp/assemble.js';
import type { Nlp } from '../src/nlp/contract.js';
import type { Result } from '../src/nlp/result.js';
import { readMatpowerText } from '../src/read/matpower.js';
import { machine, median } from './machine.js';
import { markdown } from './markdown.js';
import { askedSolvers } from './solvers.js';

const { values: flags } = parseArgs({
  options: {
    case: { type: 'string', multiple: true, default: [] },
    solver: { type: 'string', multiple: true, default: [] },
    runs: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});

/** What one solver did; of several runs the median time. */
export interface PglibRun {
  readonly solver: string;
  readonly status: string;
  readonly objective: number;
  readonly iterations: number;
  readonly seconds: number;
}

export interface PglibRow {
  readonly name: string;
  readonly buses: number;
  readonly variables: number;
  readonly constraints: number;
  /** Milliseconds for f, g, J and H at a new point, the least of many. */
  readonly point: number;
  readonly runs: readonly PglibRun[];
  /** Largest difference of prices and multipliers between the first two solvers, relative to the largest one. */
  readonly apart: number | null;
  /** Our iterations: from a solution of the same case, and of all loads + 1 % cold and from it. */
  readonly again: number;
  readonly moreCold: number;
  readonly moreWarm: number;
}

/** Bounds as stated; Ipopt has its own ways. */
const own = (name: string) => (name === 'interior-point' ? { bound_relax_factor: 0 } : {});

const folder = requireData('pglib');
const named = await askedSolvers(flags.solver);
const names = pglib.files
  .map(({ file }) => file.replace(/^pglib_opf_case|\.m$/g, ''))
  .filter((name) => flags.case.length === 0 || flags.case.includes(name));

const rows: PglibRow[] = [];
for (const name of names) {
  const file = join(folder, `pglib_opf_case${name}.m`);
  const grid = readMatpowerText(readFileSync(file, 'utf8'), { file });
  const problem = opf(grid);
  const nlp = assemble(problem.model.problem());
  const results: Result[] = [];
  const runs: PglibRun[] = [];
  for (const { name: solver, solver: engine } of named) {
    const times: number[] = [];
    let result: Result | undefined;
    // The first run compiles.
    for (let run = 0; run <= Number(flags.runs); run++) {
      const began = performance.now();
      result = await engine.solve(nlp, own(solver));
      if (run > 0) times.push((performance.now() - began) / 1000);
    }
    const { status, objective, iterations } = result!;
    results.push(result!);
    runs.push({ solver, status, objective, iterations, seconds: median(times) });
  }
  const ours = named.find(({ name: solver }) => solver === 'interior-point');
  const warm = ours && (await restarted(ours.solver, problem, nlp, results[named.indexOf(ours)]!));
  rows.push({
    name,
    buses: problem.network.buses.length,
    variables: nlp.variables.lower.length,
    constraints: nlp.constraints.lower.length,
    point: timeOfPoint(nlp),
    runs,
    apart: results.length > 1 ? difference(problem, results[0]!, results[1]!) : null,
    again: warm?.again ?? Number.NaN,
    moreCold: warm?.moreCold ?? Number.NaN,
    moreWarm: warm?.moreWarm ?? Number.NaN,
  });
  console.error(
    `${name}: ${runs.map((run) => `${run.solver} ${run.iterations} in ${run.seconds.toFixed(3)} s`).join(', ')}`,
  );
}

async function restarted(
  solver: Awaited<ReturnType<typeof loadSolver>>,
  { grid, model }: Opf,
  nlp: Nlp,
  from: Result,
): Promise<Pick<PglibRow, 'again' | 'moreCold' | 'moreWarm'>> {
  const start = { x: Float64Array.from(from.x), multipliers: from.multipliers };
  const settings = { bound_relax_factor: 0 };
  const solve = async (of: Nlp, model_: typeof model): Promise<number> => {
    const { options, warmStart } = warmSettings(model_, start);
    return (await solver.solve(of, { ...settings, ...options }, {}, warmStart)).iterations;
  };
  const more = opf(grid, { load: 1.01 });
  const moreNlp = assemble(more.model.problem());
  return {
    again: await solve(nlp, model),
    moreCold: (await solver.solve(moreNlp, settings)).iterations,
    moreWarm: await solve(moreNlp, more.model),
  };
}

/** Milliseconds. */
function timeOfPoint(nlp: Nlp): number {
  const [n, m] = [nlp.variables.lower.length, nlp.constraints.lower.length];
  const x = Float64Array.from(nlp.variables.start);
  const λ = Float64Array.from({ length: m }, (_, i) => Math.cos(i));
  const [g, gradient] = [new Float64Array(m), new Float64Array(n)];
  const [J, H] = [new Float64Array(nlp.jacobian.nonzeros), new Float64Array(nlp.hessian.nonzeros)];
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 60; run++) {
    for (let j = 0; j < n; j++) x[j]! += 1e-6 * Math.sin(j + run);
    const began = performance.now();
    nlp.ask(x, 2, 1, λ);
    nlp.objective(x);
    nlp.gradient(x, gradient);
    nlp.constraintValues(x, g);
    nlp.jacobianValues(x, J);
    nlp.hessianValues(x, 1, λ, H);
    least = Math.min(least, performance.now() - began);
  }
  return least;
}

/** Of all multipliers that are determined: a flow at its bound may share its price with the rating's row. */
function difference({ state }: Opf, a: Result, b: Result): number {
  const { pf, qf, pt, qt } = state.variables;
  const flows = new Set([...pf, ...qf, ...pt, ...qt].map(({ index }) => index));
  const limits = new Set([...state.rows.limitFrom, ...state.rows.limitTo].map((row) => row?.index));
  const all = ({ multipliers }: Result): number[] => [
    ...Array.from(multipliers.constraints, (λ, i) => (limits.has(i) ? 0 : λ)),
    ...[multipliers.lower, multipliers.upper].flatMap((z) =>
      Array.from(z, (value, j) => (flows.has(j) ? 0 : value)),
    ),
    ...state.branches.map((_, k) => priceOfRating(state, k, { multipliers })),
  ];
  const [first, second] = [all(a), all(b)];
  const scale = second.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return first.reduce((most, value, k) => Math.max(most, Math.abs(value - second[k]!)), 0) / scale;
}

if (flags.json) console.log(JSON.stringify({ machine: machine(), rows }));
else
  console.log(
    `${machine()}; f64, tol 1e-8, bounds as stated (Ipopt: its defaults)\n\n${markdown(
      [
        'case',
        'n',
        'm',
        ...named.flatMap(({ name }) => [name, 'objective', 'iterations', 'seconds']),
        'multipliers apart',
        'f, g, J, H, ms',
        'again',
        'load + 1 %, cold',
        'warm',
      ],
      rows.map((row) => [
        row.name,
        row.variables,
        row.constraints,
        ...row.runs.flatMap(({ status, objective, iterations, seconds }) => [
          status,
          objective.toPrecision(9),
          iterations,
          seconds.toFixed(3),
        ]),
        row.apart === null ? '–' : row.apart.toExponential(1),
        row.point.toFixed(2),
        row.again,
        row.moreCold,
        row.moreWarm,
      ]),
    )}`,
  );

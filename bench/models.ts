// What comes before the first iteration: models of many rows taken apart and .nl files read, and problems with functions
// of long sums solved as a whole, also by Ipopt.
//   node dist/bench/models.js [--rows 200000] [--variables 57 …] [--solver interior-point …] [--json]
import '../runtime/node/provide.js';
import { parseArgs } from 'node:util';
import { loadSolver, type SolverName } from '../runtime/solvers.js';
import { InputError } from '../src/core/errors.js';
import { type Expression, expr, Model, sum } from '../src/model/index.js';
import { assemble } from '../src/nlp/assemble.js';
import { readNlBytes } from '../src/read/nl.js';
import { longSumProblems } from '../test/problems/long-sums/index.js';
import { machine } from './machine.js';
import { markdown } from './markdown.js';

const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string', default: '200000' },
    variables: { type: 'string', multiple: true, default: ['57', '200', '1000'] },
    solver: { type: 'string', multiple: true, default: ['interior-point'] },
    json: { type: 'boolean', default: false },
  },
});

function whole(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InputError(`--${flag} ${text} is not a whole number of 1 or more`);
  return value;
}
const rows = whole('rows', flags.rows);
const sizes = flags.variables.map((text) => whole('variables', text));

/** Seconds that `work` takes. */
function timed<T>(work: () => T): { readonly value: T; readonly seconds: number } {
  const began = performance.now();
  const value = work();
  return { value, seconds: (performance.now() - began) / 1000 };
}

/** A chain of Rosenbrock terms with as many nonlinear rows; `own` makes the constants of each row its own. */
function chain(own: boolean): Model {
  const m = new Model('chain');
  const x = m.variables('x', rows + 1, { start: -1.2 }).elements;
  const terms: Expression[] = [];
  for (let k = 0; k < rows; k++) {
    const c = own ? 1 + k / rows : 3;
    const [a, b] = [x[k]!, x[k + 1]!];
    terms.push(expr`${100 * c}*(${b} - ${a}^2)^2 + (1 - ${a})^2`);
    m.constrain(expr`${c}*${b}^3 + 2*${a} - 5 + sin(${b} - ${a})*sin(${b} + ${a})`, { equals: 0 });
  }
  m.minimize(sum(terms));
  return m;
}

/** The rows of `chain(false)` as a .nl file in text. */
function chainFile(): Uint8Array {
  const each = (count: number, lines: (k: number) => string): string =>
    Array.from({ length: count }, (_, k) => lines(k)).join('\n');
  const n = rows + 1;
  return Buffer.from(
    [
      `g3 1 1 0\n ${n} ${rows} 1 0 ${rows}\n ${rows} 1\n 0 0\n ${n} ${n} ${n}\n 0 0 0 1\n 0 0 0 0 0`,
      ` ${2 * rows} ${n}\n 0 0\n 0 0 0 0 0`,
      each(
        rows,
        (k) =>
          `C${k}\no54\n4\no2\nn3\no5\nv${k + 1}\nn3\no2\no41\no1\nv${k + 1}\nv${k}\no41\no0\nv${k + 1}\nv${k}\nn-5\no2\nn2\nv${k}`,
      ),
      `O0 0\no54\n${rows}`,
      each(rows, (k) => `o0\no2\nn100\no5\no1\nv${k + 1}\no5\nv${k}\nn2\nn2\no5\no1\nn1\nv${k}\nn2`),
      `x${n}`,
      each(n, (k) => `${k} -1.2`),
      'r',
      each(rows, () => '4 0'),
      'b',
      each(n, () => '3'),
      `k${n - 1}`,
      each(n - 1, (k) => String(2 * k + 1)),
      each(rows, (k) => `J${k} 2\n${k} 0\n${k + 1} 0`),
      `G0 ${n}`,
      each(n, (k) => `${k} 0`),
      '',
    ].join('\n'),
  );
}

const stated = [
  ...[false, true].map((own) => {
    const { value: model, seconds: building } = timed(() => chain(own));
    const { value: problem, seconds: apart } = timed(() => model.problem());
    const { seconds: assembling } = timed(() => assemble(problem));
    const model_ = own ? 'expressions, constants of their own' : 'expressions';
    return { model: model_, rows, stating: building, apart, assembling };
  }),
  (() => {
    const bytes = chainFile();
    const { value: file, seconds: reading } = timed(() => readNlBytes(bytes));
    const { value: problem, seconds: apart } = timed(() => file.problem);
    const { seconds: assembling } = timed(() => assemble(problem));
    return { model: `.nl, ${Math.round(bytes.length / 1e6)} MB`, rows, stating: reading, apart, assembling };
  })(),
];

const solved = [];
for (const name of flags.solver) {
  const solver = await loadSolver(name as SolverName);
  for (const { name: problem, build } of longSumProblems)
    for (const n of sizes) {
      const model = build(n);
      const began = performance.now();
      const nlp = assemble(model.problem());
      const ready = performance.now();
      const result = await solver.solve(nlp, {}, {});
      solved.push({
        solver: name,
        problem,
        variables: n,
        status: result.status,
        iterations: result.iterations,
        objective: result.objective,
        before: (ready - began) / 1000,
        total: (performance.now() - began) / 1000,
      });
    }
}

if (flags.json) console.log(JSON.stringify({ machine: machine(), stated, solved }));
else {
  console.log(`${machine()}; seconds\n`);
  const s = (seconds: number): string => seconds.toFixed(3);
  console.log(
    markdown(
      ['model', 'rows', 'stating or reading', 'taking apart', 'assembling'],
      stated.map((run) => [run.model, run.rows, s(run.stating), s(run.apart), s(run.assembling)]),
    ),
  );
  console.log(
    `\n${markdown(
      ['solver', 'problem', 'variables', 'status', 'iterations', 'objective', 'before', 'in all'],
      solved.map((run) => [
        run.solver,
        run.problem,
        run.variables,
        run.status,
        run.iterations,
        run.objective.toExponential(6),
        s(run.before),
        s(run.total),
      ]),
    )}`,
  );
}

// The adversarial image of a classifier that ends with a quadratic program, with either treatment of the program: are both optima
// points of the exact network?
//   node dist/bench/qp-head.js [--json]
import { parseArgs } from 'node:util';
import { evaluate, type QuadraticTreatment, shutdown, solve } from '../index.js';
import { drawnDigit } from '../scenarios/mnist/digit.js';
import { adversarialImage } from '../scenarios/mnist/problem.js';
import { projectedClassifier } from '../test/layers/projected-classifier.js';
import { machine } from './machine.js';
import { markdown } from './markdown.js';

const { values: flags } = parseArgs({ options: { json: { type: 'boolean', default: false } } });

const treatments: readonly (readonly [string, QuadraticTreatment])[] = [
  ['complementarity: its optimality conditions, λᵢsᵢ ≤ 1e-9', { complementarity: 1e-9 }],
  ['smooth: its solution at the barrier 1e-9', { smooth: 1e-9 }],
];
const target = 9;
const network = await projectedClassifier();
const { pixels } = drawnDigit();
/** One treatment: the status, and how far the optimum is from the exact network. */
export interface HeadRow {
  readonly treatment: string;
  readonly status: string;
  readonly iterations: number;
  readonly objective: number;
  /** The probability that the exact network gives the target. */
  readonly target: number;
  /** Largest |y − NN(x)|. */
  readonly apart: number;
  readonly seconds: number;
}

export interface HeadOutput {
  readonly machine: string;
  readonly rows: readonly HeadRow[];
}

const rows: HeadRow[] = [];
for (const [treatment, quadratic] of treatments) {
  const { model, x, y } = adversarialImage({ network, image: pixels, target, quadratic });
  const solution = await solve(model, { tol: 1e-7, max_iter: 500 });
  const exact = evaluate(network, [...solution.value(x)] as number[]);
  const apart = exact.map((value, k) => Math.abs(value - solution.value(y).at(k)!));
  rows.push({
    treatment,
    status: solution.status,
    iterations: solution.iterations,
    objective: solution.objective,
    target: exact[target]!,
    apart: Math.max(...apart),
    seconds: solution.seconds.total,
  });
}
await shutdown();
const output: HeadOutput = { machine: machine(), rows };
if (flags.json) process.stdout.write(`${JSON.stringify(output)}\n`);
else
  console.log(
    `${machine()}; f64, tol 1e-7, the drawn four to a nine\n\n${markdown(
      ['treatment', 'status', 'iterations', 'objective', 'p(9), exact network', 'largest |y − NN(x)|', 's'],
      rows.map((row) => [
        row.treatment,
        row.status,
        row.iterations,
        row.objective.toFixed(4),
        row.target.toFixed(7),
        row.apart.toExponential(1),
        row.seconds.toFixed(1),
      ]),
    )}`,
  );

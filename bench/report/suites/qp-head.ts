import { markdown } from '../../markdown.js';
import type { HeadOutput } from '../../qp-head.js';
import { runJson } from '../child.js';
import { notMeasured, type Suite } from '../suite.js';

const goals = [
  'adversarial image of a classifier that ends with a quadratic program: solved by either treatment, both optima on the exact network to 1e-6',
] as const;

export const qpHead: Suite = {
  name: 'qp-head',
  title: 'A quadratic program inside a classifier',
  goals,
  async run() {
    const ran = await runJson<HeadOutput>('qp-head', []);
    if ('failed' in ran) return notMeasured({ goals }, ran.failed);
    const { machine, rows } = ran.json;
    return {
      goals: [
        {
          goal: goals[0],
          measured: rows
            .map(({ status, apart }) => `${status}, largest |y − NN(x)| ${apart.toExponential(1)}`)
            .join('; '),
          met: rows.every(
            ({ status, apart, target }) => status === 'optimal' && apart < 1e-6 && target > 0.6 - 1e-6,
          ),
        },
      ],
      details: [
        `${machine}; f64, tol 1e-7; the shipped 784-128⁵-10 network with its scores projected by a quadratic program of 10 variables and 10 rows before the softmax; the drawn four becomes a nine.`,
        markdown(
          ['treatment', 'status', 'iterations', 'objective', 'p(9), exact network', 'largest y − NN(x)', 's'],
          rows.map((row) => [
            row.treatment,
            row.status,
            row.iterations,
            row.objective.toFixed(4),
            row.target.toFixed(7),
            row.apart.toExponential(1),
            row.seconds.toFixed(1),
          ]),
        ),
      ].join('\n\n'),
    };
  },
};

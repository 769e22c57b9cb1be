import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../scenarios/data.js';
import type { Row } from '../../formulations/row.js';
import { apartTable, pairs, runtimeTable, structureTable } from '../../formulations/tables.js';
import { runJson } from '../child.js';
import { notMeasured, type Suite } from '../suite.js';

/** Most seconds of one solve. */
const SECONDS = 120;

const goals = [
  'reduced against full and partial: objectives equal to 1e-6 relative, or both local optima shown with their errors',
  'networks with kinks: y is NN(x) to 10 × tol wherever the answer is optimal',
] as const;

export const formulations: Suite = {
  name: 'formulations',
  title: 'Formulations',
  goals,
  async run({ quick }) {
    const out = join(packageRoot, 'out', quick ? 'formulations-quick' : 'formulations-report');
    mkdirSync(out, { recursive: true });
    const some = quick
      ? [
          '--networks',
          join(packageRoot, 'models', 'mnist-tanh-128'),
          '--problems',
          'mnist',
          '--solvers',
          'interior-point',
        ]
      : ['--samples', '6-8'];
    const ran = await runJson<{ readonly machine: string; readonly rows: readonly Row[] }>('formulations', [
      ...['--out', out, '--max-time', String(SECONDS), '--tol', '1e-8'],
      ...some,
    ]);
    if ('failed' in ran) return notMeasured({ goals }, ran.failed);
    const { machine, rows } = ran.json;
    if (!quick) copyFileSync(join(out, 'plot.svg'), join(packageRoot, 'bench', 'formulations.svg'));
    const both = pairs(rows);
    const right = ({ errors }: Row): boolean =>
      errors !== undefined && Math.max(errors.primal, errors.dual, errors.complementarity) <= 1e-6;
    const shown = both.every(
      ({ relative, reduced, other }) => relative <= 1e-6 || (right(reduced) && right(other)),
    );
    const equal = both.filter(({ relative }) => relative <= 1e-6).length;
    const kinked = rows.filter(
      ({ network, formulation, status }) =>
        network.includes('relu') && formulation === 'auto' && status === 'optimal',
    );
    const worst = Math.max(0, ...kinked.map(({ networkError }) => networkError ?? Number.POSITIVE_INFINITY));
    return {
      goals: [
        {
          goal: goals[0],
          measured: `${equal} of ${both.length} pairs equal; the others are listed${shown ? ', optimal to 1e-6 both' : ', not all of them optimal to 1e-6'}`,
          met: quick || both.length === 0 ? undefined : shown,
        },
        {
          goal: goals[1],
          measured: `${kinked.length} optimal, at most ${worst.toExponential(1)}`,
          met: quick || kinked.length === 0 ? undefined : worst <= 1e-7,
        },
      ],
      details: [
        `${machine}; f64, tol 1e-8, time limit ${SECONDS} s. The linear algebra of Ipopt counts as neither.`,
        ...(quick ? [] : ['![Seconds by parameters and formulation](formulations.svg)']),
        structureTable(rows),
        runtimeTable(rows),
        apartTable(both, 1e-6),
      ].join('\n\n'),
    };
  },
};

import { markdown } from '../../markdown.js';
import type { SurrogateRow } from '../../scopf.js';
import { type SizeRow, sizesTable } from '../../scopf-sizes.js';
import { runJson } from '../child.js';
import { notMeasured, type Suite } from '../suite.js';

interface Output {
  readonly machine: string;
  readonly sizes: readonly SizeRow[];
  readonly surrogates: readonly SurrogateRow[];
}

/** Most seconds of one solve. */
const SECONDS = 250;

const goals = ['reduced space, 15,537 to 4,159,037 parameters: optimal at tol 1e-6'] as const;

export const scopf: Suite = {
  name: 'scopf',
  title: 'Secured power flow with a frequency surrogate',
  goals,
  async run({ quick }) {
    const ran = await runJson<Output>(
      'scopf',
      quick ? ['--size', '100x3', '--formulation', 'reduced'] : ['--max-time', String(SECONDS)],
    );
    if ('failed' in ran) return notMeasured({ goals }, ran.failed);
    const { machine, sizes, surrogates } = ran.json;
    const reduced = sizes.filter(({ formulation }) => formulation === 'reduced');
    return {
      goals: [
        {
          goal: goals[0],
          measured: reduced
            .map(
              (row) =>
                `${row.size}${row.trained ? '' : ' (untrained)'}: ${row.status}, ${row.iterations} iterations`,
            )
            .join('; '),
          met: quick ? undefined : reduced.every(({ status }) => status === 'optimal'),
        },
      ],
      details: [
        `${machine}; f64. The 37-bus grid in the form of arXiv 2509.22462, limit 59.4 Hz, load 1, tol 1e-6; each solve up to ${SECONDS} s.`,
        sizesTable(sizes),
        'What a surrogate makes of the limit:',
        markdown(
          ['surrogate', 'held out, mHz', 'load', 'outputs', '$/h without the limit', 'with it', '$/h per Hz'],
          surrogates.map((row) => [
            row.surrogate,
            row.heldOut === null ? '–' : (1000 * row.heldOut).toFixed(1),
            row.load,
            row.heldOut === null ? '–' : row.within ? 'within the samples' : 'extrapolated',
            row.without.toFixed(2),
            row.with?.toFixed(2) ?? row.status,
            row.price?.toFixed(0) ?? '–',
          ]),
        ),
      ].join('\n\n'),
    };
  },
};

import type { GapRow } from '../../gap.js';
import { markdown } from '../../markdown.js';
import { runJson } from '../child.js';
import { notMeasured, type Suite } from '../suite.js';

interface Output {
  readonly machine: string;
  readonly rows: readonly GapRow[];
}

const goals = ['widest gap of the main thread while a solve runs < 50 ms'] as const;

export const gap: Suite = {
  name: 'gap',
  title: 'Main thread',
  goals,
  async run({ quick }) {
    const ran = await runJson<Output>('gap', quick ? ['--terms', '2000', '--runs', '1'] : []);
    if ('failed' in ran) return notMeasured({ goals }, ran.failed);
    const { machine, rows } = ran.json;
    return {
      goals: [
        {
          goal: goals[0],
          measured: rows.map(({ problem, wall }) => `${problem}: ${wall.toFixed(1)} ms`).join('; '),
          met: rows.every(({ wall }) => wall < 50),
        },
      ],
      details: [
        `${machine}; milliseconds, least of several runs; processor time leaves out what other processes take.`,
        markdown(
          ['problem', 'seconds', 'widest gap', 'by processor time'],
          rows.map(({ problem, seconds, wall, processor }) => [
            problem,
            seconds.toFixed(2),
            wall.toFixed(1),
            processor?.toFixed(1) ?? '–',
          ]),
        ),
      ].join('\n\n'),
    };
  },
};

import { markdown } from '../../markdown.js';
import type { UsesRow } from '../../uses.js';
import { runJson } from '../child.js';
import { notMeasured, type Suite } from '../suite.js';

interface Output {
  readonly machine: string;
  readonly network: string;
  readonly rows: readonly UsesRow[];
}

const goals = [
  'K = 1, 10, 50 uses of one network: one call of the engine an evaluation; least time a use through the host falls with K',
] as const;

export const uses: Suite = {
  name: 'uses',
  title: 'Many uses of one network',
  goals,
  async run({ quick }) {
    const ran = await runJson<Output>('uses', quick ? ['--uses', '1,4', '--runs', '3'] : []);
    if ('failed' in ran) return notMeasured({ goals }, ran.failed);
    const { machine, network, rows } = ran.json;
    const hosted = rows.filter(({ where }) => where === 'oracle host, onnx');
    const falls = hosted.every(({ least }, k) => k === 0 || least < hosted[k - 1]!.least);
    return {
      goals: [
        {
          goal: goals[0],
          measured: hosted.map((row) => `K = ${row.uses}: ${row.least.toFixed(2)} ms`).join('; '),
          met: falls && rows.every(({ calls }) => calls === 1),
        },
      ],
      details: [
        `${machine}; ${network}, f64, y + J + H by the numbers behind its first layer; milliseconds a use, places in turn.`,
        markdown(
          ['where', 'uses', 'least', 'median', 'calls of the engine an evaluation'],
          rows.map((row) => [row.where, row.uses, row.least.toFixed(2), row.median.toFixed(2), row.calls]),
        ),
      ].join('\n\n'),
    };
  },
};

import { markdown } from '../../markdown.js';
import type { SchurRow } from '../../schur.js';
import { runJson } from '../child.js';
import { all, ms, notMeasured, type Suite } from '../suite.js';

interface Output {
  readonly machine: string;
  readonly tol: number;
  readonly rows: readonly SchurRow[];
}

const goals = [
  'networks in full space, eliminated by blocks: the iterations of the sparse solver; an iteration ≥ 3 times faster than the better of it and Ipopt + MUMPS',
] as const;

export const schur: Suite = {
  name: 'schur',
  title: 'Networks in full space',
  goals,
  async run({ quick }) {
    const ran = await runJson<Output>('schur', quick ? ['--network', '117-500x3-37', '--runs', '1'] : []);
    if ('failed' in ran) return notMeasured({ goals }, ran.failed);
    const { machine, tol, rows } = ran.json;
    const own = rows.filter(({ solver }) => solver === 'schur');
    const found = own.map((row) => {
      const others = rows.filter(({ network, solver }) => network === row.network && solver !== 'schur');
      const same = others.every(
        ({ solver, iterations }) => solver === 'ipopt' || iterations === row.iterations,
      );
      return { ...row, same, ratio: Math.min(...others.map(({ each }) => each)) / row.each };
    });
    return {
      goals: [
        {
          goal: goals[0],
          measured: found.map(({ network, ratio }) => `${network}: ${ratio.toFixed(1)} ×`).join('; '),
          met: all(...found.map(({ same, ratio }) => same && ratio >= 3)),
        },
      ],
      details: [
        `${machine}; f64, tol ${tol}; medians; milliseconds an iteration, without building. The first is an adversarial image, the others nearest points.`,
        markdown(
          ['network', 'solver', 'status', 'iterations', 'objective', 'an iteration', 'linear algebra'],
          rows.map((row) => [
            row.network,
            row.solver,
            row.status,
            row.iterations,
            row.objective.toPrecision(9),
            ms(row.each),
            row.linear === undefined ? '–' : ms(row.linear),
          ]),
        ),
      ].join('\n\n'),
    };
  },
};

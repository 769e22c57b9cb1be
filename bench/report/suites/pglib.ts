import { markdown } from '../../markdown.js';
import type { PglibRow, PglibRun } from '../../pglib.js';
import { runJson } from '../child.js';
import { all, notMeasured, type Suite } from '../suite.js';

interface Output {
  readonly machine: string;
  readonly rows: readonly PglibRow[];
}

const goals = [
  '118 buses and more: time ≤ that of Ipopt with MUMPS in the geometric mean, warm',
  "iterations ≤ 1.3 × Ipopt's on each case",
  "multipliers agree with Ipopt's to 1e-4 relative",
  'f, g, J and H of 1354_pegase under 5 ms a point',
  'from a solution: ≤ 8 iterations for the same case; load + 1 % in at most half the cold ones on 14, 118 and 300 buses, in fewer on 1,354',
] as const;

/** Cases of this many buses and more are timed. */
const LARGE = 118;

export const pglib: Suite = {
  name: 'pglib',
  title: 'Optimal power flows',
  goals,
  async run({ quick }) {
    const ran = await runJson<Output>(
      'pglib',
      quick ? ['--case', '3_lmbd', '--case', '14_ieee', '--runs', '1'] : [],
    );
    if ('failed' in ran) return notMeasured({ goals }, ran.failed);
    const { machine, rows } = ran.json;
    const of = (solver: string, { runs }: PglibRow): PglibRun | undefined =>
      runs.find((run) => run.solver === solver && run.status === 'optimal');
    const pairs = rows.flatMap((row) => {
      const [ours, its] = [of('interior-point', row), of('ipopt', row)];
      return ours && its ? [{ row, ours, its }] : [];
    });
    const timed = pairs.filter(({ row }) => row.buses >= LARGE);
    const ratio = Math.exp(
      timed.reduce((sum, { ours, its }) => sum + Math.log(ours.seconds / its.seconds), 0) / timed.length,
    );
    const most = pairs.reduce((worst, { ours, its }) => Math.max(worst, ours.iterations / its.iterations), 0);
    const apart = rows.reduce((worst, { apart: each }) => Math.max(worst, each ?? 0), 0);
    const pegase = rows.find(({ name }) => name === '1354_pegase');
    const named = (name: string) => rows.find((row) => row.name === name);
    const half = ['14_ieee', '118_ieee', '300_ieee'].map(named);
    const told = [...half, pegase].filter((row) => row !== undefined);
    return {
      goals: [
        {
          goal: goals[0],
          measured:
            timed.length === 0
              ? 'not measured'
              : `${ratio.toFixed(2)} × on ${timed.map(({ row }) => row.name).join(', ')}`,
          met: timed.length === 0 ? undefined : ratio <= 1,
        },
        {
          goal: goals[1],
          measured:
            pairs.length === 0 ? 'not measured' : `at most ${most.toFixed(2)} × on ${pairs.length} cases`,
          met: pairs.length === 0 ? undefined : most <= 1.3,
        },
        {
          goal: goals[2],
          measured: pairs.length === 0 ? 'not measured' : `${apart.toExponential(1)} at most`,
          met: pairs.length === 0 ? undefined : apart <= 1e-4,
        },
        {
          goal: goals[3],
          measured: pegase ? `${pegase.point.toFixed(2)} ms` : 'not measured',
          met: pegase && pegase.point < 5,
        },
        {
          goal: goals[4],
          measured: `same case: at most ${Math.max(...rows.map(({ again }) => again))}; load + 1 %: ${told.map((row) => `${row.name} ${row.moreWarm} of ${row.moreCold}`).join(', ')}`,
          met: all(
            rows.every(({ again }) => again <= 8),
            half.every((row) => row !== undefined)
              ? half.every((row) => row!.moreWarm <= row!.moreCold / 2)
              : undefined,
            pegase && pegase.moreWarm < pegase.moreCold,
          ),
        },
      ],
      details: [
        `${machine}; f64, tol 1e-8, bounds as stated (Ipopt: widened by 1e-8, as is its default), the same problem object.`,
        markdown(
          [
            'case',
            'n',
            'm',
            '$/h',
            'iterations',
            'Ipopt',
            'seconds',
            'Ipopt, s',
            'multipliers apart',
            'f, g, J, H, ms',
            'from its solution',
            'load + 1 %, cold',
            'from the solution',
          ],
          rows.map((row) => {
            const [ours, its] = [of('interior-point', row), of('ipopt', row)];
            return [
              row.name,
              row.variables,
              row.constraints,
              ours?.objective.toPrecision(9) ?? 'failed',
              ours?.iterations ?? '–',
              its?.iterations ?? '–',
              ours?.seconds.toFixed(3) ?? '–',
              its?.seconds.toFixed(3) ?? '–',
              row.apart?.toExponential(1) ?? '–',
              row.point.toFixed(2),
              row.again,
              row.moreCold,
              row.moreWarm,
            ];
          }),
        ),
      ].join('\n\n'),
    };
  },
};

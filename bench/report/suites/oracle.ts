import { machine } from '../../machine.js';
import { markdown } from '../../markdown.js';
import { runJson } from '../child.js';
import { notMeasured, type Suite } from '../suite.js';

interface Timing {
  readonly least: number;
}
interface Output {
  readonly rows: readonly {
    readonly network: string;
    readonly parameters: number;
    readonly engine: string;
    readonly precision: string;
    readonly value?: Timing;
    readonly jacobian?: Timing;
    readonly hessian?: Timing;
    readonly error?: string;
  }[];
  readonly peers: readonly {
    readonly network: string;
    readonly precision: string;
    readonly jacobian?: Timing;
    readonly hessian?: Timing;
    readonly error?: string;
  }[];
  readonly speedups: readonly {
    readonly network: string;
    readonly engine: string;
    readonly precision: string;
    readonly speedup: number;
  }[];
}

const goals = [
  'y + J + H ≥ 5 × faster than torch jacobian + hessian in the geometric mean, never slower',
] as const;

const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

export const oracle: Suite = {
  name: 'oracle',
  title: 'Oracle',
  goals,
  async run({ quick, python }) {
    const some = quick ? ['--networks', 'scopf-100x3', '--seconds', '0.1', '--precisions', 'f64'] : [];
    const ran = await runJson<Output>('oracle', ['--peer', '--python', python, ...some]);
    if ('failed' in ran) return notMeasured({ goals }, ran.failed);
    const { rows, peers, speedups } = ran.json;
    // `auto` picks an engine per network: the faster one counts.
    const best = new Map<string, number>();
    for (const { network, precision, speedup } of speedups) {
      const key = `${network} ${precision}`;
      best.set(key, Math.max(speedup, best.get(key) ?? 0));
    }
    const values = [...best.values()];
    const mean = geometricMean(values);
    const least = Math.min(...values);
    const failed = peers.find(({ error }) => error !== undefined)?.error;
    const shown = (timing: Timing | undefined): string => timing?.least.toFixed(2) ?? '–';
    return {
      goals: [
        values.length === 0
          ? { goal: goals[0], measured: 'torch: not measured', met: undefined }
          : {
              goal: goals[0],
              measured: `${mean.toFixed(1)} × in the geometric mean, at worst ${least.toFixed(1)} ×, on ${values.length} networks and precisions, the faster engine of each`,
              met: mean >= 5 && least >= 1,
            },
      ],
      details: [
        `${machine()}; milliseconds, least of several calls; precision as listed.`,
        markdown(
          [
            'network',
            'parameters',
            'precision',
            'engine',
            'y',
            'y + J',
            'y + J + H',
            'torch J',
            'torch H',
            'times faster',
          ],
          rows.map((row) => {
            const same = (other: { network: string; precision: string }): boolean =>
              other.network === row.network && other.precision === row.precision;
            const peer = peers.find(same);
            const speedup = speedups.find((s) => same(s) && s.engine === row.engine)?.speedup;
            return [
              ...[row.network, row.parameters, row.precision, row.engine],
              ...(row.error
                ? [row.error, '', '']
                : [shown(row.value), shown(row.jacobian), shown(row.hessian)]),
              ...(peer?.hessian
                ? [shown(peer.jacobian), shown(peer.hessian), speedup?.toFixed(1) ?? '–']
                : ['not measured', '', '']),
            ];
          }),
        ),
        ...(failed ? [`torch did not run: ${failed}`] : []),
      ].join('\n\n'),
    };
  },
};

import { machine } from '../../machine.js';
import { markdown } from '../../markdown.js';
import { runJson } from '../child.js';
import { type Goal, notMeasured, type Suite } from '../suite.js';

interface Timing {
  readonly least: number;
}
/** `solve`: engine and precision as a solve takes them; else a precision. */
type Asked = string;
interface Output {
  readonly products: { readonly [float: string]: { readonly [who: string]: number } };
  readonly rows: readonly {
    readonly network: string;
    readonly parameters: number;
    readonly engine: string;
    readonly precision: string;
    readonly asked: Asked;
    readonly value?: Timing;
    readonly jacobian?: Timing;
    readonly hessian?: Timing;
    readonly share?: number;
    readonly error?: string;
  }[];
  readonly peers: readonly {
    readonly network: string;
    readonly asked: Asked;
    readonly version?: string;
    readonly jacobian?: Timing;
    readonly hessian?: Timing;
    readonly error?: string;
  }[];
  readonly speedups: readonly {
    readonly network: string;
    readonly asked: Asked;
    readonly speedup: number;
  }[];
}

const goals = [
  'y + J + H as a solve asks for them ≥ 4 × faster than torch jacobian + hessian (the fastest of its ways, f64) in the geometric mean, never under 2 ×',
  'the same in f64 throughout (listed apart)',
  'products at ≥ 85 % of the best rate measured on networks of 500,000 parameters and more',
] as const;
const large = 5e5;

const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

export const oracle: Suite = {
  name: 'oracle',
  title: 'Oracle',
  goals,
  async run({ quick, python }) {
    const some = quick ? ['--networks', 'scopf-100x3', '--seconds', '0.1'] : [];
    const ran = await runJson<Output>('oracle', ['--solve', '--peer', '--python', python, ...some]);
    if ('failed' in ran) return notMeasured({ goals }, ran.failed);
    const { products, rows, peers, speedups } = ran.json;
    const beside = (asked: Asked, met: (mean: number, least: number) => boolean | undefined) => {
      const values = speedups.filter((own) => own.asked === asked).map(({ speedup }) => speedup);
      const goal = goals[asked === 'solve' ? 0 : 1];
      if (values.length === 0) return { goal, measured: 'torch: not measured', met: undefined };
      const [mean, least] = [geometricMean(values), Math.min(...values)];
      const version = peers.find((own) => own.version !== undefined)?.version;
      const measured = `${mean.toFixed(1)} × in the geometric mean, at worst ${least.toFixed(1)} ×, on ${values.length} networks, beside torch ${version}`;
      return { goal, measured, met: met(mean, least) };
    };
    const shares = rows.flatMap(({ parameters, share }) =>
      share !== undefined && parameters >= large ? [share] : [],
    );
    const reached: Goal =
      shares.length === 0
        ? { goal: goals[2], measured: 'not measured', met: undefined }
        : {
            goal: goals[2],
            measured: `${(100 * Math.min(...shares)).toFixed(0)} to ${(100 * Math.max(...shares)).toFixed(0)} %`,
            met: Math.min(...shares) >= 0.85,
          };
    const rates = Object.entries(products).map(
      ([float, own]) =>
        `${float} ${Object.entries(own)
          .map(([who, rate]) => `${who} ${rate.toFixed(1)}`)
          .join(', ')}`,
    );
    const failed = peers.find(({ error }) => error !== undefined)?.error;
    const shown = (timing: Timing | undefined): string => timing?.least.toFixed(2) ?? '–';
    return {
      goals: [
        beside('solve', (mean, least) => mean >= 4 && least >= 2),
        beside('f64', () => undefined),
        reached,
      ],
      details: [
        `${machine()}; milliseconds, least of several calls; torch in f64. Best products, GFLOP/s: ${rates.join('; ')}.`,
        markdown(
          [
            'network',
            'parameters',
            'precision',
            'engine',
            'y',
            'y + J',
            'y + J + H',
            'of the best rate',
            'torch J',
            'torch H',
            'times faster',
          ],
          rows.map((row) => {
            const same = (other: { network: string; asked: Asked }): boolean =>
              other.network === row.network && other.asked === row.asked;
            const peer = peers.find(same);
            const speedup = speedups.find(same)?.speedup;
            return [
              ...[
                row.network,
                row.parameters,
                row.asked === 'solve' ? `${row.precision} (solve)` : row.precision,
                row.engine,
              ],
              ...(row.error
                ? [row.error, '', '', '']
                : [
                    ...[row.value, row.jacobian, row.hessian].map(shown),
                    row.share === undefined ? '–' : `${(100 * row.share).toFixed(0)} %`,
                  ]),
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

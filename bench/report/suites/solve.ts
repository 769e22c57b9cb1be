import { join } from 'node:path';
import { packageRoot } from '../../../scenarios/data.js';
import { median } from '../../machine.js';
import { markdown } from '../../markdown.js';
import { runJson } from '../child.js';
import { type Goal, notMeasured, type Suite } from '../suite.js';

interface Run {
  readonly status: string | number;
  readonly iterations: number;
  readonly objective: number;
  readonly total: number;
  readonly oracle: number;
  readonly linear?: number;
}
interface Output {
  readonly machine: string;
  readonly tol: number;
  readonly record: readonly {
    readonly network: string;
    readonly ours: readonly Run[];
    readonly lifted: readonly Run[];
    readonly peer: readonly Run[];
    readonly ratio?: number;
    readonly liftedRatio?: number;
  }[];
}

const goals = [
  '≥ 8 times faster in total than Ipopt + MUMPS + PyTorch at width 128, ≥ 4 at 512 (both in the reduced space)',
  'the same with our lifted formulation',
  'rest (neither oracle nor linear algebra) < 10 %',
] as const;

/** How many times faster the whole solve shall be. */
const wanted = (network: string): number => (network.endsWith('-512') ? 4 : 8);

export const solve: Suite = {
  name: 'solve',
  title: 'Whole solve, image 6',
  goals,
  async run({ quick, python }) {
    const some = quick ? ['--runs', '1', '--network', join(packageRoot, 'models', 'mnist-tanh-128')] : [];
    const ran = await runJson<Output>('solve', ['--python', python, ...some]);
    if ('failed' in ran) return notMeasured({ goals }, ran.failed);
    const { machine, tol, record } = ran.json;
    if (record.length === 0) return notMeasured({ goals }, 'no network');
    const rest = (run: Run): number => (run.total - run.oracle - (run.linear ?? 0)) / run.total;
    const faster = (goal: string, of: (entry: Output['record'][number]) => number | undefined): Goal => {
      const known = record.flatMap((entry) => of(entry) ?? []);
      if (known.length === 0)
        return { goal, measured: 'Ipopt + MUMPS + PyTorch: not measured', met: undefined };
      return {
        goal,
        measured: record
          .map((entry) => `${entry.network}: ${of(entry)?.toFixed(1) ?? 'not measured'}`)
          .join('; '),
        met: record.some((entry) => (of(entry) ?? Number.POSITIVE_INFINITY) < wanted(entry.network))
          ? false
          : known.length === record.length
            ? true
            : undefined,
      };
    };
    const rests = record.map(({ network, ours }) => ({ network, share: median(ours.map(rest)) }));
    const line = (network: string, solver: string, runs: readonly Run[]): (string | number)[] => {
      const mid = (of: (run: Run) => number): number => median(runs.map(of));
      const each = (of: (run: Run) => number): string =>
        mid((run) => (1000 * of(run)) / Math.max(1, run.iterations)).toFixed(2);
      return [
        ...[
          network,
          solver,
          String(runs[0]!.status),
          mid((run) => run.iterations),
          mid((run) => run.objective).toFixed(6),
        ],
        ...[mid((run) => run.total).toFixed(3), each((run) => run.oracle)],
        ...(runs[0]!.linear === undefined ? [''] : [each((run) => run.linear!)]),
        each((run) => run.total - run.oracle - (run.linear ?? 0)),
      ];
    };
    return {
      goals: [
        faster(goals[0], ({ ratio }) => ratio),
        faster(goals[1], ({ liftedRatio }) => liftedRatio),
        {
          goal: goals[2],
          measured: rests.map(({ network, share }) => `${network}: ${(100 * share).toFixed(1)} %`).join('; '),
          met: rests.every(({ share }) => share < 0.1),
        },
      ],
      details: [
        `${machine}; f64, tol ${tol}, image 6 → 9; medians; milliseconds per iteration. Ipopt's linear algebra counts as rest.`,
        markdown(
          ['network', 'solver', 'status', 'iterations', 'objective', 'seconds', 'oracle', 'linear', 'rest'],
          record.flatMap(({ network, ours, lifted, peer }) => [
            line(network, 'graybox, reduced', ours),
            line(network, 'graybox, lifted', lifted),
            ...(peer.length > 0 ? [line(network, 'Ipopt + MUMPS + PyTorch', peer)] : []),
          ]),
        ),
      ].join('\n\n'),
    };
  },
};

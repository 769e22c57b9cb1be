import { median } from '../../machine.js';
import { markdown } from '../../markdown.js';
import { runJson } from '../child.js';
import { all, notMeasured, type Suite } from '../suite.js';

interface Run {
  readonly solver: string;
  readonly problem: string;
  readonly status: string;
  readonly verdict: string;
  readonly iterations: number;
  readonly objective: number;
}
interface Output {
  readonly machine: string;
  readonly tol: number;
  readonly summaries: readonly {
    readonly solver: string;
    readonly solved: number;
    readonly of: number;
    readonly global: number;
    /** Over problems that the reference solved, too; null where there is none. */
    readonly medianIterations: number | null;
    readonly referenceMedian: number | null;
    readonly seconds: number;
  }[];
  readonly runs: readonly Run[];
}

const goals = [
  'solved ≥ 98 %, never fewer than Ipopt on this machine',
  'median iterations ≤ those of Ipopt here and of the reference (Ipopt 3.14.11)',
] as const;

const solves = ({ verdict }: Run): boolean => verdict === 'global' || verdict === 'local';

export const hs: Suite = {
  name: 'hs',
  title: 'Hock–Schittkowski',
  goals,
  async run({ quick }) {
    const ran = await runJson<Output>(
      'hs',
      quick ? ['hs001', 'hs071', 'hs100'].flatMap((p) => ['--problem', p]) : [],
    );
    if ('failed' in ran) return notMeasured({ goals }, ran.failed);
    const { machine, tol, summaries, runs } = ran.json;
    const ours = summaries.find(({ solver }) => solver === 'interior-point');
    const ipopt = summaries.find(({ solver }) => solver === 'ipopt');
    if (ours === undefined || ours.of === 0)
      return notMeasured({ goals }, 'the interior-point method did not run');
    const share = ours.solved / ours.of;

    const of = (solver: string) =>
      new Map(runs.filter((r) => r.solver === solver && solves(r)).map((r) => [r.problem, r]));
    const [mine, theirs] = [of('interior-point'), of('ipopt')];
    const common = [...mine.keys()].filter((problem) => theirs.has(problem));
    const medians =
      common.length === 0
        ? undefined
        : ([mine, theirs].map((map) => median(common.map((p) => map.get(p)!.iterations))) as [
            number,
            number,
          ]);
    const { medianIterations, referenceMedian } = ours;
    const known = medianIterations !== null && referenceMedian !== null;
    const failed = runs.filter((run) => !solves(run));
    return {
      goals: [
        {
          goal: goals[0],
          measured: `${ours.solved} of ${ours.of} (${(100 * share).toFixed(1)} %); Ipopt: ${ipopt ? ipopt.solved : 'not measured'}`,
          met: all(share >= 0.98, ipopt && ours.solved >= ipopt.solved),
        },
        {
          goal: goals[1],
          measured: `${medians ? `${medians[0]} against Ipopt's ${medians[1]} on ${common.length} solved by both` : 'Ipopt: not measured'}; ${known ? `${medianIterations} against the reference's ${referenceMedian}` : 'reference: not measured'}`,
          met: all(
            medians && medians[0] <= medians[1],
            known ? medianIterations <= referenceMedian : undefined,
          ),
        },
      ],
      details: [
        `${machine}; f64, tol ${tol}. Solved: a known minimum within 1e-6.`,
        markdown(
          ['solver', 'solved', 'of', 'best objective known', 'seconds'],
          summaries.map((s) => [s.solver, s.solved, s.of, s.global, s.seconds.toFixed(2)]),
        ),
        failed.length === 0
          ? 'Nothing was left unsolved.'
          : markdown(
              ['not solved', 'solver', 'status', 'judged', 'iterations', 'objective'],
              failed.map((r) => [
                r.problem,
                r.solver,
                r.status,
                r.verdict,
                r.iterations,
                String(r.objective),
              ]),
            ),
      ].join('\n\n'),
    };
  },
};

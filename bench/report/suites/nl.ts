import { markdown } from '../../markdown.js';
import { runJson } from '../child.js';
import { notMeasured, type Suite } from '../suite.js';

interface Output {
  readonly machine: string;
  readonly summaries: readonly {
    readonly solver: string;
    readonly of: number;
    readonly right: number;
    readonly acceptable: number;
    readonly wrong: readonly string[];
    readonly iterations: number;
    readonly seconds: number;
  }[];
  readonly references: readonly {
    readonly problem: string;
    readonly error?: string;
    readonly verdict?: string;
  }[];
  readonly runs: readonly {
    readonly solver: string;
    readonly problem: string;
    readonly status: string;
    readonly verdict: string;
    readonly objective: number | null;
    readonly message: string;
  }[];
}

const goals = [
  'every status and objective right, also where the reference could not be read; infeasible and unbounded ones named as such',
] as const;

export const nl: Suite = {
  name: 'nl',
  title: 'AMPL .nl files',
  goals,
  async run({ quick }) {
    const some = ['hs71_obj1e8', 'unbounded_exp', 'infeasible_qp'].flatMap((name) => ['--problem', name]);
    const ran = await runJson<Output>('nl', quick ? some : []);
    if ('failed' in ran) return notMeasured({ goals }, ran.failed);
    const { machine, summaries, references, runs } = ran.json;
    const ours = summaries.find(({ solver }) => solver === 'interior-point');
    if (ours === undefined || ours.of === 0)
      return notMeasured({ goals }, 'the interior-point method did not run');
    const unread = references.filter(({ error }) => error !== undefined).length;
    const missed = references.filter(({ verdict }) => verdict === 'wrong').map(({ problem }) => problem);
    const wrong = runs.filter(({ verdict }) => verdict === 'wrong' || verdict === 'unknown');
    return {
      goals: [
        {
          goal: goals[0],
          measured: `${ours.right} right and ${ours.acceptable} at the looser tolerances, of ${ours.of}${ours.wrong.length > 0 ? `; wrong: ${ours.wrong.join(', ')}` : ''}`,
          met: ours.wrong.length === 0,
        },
      ],
      details: [
        `${machine}; f64, default options. Right: the true status, a known objective within 1e-6, a feasible point.`,
        markdown(
          ['solver', 'files', 'right', 'acceptable', 'wrong', 'iterations', 'seconds'],
          summaries.map((s) => [
            s.solver,
            s.of,
            s.right,
            s.acceptable,
            s.wrong.length,
            s.iterations,
            s.seconds.toFixed(2),
          ]),
        ),
        `The reference could not read ${unread} of the files and is wrong on ${missed.length === 0 ? 'none' : missed.join(', ')}.`,
        ...(wrong.length > 0
          ? [
              markdown(
                ['wrong', 'solver', 'status', 'objective', 'message'],
                wrong.map((r) => [
                  r.problem,
                  r.solver,
                  r.status,
                  String(r.objective ?? '–'),
                  r.message.replaceAll('|', '∣'),
                ]),
              ),
            ]
          : []),
      ].join('\n\n'),
    };
  },
};

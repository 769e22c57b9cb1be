import { markdown } from '../../markdown.js';
import { runJson } from '../child.js';
import { all, notMeasured, type Suite } from '../suite.js';

interface Stated {
  readonly model: string;
  readonly rows: number;
  readonly stating: number;
  readonly apart: number;
  readonly assembling: number;
}
interface Solved {
  readonly problem: string;
  readonly variables: number;
  readonly status: string;
  readonly iterations: number;
  readonly before: number;
  readonly total: number;
}
interface Output {
  readonly machine: string;
  readonly stated: readonly Stated[];
  readonly solved: readonly Solved[];
}

const goals = [
  '`Model.problem()` of 200,000 rows and as many terms of the objective < 0.6 s, also from a .nl file',
  'functions of long sums (n = 57 to 1,000, dense Hessians): from the model to the end ≤ 2 × with Ipopt',
] as const;

export const models: Suite = {
  name: 'models',
  title: 'Large models and long sums',
  goals,
  async run({ quick }) {
    const args = quick ? ['--rows', '2000', '--variables', '57'] : [];
    const own = await runJson<Output>('models', args);
    const peer = await runJson<Output>('models', ['--rows', '1', '--solver', 'ipopt', ...args.slice(2)]);
    if ('failed' in own) return notMeasured({ goals }, own.failed);
    const { stated, solved, machine } = own.json;
    const slowest = Math.max(...stated.map(({ apart }) => apart));
    const pairs = solved.map((run) => ({
      run,
      other:
        'failed' in peer
          ? undefined
          : peer.json.solved.find((o) => o.problem === run.problem && o.variables === run.variables),
    }));
    const both = pairs.filter(({ run, other }) => run.status === 'optimal' && other?.status === 'optimal');
    const mine = both.reduce((total, { run }) => total + run.total, 0);
    const theirs = both.reduce((total, { other }) => total + other!.total, 0);
    const unsolved = solved.filter(({ status }) => status !== 'optimal');
    const s = (seconds: number): string => seconds.toFixed(3);
    return {
      goals: [
        {
          goal: goals[0],
          measured: stated.map(({ model, apart }) => `${model}: ${apart.toFixed(2)} s`).join('; '),
          met: quick ? undefined : slowest < 0.6,
        },
        {
          goal: goals[1],
          measured: [
            both.length > 0
              ? `${mine.toFixed(1)} s against ${theirs.toFixed(1)} s on ${both.length} problems solved by both`
              : 'Ipopt: not measured',
            ...unsolved.map(({ problem, variables, status }) => `${problem}-${variables}: ${status}`),
          ].join('; '),
          met: all(unsolved.length === 0, both.length === solved.length ? mine <= 2 * theirs : undefined),
        },
      ],
      details: [
        `${machine}. Seconds.`,
        markdown(
          ['model', 'rows', 'stating or reading', 'taking apart', 'assembling'],
          stated.map((run) => [run.model, run.rows, s(run.stating), s(run.apart), s(run.assembling)]),
        ),
        markdown(
          [
            ...['problem', 'variables', 'status', 'iterations', 'before the first', 'in all'],
            ...['Ipopt', 'iterations', 'in all', 'ratio'],
          ],
          pairs.map(({ run, other }) => [
            ...[run.problem, run.variables, run.status, run.iterations, s(run.before), s(run.total)],
            ...(other
              ? [other.status, other.iterations, s(other.total), (run.total / other.total).toFixed(2)]
              : ['not measured', '', '', '']),
          ]),
        ),
      ].join('\n\n'),
    };
  },
};

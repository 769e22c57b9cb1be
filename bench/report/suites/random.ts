import { markdown } from '../../markdown.js';
import { runJson } from '../child.js';
import { notMeasured, type Suite } from '../suite.js';

interface Tally {
  readonly solver: string;
  readonly problems: number;
  readonly solved: number;
  readonly acceptable: number;
  readonly unsolved: number;
  readonly wrong: number;
  readonly iterations: number;
  readonly seconds: number;
}
interface Output {
  readonly machine: string;
  readonly summaries: readonly Tally[];
  readonly classes: readonly { readonly name: string; readonly of: readonly Tally[] }[];
  readonly wrong: readonly {
    readonly seed: number;
    readonly name: string;
    readonly solver: string;
    readonly why: string;
  }[];
}

const wanted = 10_000;
const goals = [
  '10,000 random small QPs and NLPs: nothing claimed that recomputed errors do not bear out',
  'solved of these ≥ Ipopt',
] as const;

export const random: Suite = {
  name: 'random',
  title: 'Random small problems',
  goals,
  async run({ quick }) {
    const ran = await runJson<Output>('random', ['--count', String(quick ? 200 : wanted)]);
    if ('failed' in ran) return notMeasured({ goals }, ran.failed);
    const { machine, summaries, classes, wrong } = ran.json;
    const ours = summaries.find(({ solver }) => solver === 'interior-point');
    const ipopt = summaries.find(({ solver }) => solver === 'ipopt');
    if (ours === undefined) return notMeasured({ goals }, 'the interior-point method did not run');
    const cells = ({ solved, acceptable, unsolved, wrong: claims, iterations }: Tally) =>
      [solved, acceptable, unsolved, claims, iterations] as const;
    return {
      goals: [
        {
          goal: goals[0],
          measured: `${ours.wrong} wrong claims in ${ours.problems}${ipopt ? `; Ipopt: ${ipopt.wrong}` : ''}`,
          met: ours.wrong > 0 ? false : ours.problems >= wanted ? true : undefined,
        },
        {
          goal: goals[1],
          measured: `${ours.solved} of ${ours.problems}; Ipopt: ${ipopt ? ipopt.solved : 'not measured'}`,
          met: ipopt && ours.solved >= ipopt.solved,
        },
      ],
      details: [
        `${machine}; f64, default options. Solved: what is known of the problem, with errors within the tolerances; unsolved: nothing claimed, or a stationary point of the violation; wrong: a claim that does not hold.`,
        markdown(
          [
            'class',
            'problems',
            ...summaries.flatMap(({ solver }) => [solver, 'acceptable', 'unsolved', 'wrong', 'iterations']),
          ],
          classes.map(({ name, of }) => [name, of[0]?.problems ?? 0, ...of.flatMap(cells)]),
        ),
        ...wrong
          .filter(({ solver }) => solver === 'interior-point')
          .map(({ seed, name, why }) => `- seed ${seed} (${name}): ${why}`),
      ].join('\n\n'),
    };
  },
};

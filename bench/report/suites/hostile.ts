import { machine } from '../../machine.js';
import { markdown } from '../../markdown.js';
import { runJson } from '../child.js';
import { notMeasured, type Suite } from '../suite.js';

interface Output {
  readonly count: number;
  readonly kinds: Readonly<Record<string, number>>;
  readonly slowest: number;
  readonly failures: readonly { readonly seed: number; readonly failure?: string }[];
}

const goals = [
  '10,000 malformed or truncated .nl files with random options: no crash, no hang, no wrong "optimal"',
] as const;
const wanted = 10_000;

export const hostile: Suite = {
  name: 'hostile',
  title: 'Hostile input',
  goals,
  async run({ quick }) {
    const ran = await runJson<Output>('hostile', ['--count', String(quick ? 100 : wanted)]);
    if ('failed' in ran) return notMeasured({ goals }, ran.failed);
    const { count, kinds, slowest, failures } = ran.json;
    return {
      goals: [
        {
          goal: goals[0],
          measured: `${failures.length} failures in ${count} files; slowest ${slowest.toFixed(1)} s`,
          met: failures.length > 0 ? false : count >= wanted ? true : undefined,
        },
      ],
      details: [
        machine(),
        markdown(
          ['outcome', 'files'],
          Object.entries(kinds).sort((a, b) => b[1] - a[1]),
        ),
        ...failures.map(({ seed, failure }) => `- seed ${seed}: ${failure}`),
      ].join('\n\n'),
    };
  },
};

import { machine } from '../../machine.js';
import { markdown } from '../../markdown.js';
import { runJson } from '../child.js';
import type { FormatReport } from '../hostile.js';
import { notMeasured, type Suite } from '../suite.js';

const goals = [
  '10,000 malformed or truncated .nl files with random options: no crash, no hang, no wrong "optimal"',
  '5,000 model.json and 1,000 pictures, by grammar and damaged: each ends within 10 s and 1 GB, right or refused in one line',
] as const;

const told = ({ name, count, failures, slowest, memory }: FormatReport): string =>
  `${failures.length} failures in ${count} ${name}; slowest ${slowest.toFixed(1)} s, most ${memory} MiB`;

export const hostile: Suite = {
  name: 'hostile',
  title: 'Hostile input',
  goals,
  async run({ quick }) {
    const ran = await runJson<FormatReport[]>('hostile', quick ? ['--count', '100'] : []);
    if ('failed' in ran) return notMeasured({ goals }, ran.failed);
    const [nl, ...others] = [[ran.json[0]!], ran.json.slice(1)];
    const met = (reports: readonly FormatReport[]): boolean | undefined => {
      if (reports.some(({ failures }) => failures.length > 0)) return false;
      return reports.every(({ count, wanted }) => count >= wanted) ? true : undefined;
    };
    return {
      goals: [nl!, others.flat()].map((reports, k) => ({
        goal: goals[k]!,
        measured: reports.map(told).join('; '),
        met: met(reports),
      })),
      details: [
        machine(),
        markdown(
          ['format', 'outcome', 'files'],
          ran.json.flatMap(({ name, kinds }) =>
            Object.entries(kinds).map(([kind, files]) => [name, kind, files]),
          ),
        ),
        ...ran.json.flatMap(({ name, failures }) =>
          failures.map(({ seed, failure }) => `- ${name}, seed ${seed}: ${failure}`),
        ),
      ].join('\n\n'),
    };
  },
};

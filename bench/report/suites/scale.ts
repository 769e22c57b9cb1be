import { join } from 'node:path';
import { readJsonLines } from '../../../runtime/node/lines.js';
import { machine } from '../../machine.js';
import { markdown } from '../../markdown.js';
import type { ScaleRow } from '../../scale/measure.js';
import { runBench } from '../child.js';
import { type Findings, notMeasured, type Suite } from '../suite.js';

const goals = [
  'inputs and outputs from 1,000 to 100,000, with a narrow entry and without: at which size does transfer overtake arithmetic?',
] as const;

/** Rows of `scale --open` stay here, and are not measured again. */
const folder = join('out', 'scale-open');

const wanted = (quick: boolean): string =>
  quick
    ? 'narrow-1000'
    : [
        ...[1000, 3000, 10000, 30000, 100000].map((n) => `narrow-${n}`),
        ...[1000, 3000, 10000].map((n) => `broad-${n}`),
      ].join(',');

export const scale: Suite = {
  name: 'scale',
  title: 'Many inputs and outputs',
  goals,
  async run({ quick }) {
    const how = ['--open', '--engines', 'onnx', '--precisions', 'f64', '--seconds', '0', '--out', folder];
    const ended = await runBench('scale', [...how, '--networks', wanted(quick)]);
    if ('failed' in ended) return notMeasured({ goals }, ended.failed);
    return judged(readJsonLines(join(folder, 'rows.jsonl')) as unknown as ScaleRow[], machine());
  },
};

export function judged(rows: readonly ScaleRow[], where: string): Findings {
  const shares = rows.flatMap(({ network, transfer }) =>
    transfer === undefined ? [] : [{ network, transfer }],
  );
  const most = shares.toSorted((a, b) => b.transfer - a.transfer)[0];
  const seconds = (value: number | undefined): string => value?.toPrecision(3) ?? '–';
  return {
    goals: [
      {
        goal: goals[0],
        measured:
          most === undefined
            ? 'not measured'
            : `on the CPU at none: answers lie in shared memory; at most ${(100 * most.transfer).toFixed(0)} % of a call (${most.network})`,
        met: undefined,
      },
    ],
    details: [
      `${where}; engine onnx, f64, the first call of each, seconds. \`narrow-n\`: n–128–256–256–n, derivatives behind the first layer; \`broad-n\`: n–n–n, whose Hessian has n(n + 1)/2 numbers.`,
      markdown(
        ['network', 'parameters', 'y', 'y + J', 'y + J + H', 'not the engine', 'GB', ''],
        rows.map((row) => [
          row.network,
          row.parameters ?? '–',
          seconds(row.value),
          seconds(row.jacobian),
          seconds(row.hessian),
          row.transfer === undefined ? '–' : `${(100 * row.transfer).toFixed(1)} %`,
          row.gigabytes?.toFixed(1) ?? '–',
          row.error ?? '',
        ]),
      ),
      'On a card by arithmetic, at the rates of an H100 (products 56 TFLOP/s in f64, host transfer 54 GB/s): `broad-n` takes 3n³ operations and returns 4n² bytes of H and 8n² of J, so that transfer is the longer up to n ≈ 4,100; `narrow-n` takes 6.6·10⁴ operations for each output and returns 1,024 bytes, so that it is the longer at every size. Not measured.',
    ].join('\n\n'),
  };
}

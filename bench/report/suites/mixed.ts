import { join } from 'node:path';
import { packageRoot } from '../../../scenarios/data.js';
import { markdown } from '../../markdown.js';
import type { MixedRow } from '../../mixed.js';
import { runJson } from '../child.js';
import { type Findings, notMeasured, type Suite } from '../suite.js';

interface Output {
  readonly machine: string;
  readonly tol: number;
  readonly rows: readonly [MixedRow, MixedRow];
  readonly different: readonly number[];
}

/** Fewer of the wide network, whose solves take longest. */
const SAMPLES = { 128: '0-99', 512: '0-29' } as const;
const widths = [128, 512] as const;
const same = (width: number): string =>
  `width ${width}, H in f32, y and J in f64: the answers of f64, iterations within 2 %`;
const goals = [...widths.map(same), 'width 512: the oracle ≥ 1.6 times faster so'];

async function measure(width: (typeof widths)[number], quick: boolean): Promise<Findings> {
  const own = width === 512 ? [same(width), goals[2]!] : [same(width)];
  const samples = quick ? '6' : SAMPLES[width];
  const ran = await runJson<Output>('mixed', [
    ...['--samples', samples, '--network', join(packageRoot, 'models', `mnist-tanh-${width}`)],
  ]);
  if ('failed' in ran) return notMeasured({ goals: own }, ran.failed);
  const { machine, tol, rows, different } = ran.json;
  const [f64, mixed] = rows;
  const change = mixed.iterations / f64.iterations - 1;
  const faster = f64.oracle / mixed.oracle;
  const right = different.length === 0 && mixed.solved === f64.solved && Math.abs(change) <= 0.02;
  const measured = `${different.length} of ${f64.samples} answers differ; iterations ${mixed.iterations} against ${f64.iterations}`;
  return {
    goals: [
      { goal: own[0]!, measured, met: right },
      ...own.slice(1).map((goal) => ({ goal, measured: `${faster.toFixed(2)} times`, met: faster >= 1.6 })),
    ],
    details: [
      `${machine}; width ${width}, tol ${tol}, samples ${samples}, reduced space, engine onnx; both precisions in turn.`,
      markdown(
        ['H', 'solved', 'iterations', 'oracle, ms an iteration'],
        rows.map((row) => [
          row.precision === 'f64' ? 'f64' : 'f32',
          `${row.solved} of ${row.samples}`,
          row.iterations,
          row.oracle.toFixed(2),
        ]),
      ),
    ].join('\n\n'),
  };
}

export const mixed: Suite = {
  name: 'mixed',
  title: 'Hessians in less precision',
  goals,
  async run({ quick }) {
    const parts: Findings[] = [];
    for (const width of widths) parts.push(await measure(width, quick));
    return {
      goals: parts.flatMap((part) => part.goals),
      details: parts.map(({ details }) => details).join('\n\n'),
    };
  },
};

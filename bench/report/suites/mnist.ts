import { join } from 'node:path';
import { findData, packageRoot } from '../../../scenarios/data.js';
import { median } from '../../machine.js';
import { markdown } from '../../markdown.js';
import { runJson } from '../child.js';
import { all, type Findings, type Goal, ms, notMeasured, type Suite } from '../suite.js';

interface Row {
  readonly sample: number;
  readonly status: string;
  readonly objective: number;
  readonly iterations: number;
  readonly seconds: { readonly total: number; readonly oracle: number };
}
interface Output {
  readonly machine: string;
  readonly tol: number;
  readonly record: readonly Row[];
  readonly judgement: {
    readonly solved: number;
    readonly of: number;
    readonly medianIterations: number;
    readonly sameOrBetter?: number;
    readonly worstRelative?: number;
    readonly medianReferenceIterations?: number;
  };
}

const widths = [128, 512] as const;
/** Fewer of the wide network, whose solves take longest. */
const SAMPLES = { 128: '0-99', 512: '0-29' } as const;
const perWidth = (width: number): readonly [string, string] => [
  `width ${width}: iterations ≤ Ipopt's in the median with the same oracle`,
  `width ${width}: seconds per iteration outside the oracle ≤ Ipopt's`,
];
const atReference =
  'same or better objective (1e-5) than the reference on ≥ 18 of samples 0–19, none worse by > 5 %, median iterations ≤ its';
const goals = [...widths.flatMap(perWidth), atReference];

const solved = ({ status }: Row): boolean => status === 'optimal' || status === 'acceptable';
const outside = ({ seconds, iterations }: Row): number =>
  (seconds.total - seconds.oracle) / Math.max(1, iterations);

async function measure(
  width: (typeof widths)[number],
  samples: string,
): Promise<Findings & { readonly machine?: string }> {
  const network = join(packageRoot, 'models', `mnist-tanh-${width}`);
  const run = (solver: string) =>
    runJson<Output>('mnist', ['--samples', samples, '--network', network, '--solver', solver]);
  const own = await run('interior-point');
  const [few, fast] = perWidth(width);
  if ('failed' in own) return notMeasured({ goals: [few, fast] }, own.failed);
  const peer = await run('ipopt');
  const record = own.json.record;
  const others = 'failed' in peer ? [] : peer.json.record;
  // Only where both solved: a failure is soon over.
  const both = record.flatMap((row) => {
    const other = others.find(({ sample }) => sample === row.sample);
    return other && solved(row) && solved(other) ? [{ row, other }] : [];
  });
  const unsolved = record.length - record.filter(solved).length;
  const judge = (goal: string, of: (row: Row) => number, show: (value: number) => string): Goal => {
    if (both.length === 0) return { goal, measured: 'Ipopt: not measured', met: undefined };
    const [mine, theirs] = [
      median(both.map(({ row }) => of(row))),
      median(both.map(({ other }) => of(other))),
    ];
    const measured = `${show(mine)} against ${show(theirs)}, ${both.length} samples${unsolved > 0 ? `; ${unsolved} not solved` : ''}`;
    return { goal, measured, met: all(mine <= theirs, unsolved === 0) };
  };
  const line = (solver: string, rows: readonly Row[]): (string | number)[] => {
    const good = rows.filter(solved);
    if (good.length === 0) return [width, solver, rows.length, 0, '', '', '', ''];
    const mid = (of: (row: Row) => number) => median(good.map(of));
    return [
      ...[
        width,
        solver,
        rows.length,
        good.length,
        mid((row) => row.iterations),
        mid((row) => row.objective).toFixed(5),
      ],
      ...[ms(mid((row) => row.seconds.total)), ms(mid(outside))],
    ];
  };
  return {
    machine: `${own.json.machine}; f64, tol ${own.json.tol}, samples ${samples}, reduced space; medians, milliseconds.`,
    goals: [
      judge(few, (row) => row.iterations, String),
      judge(fast, outside, (seconds) => `${ms(seconds)} ms`),
    ],
    details: [
      markdown(
        [
          'width',
          'solver',
          'samples',
          'solved',
          'iterations',
          'objective',
          'total',
          'outside the oracle per iteration',
        ],
        [line('interior-point', record), ...('failed' in peer ? [] : [line('ipopt', others)])],
      ),
      ...('failed' in peer ? [`Ipopt did not run: ${peer.failed}`] : []),
    ].join('\n\n'),
  };
}

/** The network and answers that Ipopt 3.11.9 with an f64 PyTorch oracle left in the data folder. */
async function beside(samples: string): Promise<Goal> {
  const folder = findData('networks');
  const unknown: Goal = { goal: atReference, measured: 'not measured', met: undefined };
  if (folder === undefined) return unknown;
  const ran = await runJson<Output>('mnist', [
    '--samples',
    samples,
    '--network',
    join(folder, 'mnist-tanh-128'),
  ]);
  if ('failed' in ran) return { ...unknown, measured: `not measured: ${ran.failed}` };
  const { solved: good, of, sameOrBetter, worstRelative, ...median } = ran.json.judgement;
  if (sameOrBetter === undefined || worstRelative === undefined) return unknown;
  const theirs = median.medianReferenceIterations!;
  return {
    goal: atReference,
    measured: `${sameOrBetter} of ${of}; worst ${(100 * worstRelative).toExponential(1)} %; ${median.medianIterations} iterations against ${theirs}`,
    met:
      good === of && sameOrBetter >= 0.9 * of && worstRelative <= 0.05 && median.medianIterations <= theirs,
  };
}

export const mnist: Suite = {
  name: 'mnist',
  title: 'Adversarial images',
  goals,
  async run({ quick }) {
    const parts = [];
    for (const width of widths) parts.push(await measure(width, quick ? '6-7' : SAMPLES[width]));
    const reference = await beside(quick ? '6-7' : '0-19');
    return {
      goals: [...parts.flatMap((part) => part.goals), reference],
      details: [...parts.flatMap(({ machine, details }) => [...(machine ? [machine] : []), details])].join(
        '\n\n',
      ),
    };
  },
};

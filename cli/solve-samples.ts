import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { digest, InputError, isSolved, type ManyItem, type ManyOutcome, shown, solveMany } from '../index.js';
import { openFolder } from '../runtime/node/draft.js';
import { Lines, readJsonLines } from '../runtime/node/lines.js';
import { requireData } from '../scenarios/data.js';
import { adversarialImage } from '../scenarios/mnist/problem.js';
import { TARGETS } from '../scenarios/mnist/targets.js';
import { ProgressBar } from './bar.js';
import { exitCode } from './exit-code.js';
import { interruptible } from './interruption.js';
import { engineChoice, type MnistFlags, networkFor, statementChoice, testImages } from './mnist-inputs.js';
import { type SolveFlags, solverSettings } from './options.js';
import { print, remark, toJson } from './output.js';
import { resultJson } from './report.js';

/** The file of `--out` that grows by a line as each solve ends. */
const file = 'results.jsonl';

/**
 * `graybox solve mnist --samples LIST`: JSON lines in `--out`, where what is there already is not solved again, or on
 * standard output; returns the exit code. A solve that was interrupted leaves no line, one that failed is tried again.
 */
export async function solveSamples(
  flags: SolveFlags & MnistFlags,
  samples: readonly number[],
): Promise<number> {
  if (flags.sample !== undefined || flags.image !== undefined)
    throw new InputError('--samples excludes --sample and --image: give one of them');
  if (flags.certify) throw new InputError('--certify proves of one image: give --sample or --image');
  const settings = solverSettings(flags);
  const network = await networkFor(flags);
  const imageOf = testImages(requireData('mnist'), flags);
  const task = taskDigest({ network: digest(network), settings, ...named(flags) });
  const cases = samples.map((sample) => {
    const { pixels, label } = imageOf(sample);
    const target = flags.target ?? TARGETS[label]!;
    return { sample, label, target, pixels, key: `${sample}→${target} ${task}` };
  });
  const lines = openLines(flags.out);
  try {
    const known = lines ? readJsonLines(lines.path) : [];
    const done = new Set(known.filter((line) => line['error'] === undefined).map((line) => line['key']));
    const left = cases.filter(({ key }) => !done.has(key));
    if (left.length < cases.length)
      remark(`${cases.length - left.length} of ${cases.length} are in ${lines!.path} already.`);
    const handles = new Map<string, ReturnType<typeof adversarialImage>>();
    const items = left.map(
      ({ key, label, target, pixels }): ManyItem => ({
        key,
        model: () => {
          if (target === label) throw new InputError(`the image shows a ${label} already`);
          const stated = adversarialImage({
            network,
            image: pixels,
            target,
            ...statementChoice(flags),
          });
          handles.set(key, stated);
          return stated.model;
        },
      }),
    );
    const byKey = new Map(left.map((own) => [own.key, own]));
    const bar = new ProgressBar(left.length);
    const counts = { solved: 0, failed: 0 };
    const onEnd = (outcome: ManyOutcome, { ended }: { ended: number }): void => {
      const { key, solution } = outcome;
      const { sample, label, target, pixels } = byKey.get(key)!;
      const { x, y } = handles.get(key) ?? {};
      handles.delete(key);
      if (solution?.status === 'interrupted') return;
      const own = { key, sample, label, target };
      let line: Record<string, unknown>;
      if (solution) {
        const image = solution.value(x!).data as Float64Array;
        const change = image.reduce((sum, v, i) => sum + Math.abs(v - pixels[i]!), 0);
        const values = { x: image, y: solution.value(y!).data as Float64Array };
        line = { ...own, change, ...resultJson('mnist', solution, values) };
      } else line = { ...own, error: outcome.error.message };
      if (solution && isSolved(solution.status)) counts.solved++;
      else counts.failed++;
      if (lines) lines.append(toJson(line));
      else print(flags.json ? toJson(line) : told(line));
      const status = solution
        ? `${solution.status}, ${solution.iterations} iterations`
        : outcome.error.message;
      const tally = `${counts.solved} solved${counts.failed > 0 ? `, ${counts.failed} not` : ''}`;
      bar.show(ended, shown(`image ${sample} as a ${target}: ${status}`), tally);
    };
    const outcomes = await solveMany(items, {
      ...(flags.concurrency !== undefined && { concurrency: flags.concurrency }),
      options: { ...engineChoice(flags), solver: flags.solver, ...settings, polish: flags.polish },
      signal: interruptible({ elsewhere: lines !== undefined }),
      onEnd,
    });
    bar.end();
    const open = left.length - counts.solved - counts.failed;
    if (lines && left.length > 0) remark(`Wrote ${counts.solved + counts.failed} lines to ${lines.path}.`);
    if (open > 0) remark(`${open} were not solved; the same command goes on with them.`);
    return outcomes.length === left.length && counts.failed === 0 && open === 0
      ? exitCode.done
      : exitCode.failed;
  } finally {
    lines?.close();
  }
}

function openLines(folder: string | undefined): Lines | undefined {
  if (folder === undefined) return undefined;
  if (folder === '') throw new InputError('--out: name a folder');
  openFolder(folder);
  return Lines.open(join(folder, file));
}

/** The flags that an answer depends on. */
const named = ({
  formulation,
  layers,
  quadratic,
  solver,
  engine,
  device,
  precision,
  probability,
  polish,
}: SolveFlags & MnistFlags) => ({
  formulation,
  layers,
  quadratic,
  solver,
  engine,
  device,
  precision,
  probability,
  polish,
});

/** What tells answers to other questions apart, in a few letters. */
const taskDigest = (task: unknown): string =>
  createHash('sha256').update(JSON.stringify(task)).digest('hex').slice(0, 12);

/** A solve in one line of text. */
const told = ({
  sample,
  label,
  target,
  status,
  objective,
  iterations,
  error,
}: Record<string, unknown>): string =>
  error === undefined
    ? `image ${sample}, a ${label}, as a ${target}: ${status}, objective ${(objective as number).toPrecision(9)}, ${iterations} iterations`
    : `image ${sample}, a ${label}, as a ${target}: ${error}`;

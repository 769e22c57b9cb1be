// Malformed, truncated and random .nl files under random options: each must be refused with an InputError or end in an
// honest result, within bounded time. Failures are printed with the seed that repeats them.
//   node dist/bench/hostile.js [--count 10000] [--first 1] [--json]
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { table } from '../cli/table.js';
import { findData } from '../scenarios/data.js';
import { tryHostile } from '../test/ampl/hostile-solve.js';
import { randomFrom } from '../test/read/random.js';

/** A case that says nothing for so long hangs. */
const patience = 20_000;

interface Report {
  readonly seed: number;
  readonly kind: string;
  readonly seconds: number;
  readonly failure?: string;
}

if (isMainThread) {
  const { values: flags } = parseArgs({
    options: {
      count: { type: 'string', default: '10000' },
      first: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  });
  await supervise(Number(flags.first), Number(flags.count), flags.json);
} else {
  const { first, end } = workerData as { first: number; end: number };
  const real = realFiles();
  for (let seed = first; seed < end; seed++) parentPort!.postMessage(attempt(seed, real));
}

/** The small ones of the public files; none without the data. */
function realFiles(): Uint8Array[] {
  const folder = findData('nl');
  if (folder === undefined || !existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.nl'))
    .sort()
    .map((name) => new Uint8Array(readFileSync(join(folder, name))))
    .filter((bytes) => bytes.length < 4000);
}

function attempt(seed: number, real: readonly Uint8Array[]): Report {
  const start = performance.now();
  try {
    return { seed, ...tryHostile(randomFrom(seed), real) };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    return { seed, kind: 'failure', seconds: (performance.now() - start) / 1000, failure };
  }
}

/** Runs all seeds in a worker; one that hangs or dies is recorded and the next worker goes on behind it. */
async function supervise(first: number, count: number, json: boolean): Promise<void> {
  const end = first + count;
  const kinds = new Map<string, number>();
  const failures: Report[] = [];
  let slowest = 0;
  let next = first;
  const record = (report: Report): void => {
    kinds.set(report.kind, (kinds.get(report.kind) ?? 0) + 1);
    if (report.failure !== undefined) failures.push(report);
    slowest = Math.max(slowest, report.seconds);
    next = report.seed + 1;
  };
  while (next < end) {
    const ending = await stretch(next, end, record);
    if (next < end) record({ seed: next, kind: 'failure', seconds: patience / 1000, failure: ending });
  }
  if (json) console.log(JSON.stringify({ count, kinds: Object.fromEntries(kinds), slowest, failures }));
  else {
    console.log(
      table(
        ['outcome', 'files'],
        [...kinds].sort((a, b) => b[1] - a[1]),
      ),
    );
    console.log(`slowest ${slowest.toFixed(2)} s`);
    for (const { seed, failure } of failures) console.log(`seed ${seed}: ${failure}`);
  }
  process.exitCode = failures.length === 0 ? 0 : 1;
}

/** One worker's life; answers with what ended it. */
function stretch(first: number, end: number, record: (report: Report) => void): Promise<string> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: { first, end },
      resourceLimits: { maxOldGenerationSizeMb: 2048 },
    });
    let timer: NodeJS.Timeout;
    let ending = 'the worker stopped';
    const restart = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        ending = `no answer within ${patience / 1000} s`;
        void worker.terminate();
      }, patience);
    };
    restart();
    worker.on('message', (report: Report) => {
      restart();
      record(report);
    });
    worker.on('error', (error) => {
      ending = error.message;
    });
    worker.on('exit', () => {
      clearTimeout(timer);
      resolve(ending);
    });
  });
}

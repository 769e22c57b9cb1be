// Hostile files of every format: malformed, truncated, random, small ones that ask for much. Each must end in a refusal of
// one line or in a right answer, within ten seconds and a gigabyte. Each format runs in processes of its own; one that
// hangs, dies or grows is recorded, and the next goes on behind it. Failures are printed with the seed that repeats them.
//   node dist/bench/hostile.js [--format .nl,model.json,pictures] [--count 1000] [--first 1] [--json]
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { table } from '../cli/table.js';
import { InputError } from '../index.js';
import type { Format } from '../test/hostile/format.js';
import { formats } from '../test/hostile/formats.js';
import { randomFrom } from '../test/read/random.js';
import type { Case, FormatReport } from './report/hostile.js';

/** Seconds of processor time, and MiB of resident memory, that a case may take. */
const [mostSeconds, mostMemory] = [10, 1024];
/** A case that says nothing for so many milliseconds hangs; a loaded machine is given time. */
const patience = 60_000;

const { values: flags } = parseArgs({
  options: {
    format: { type: 'string' },
    count: { type: 'string' },
    first: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    /** Of the processes that this one starts. */
    child: { type: 'boolean', default: false },
  },
});
const names = flags.format?.split(',') ?? formats.map(({ name }) => name);
const chosen = names.map((name) => {
  const format = formats.find((one) => one.name === name);
  if (format) return format;
  throw new InputError(`--format ${name}: there is ${formats.map((one) => one.name).join(', ')}`);
});
const first = Number(flags.first);

if (flags.child) {
  const end = first + Number(flags.count);
  for (let seed = first; seed < end; seed++) process.send!(await attempt(chosen[0]!, seed));
  process.disconnect();
} else {
  const found: FormatReport[] = [];
  for (const format of chosen) found.push(await supervise(format, Number(flags.count ?? format.count)));
  if (flags.json) console.log(JSON.stringify(found));
  else for (const report of found) print(report);
  process.exitCode = found.every(({ failures }) => failures.length === 0) ? 0 : 1;
}

async function attempt(format: Format, seed: number): Promise<Case> {
  const start = performance.now();
  const memory = (): number => Math.round(process.resourceUsage().maxRSS / 1024);
  try {
    const outcome = await format.attempt(randomFrom(seed));
    return { seed, ...outcome, memory: memory() };
  } catch (error) {
    const failure = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { seed, kind: 'failure', seconds: (performance.now() - start) / 1000, memory: memory(), failure };
  }
}

/** Runs all seeds of a format. */
async function supervise(format: Format, count: number): Promise<FormatReport> {
  const end = first + count;
  const kinds = new Map<string, number>();
  const failures: Case[] = [];
  let [slowest, memory, next] = [0, 0, first];
  const record = (report: Case): void => {
    const grown = report.memory > mostMemory ? `held ${report.memory} MiB` : undefined;
    const slow = report.seconds > mostSeconds ? `took ${report.seconds.toFixed(1)} s` : undefined;
    const failure = report.failure ?? grown ?? slow;
    kinds.set(failure ? 'failure' : report.kind, (kinds.get(failure ? 'failure' : report.kind) ?? 0) + 1);
    if (failure !== undefined) failures.push({ ...report, failure });
    slowest = Math.max(slowest, report.seconds);
    memory = Math.max(memory, report.memory);
    next = report.seed + 1;
  };
  while (next < end) {
    const ending = await stretch(format, next, end, record);
    if (next < end && ending !== undefined)
      record({ seed: next, kind: 'failure', seconds: 0, memory: 0, failure: ending });
  }
  return {
    name: format.name,
    wanted: format.count,
    count,
    kinds: Object.fromEntries([...kinds].sort((a, b) => b[1] - a[1])),
    slowest,
    memory,
    failures,
  };
}

/** One process's life; answers with what ended it before its time, undefined where it had only grown too large. */
function stretch(
  { name }: Format,
  from: number,
  end: number,
  record: (report: Case) => void,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const args = ['--child', '--format', name, '--first', String(from), '--count', String(end - from)];
    const child = fork(fileURLToPath(import.meta.url), args, {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    let ending: string | undefined = 'the process ended';
    let timer: NodeJS.Timeout | undefined;
    const wait = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        ending = `no answer within ${patience / 1000} s`;
        child.kill('SIGKILL');
      }, patience);
    };
    wait();
    child.on('message', (report: Case) => {
      wait();
      record(report);
      // What a process held once it counts for ever: the next case starts with a new one.
      if (report.memory > mostMemory) {
        ending = undefined;
        child.kill('SIGKILL');
      }
    });
    child.on('error', ({ message }) => {
      ending = message;
    });
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      resolve(ending && `${ending} (${signal ?? `exit code ${code}`})`);
    });
  });
}

function print({ name, kinds, slowest, memory, failures }: FormatReport): void {
  console.log(`\n${name}\n${table(['outcome', 'files'], Object.entries(kinds))}`);
  console.log(`slowest ${slowest.toFixed(2)} s, most ${memory} MiB`);
  for (const { seed, failure } of failures) console.log(`seed ${seed}: ${failure}`);
}

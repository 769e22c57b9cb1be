// Hostile files of every format: malformed, truncated, random, small ones that ask for much. Each must end in a refusal of
// one line or in a right answer, within ten seconds of processor time and a gigabyte. A process takes some hundreds of cases
// after one another; what hangs, dies, grows or fails in it is run once more alone, which names it. Failures are printed with
// the seed that repeats them.
//   node dist/bench/hostile.js [--format .nl,model.json,pictures] [--count 1000] [--first 1] [--record FILE] [--json]
// --record keeps every case in FILE, a line each; what stands there is not run again, so that a long run may be interrupted.
import { fork } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { table } from '../cli/table.js';
import { InputError } from '../index.js';
import { formats } from '../test/hostile/formats.js';
import { randomFrom } from '../test/read/random.js';
import type { Case, FormatReport } from './report/hostile.js';
import { Watch } from './report/watch.js';

/** Seconds of processor time, and MiB of resident memory, that a case may take. */
const [mostSeconds, mostMemory] = [10, 1024];
/** Cases of one process. */
const stretchLength = 400;

const { values: flags } = parseArgs({
  options: {
    format: { type: 'string' },
    count: { type: 'string' },
    first: { type: 'string', default: '1' },
    record: { type: 'string' },
    json: { type: 'boolean', default: false },
    /** Of the processes that this one starts: seeds, apart by commas. */
    child: { type: 'string' },
  },
});
const names = flags.format?.split(',') ?? formats.map(({ name }) => name);
const chosen = names.map((name) => {
  const format = formats.find((one) => one.name === name);
  if (format) return format;
  throw new InputError(`--format ${name}: there is ${formats.map((one) => one.name).join(', ')}`);
});
const first = Number(flags.first);

if (flags.child === undefined) {
  const found: FormatReport[] = [];
  for (const { name, count } of chosen)
    found.push(await supervise(name, count, Number(flags.count ?? count)));
  if (flags.json) console.log(JSON.stringify(found));
  else for (const report of found) print(report);
  process.exitCode = found.every(({ failures }) => failures.length === 0) ? 0 : 1;
} else {
  for (const seed of flags.child.split(',').map(Number)) process.send!(await attempt(seed));
  process.disconnect();
  // Threads that a case left behind end with their process.
  process.exit();
}

async function attempt(seed: number): Promise<Case> {
  forgetPeak();
  const start = process.cpuUsage();
  try {
    const outcome = await chosen[0]!.attempt(randomFrom(seed));
    return { seed, ...outcome, memory: peak() };
  } catch (error) {
    const failure = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const { user, system } = process.cpuUsage(start);
    return { seed, kind: 'failure', seconds: (user + system) / 1e6, memory: peak(), failure };
  }
}

/** From here on, {@link peak} is the most that is held; where the system cannot forget, the most since the process began. */
function forgetPeak(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Not Linux.
  }
}

/** MiB. */
function peak(): number {
  try {
    const kib = /^VmHWM:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
    if (kib !== undefined) return Math.round(Number(kib) / 1024);
  } catch {
    // Not Linux.
  }
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

/** What is wrong with a case, if anything. */
function faultOf({ failure, memory, seconds }: Case): string | undefined {
  if (failure !== undefined) return failure;
  if (memory > mostMemory) return `held ${memory} MiB`;
  return seconds > mostSeconds ? `took ${seconds.toFixed(1)} s` : undefined;
}

/** Runs all seeds of a format. */
async function supervise(name: string, wanted: number, count: number): Promise<FormatReport> {
  const cases = recorded(name);
  const record = (report: Case): void => {
    cases.set(report.seed, report);
    if (flags.record) appendFileSync(flags.record, `${JSON.stringify({ format: name, ...report })}\n`);
  };
  const open = Array.from({ length: count }, (_, k) => first + k).filter((seed) => !cases.has(seed));
  while (open.length > 0) {
    const seeds = open.slice(0, stretchLength);
    const done: Case[] = [];
    const ending = await stretch(name, seeds, (report) => {
      done.push(report);
      // What a process held once it may hold again: the next case starts with a new one.
      if (faultOf(report) !== undefined) return false;
      record(report);
      return true;
    });
    const last = done.at(-1);
    const faulty = last && faultOf(last) !== undefined ? last : undefined;
    if (faulty ?? done.length < seeds.length) {
      const seed = faulty?.seed ?? seeds[done.length]!;
      record(await alone(name, seed, (faulty && faultOf(faulty)) ?? ending ?? 'the process ended'));
    }
    open.splice(0, done.length + (faulty || done.length === seeds.length ? 0 : 1));
  }
  const own = [...cases.values()].filter(({ seed }) => seed >= first && seed < first + count);
  const failures = own.flatMap((one) => {
    const failure = faultOf(one);
    return failure === undefined ? [] : [{ ...one, failure }];
  });
  const kinds = new Map<string, number>();
  for (const one of own) {
    const kind = faultOf(one) === undefined ? one.kind : 'failure';
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return {
    name,
    wanted,
    count: own.length,
    kinds: Object.fromEntries([...kinds].sort((a, b) => b[1] - a[1])),
    slowest: own.reduce((most, { seconds }) => Math.max(most, seconds), 0),
    memory: own.reduce((most, { memory }) => Math.max(most, memory), 0),
    failures,
  };
}

/** The case in a process of its own. Time and memory are judged by this run; what failed among others and not here stays a failure. */
async function alone(name: string, seed: number, before: string): Promise<Case> {
  let own: Case | undefined;
  const ending = await stretch(name, [seed], (report) => {
    own = report;
    return true;
  });
  if (own === undefined)
    return { seed, kind: 'failure', seconds: 0, memory: 0, failure: ending ?? 'the process ended' };
  if (faultOf(own) !== undefined || /^(held|took) /.test(before)) return own;
  return { ...own, failure: `${before}, after others; alone: ${own.kind}` };
}

/** The cases of a format that stand in the record, the last word on each seed. */
function recorded(name: string): Map<number, Case> {
  const cases = new Map<number, Case>();
  if (!flags.record || !existsSync(flags.record)) return cases;
  for (const line of readFileSync(flags.record, 'utf8').split('\n')) {
    // The last line may be cut off.
    if (!line.endsWith('}')) continue;
    const { format, ...report } = JSON.parse(line) as Case & { readonly format: string };
    if (format === name) cases.set(report.seed, report);
  }
  return cases;
}

/** One process's life; answers with what ended it before its time. `report` says whether it goes on. */
function stretch(
  name: string,
  seeds: readonly number[],
  report: (one: Case) => boolean,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const args = ['--child', seeds.join(), '--format', name];
    const child = fork(fileURLToPath(import.meta.url), args, {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    let open = seeds.length;
    let ending: string | undefined;
    const watch = new Watch(child.pid, (why) => {
      ending = why;
      child.kill('SIGKILL');
    });
    child.on('message', (one: Case) => {
      // What it still said before it was stopped.
      if (open === 0) return;
      watch.again();
      open--;
      if (report(one)) return;
      open = 0;
      child.kill('SIGKILL');
    });
    child.on('error', ({ message }) => {
      ending = message;
    });
    child.on('exit', (code, signal) => {
      watch.end();
      resolve(open > 0 ? `${ending ?? 'the process ended'} (${signal ?? `exit code ${code}`})` : undefined);
    });
  });
}

function print({ name, kinds, slowest, memory, failures }: FormatReport): void {
  console.log(`\n${name}\n${table(['outcome', 'files'], Object.entries(kinds))}`);
  console.log(`slowest ${slowest.toFixed(2)} s, most ${memory} MiB`);
  for (const { seed, failure } of failures) console.log(`seed ${seed}: ${failure}`);
}

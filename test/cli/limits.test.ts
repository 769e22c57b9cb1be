import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSol } from '../ampl/sol-reader.js';
import { command } from './run.js';

let folder: string;
/** Takes seconds to read, build and begin with. */
let large: string;
/** Iterates long: asks for more than rounding allows. */
let long: string;
const variables = 400_000;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graybox-limits-'));
  [large, long] = [join(folder, 'large'), join(folder, 'long')];
  writeFileSync(`${large}.nl`, sines(variables));
  writeFileSync(`${long}.nl`, sines(2000));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** min Σ sin(xᵢ xᵢ₊₁) + xᵢ in a box, as text. */
function sines(n: number): string {
  const each = (line: (i: number) => string): string[] => Array.from({ length: n }, (_, i) => line(i));
  const header = [
    `g3 1 1 0\n ${n} 0 1 0 0\n 0 1\n 0 0\n 0 ${n} 0\n 0 0 0 1\n 0 0 0 0 0\n 0 ${n}\n 0 0\n 0 0 0 0 0`,
  ];
  return [
    ...header,
    `O0 0\no54\n${n}`,
    ...each((i) => `o41\no2\nv${i}\nv${(i + 1) % n}`),
    `x${n}`,
    ...each((i) => `${i} 0.5`),
    'b',
    ...each(() => '0 -1 1'),
    `k${n - 1}`,
    ...each(() => '0').slice(1),
    `G0 ${n}`,
    ...each((i) => `${i} 1`),
    '',
  ].join('\n');
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
  readonly seconds: number;
}

/** Calls `act` once the command has echoed its assignments: it begins to read. */
const onceReading = (child: ChildProcess, act: () => void): void => {
  child.stdout!.once('data', () => setTimeout(act, 200));
};

/** Runs the command; `during` may send it signals. */
async function run(
  args: readonly string[],
  during?: (child: ChildProcess, err: () => string) => void,
): Promise<Ended> {
  const begun = performance.now();
  const child = spawn(process.execPath, [command, ...args]);
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  during?.(child, () => err);
  return await new Promise((resolve) =>
    child.on('close', (code, signal) =>
      resolve({ code, signal, out, err, seconds: (performance.now() - begun) / 1000 }),
    ),
  );
}

const sol = (stub: string) => parseSol(readFileSync(`${stub}.sol`, 'utf8'));

// Retried, as a busy machine may delay what is timed.
describe('a time limit counts from the start of the command', { retry: 2 }, () => {
  it.each([1e-3, 0.7, 1.2])('%d s, reached while the file is read or the problem built', async (limit) => {
    rmSync(`${large}.sol`, { force: true });
    const ended = await run([large, '-AMPL', `max_wall_time=${limit}`]);
    expect(ended.code).toBe(0);
    expect(sol(large).code).toBe(401);
    expect(sol(large).message).toMatch(
      /Maximum Wallclock Time Exceeded\. stopped after .* s \(max_wall_time\)/,
    );
    // The start, or nothing where it was not read.
    expect([0, variables]).toContain(sol(large).x.length);
    if (limit === 1e-3) expect(sol(large).x).toEqual([]);
    // Starting and ending a process takes time on a busy machine.
    expect(ended.seconds).toBeLessThan(limit + 3);
  });

  it('in JSON as well', async () => {
    const ended = await run(['solve', `${large}.nl`, '--max-time', '1', '--json']);
    expect(ended.code).toBe(1);
    const { status, seconds, problem } = JSON.parse(ended.out);
    expect([status, problem.variables]).toEqual(['time-limit', variables]);
    expect(seconds.total).toBeGreaterThan(0.9);
    expect(seconds.total).toBeLessThan(3);
  });
});

describe.skipIf(process.platform === 'win32')('signals', () => {
  it.each([
    'SIGINT',
    'SIGTERM',
    'SIGHUP',
  ] as const)('%s while the file is read or the problem built ends with a .sol file and the start', async (name) => {
    rmSync(`${large}.sol`, { force: true });
    const ended = await run([large, '-AMPL', 'tol=1e-8'], (child) =>
      onceReading(child, () => child.kill(name)),
    );
    expect([ended.code, ended.signal]).toEqual([0, null]);
    expect(sol(large)).toMatchObject({ code: 403 });
    expect([0, variables]).toContain(sol(large).x.length);
  });

  /** Sends `names` once the solver iterates. */
  const interrupted = (names: readonly NodeJS.Signals[]) =>
    run(
      [
        'solve',
        `${long}.nl`,
        '--json',
        '--tol',
        '1e-300',
        '--option',
        'acceptable_iter=0',
        '--max-iter',
        '1000000',
      ],
      (child, err) => {
        const timer = setInterval(() => {
          if (!/^\s+3 /m.test(err())) return;
          clearInterval(timer);
          for (const name of names) child.kill(name);
        }, 20);
        child.on('close', () => clearInterval(timer));
      },
    );

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s while it iterates: the best point', async (name) => {
    const ended = await interrupted([name]);
    expect([ended.code, ended.signal]).toEqual([1, null]);
    const { status, solution, errors } = JSON.parse(ended.out);
    expect(status).toBe('interrupted');
    expect(Object.keys(solution)).toHaveLength(2000);
    expect(errors.primal).toBeLessThan(1e-6);
  });

  it('a second signal ends the process at once, as a shell expects it', async () => {
    const stubborn = await run([large, '-AMPL', 'tol=1e-8'], (child) =>
      onceReading(child, () => {
        // Close together: the second comes before the first is answered, or even before it.
        child.kill('SIGINT');
        child.kill('SIGTERM');
      }),
    );
    expect([128 + constants.signals.SIGINT, 128 + constants.signals.SIGTERM]).toContain(stubborn.code);
    expect(stubborn.out).toMatch(/^graybox [\d.]+:\ntol=1e-8\n$/);
    expect(readdirSync(folder).sort()).toEqual(['large.nl', 'large.sol', 'long.nl']);
  });
});

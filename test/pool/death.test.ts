import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { compiled } from '../../runtime/node/compiled.js';
import { SolverPool } from '../../runtime/node/pool.js';
import { programsOf } from '../../runtime/programs.js';
import { smallNetwork } from '../oracle/networks.js';
import { nearest } from './problem.js';

const solver = 'interior-point';
const large = smallNetwork(60, 300, 4);
const bound = (network = smallNetwork()) =>
  ({
    problem: nearest(0.5, network).model.problem(),
    boxes: [
      {
        kind: 'local',
        spec: { programs: programsOf(network), engine: 'reference', device: 'cpu', precision: 'f64' },
      },
    ],
    solver,
  }) as const;

describe('a solver thread that dies', () => {
  const pool = new SolverPool({ maxThreads: 1 });
  afterAll(() => pool.close());

  it('ends its solve with a status and the last point held; the next solve is right', async () => {
    const whole = await pool.solve(bound());
    expect(whole.result).toMatchObject({ status: 'optimal', kernels: ['wasm'] });
    let seen = 0;
    const { result, sizes } = await pool.solve(bound(large), {
      onIteration: ({ iteration }) => {
        seen = iteration;
        if (iteration === 2) void pool.threads[0]!.terminate();
      },
    });
    expect(result.status).toBe('evaluation-error');
    expect(result.message).toMatch(/the solver thread died \(worker exited with code/);
    expect(result.iterations).toBeGreaterThanOrEqual(2);
    expect(seen).toBeGreaterThanOrEqual(2);
    expect(Number.isFinite(result.objective)).toBe(true);
    expect(sizes.jacobianNonzeros).toBeGreaterThan(0);
    const next = await pool.solve(bound());
    expect(next.result.status).toBe('optimal');
    expect(next.result.x).toEqual(whole.result.x);
  });

  it('takes no solve along that waits for its turn', async () => {
    const whole = await pool.solve(bound());
    const first = pool.solve(bound(large), {
      onIteration: ({ iteration }) => {
        if (iteration === 2) void pool.threads[0]!.terminate();
      },
    });
    const waiting = [pool.solve(bound()), pool.solve(bound())];
    expect((await first).result.status).toBe('evaluation-error');
    for (const { result } of await Promise.all(waiting)) expect(result.x).toEqual(whole.result.x);
  });

  it('leaves the turn of a solve that is aborted while it waits', async () => {
    const controller = new AbortController();
    const [first, second, third] = [
      pool.solve(bound(large)),
      pool.solve(bound(), { signal: controller.signal }),
      pool.solve(bound()),
    ];
    controller.abort();
    const { status, message } = (await second).result;
    expect({ status, message }).toMatchObject({
      status: 'interrupted',
      message: expect.stringMatching(/while it waited for a thread/),
    });
    expect((await first).result.iterations).toBeGreaterThan(2);
    expect((await third).result.status).toBe('optimal');
  });
});

it('a thread that ends before it begins is replaced; where others end as well, so does the solve, and the next is right', async () => {
  const pool = new SolverPool({ maxThreads: 1 });
  try {
    const solving = pool.solve(bound());
    await Promise.resolve();
    await Promise.resolve();
    void pool.threads[0]!.terminate();
    expect((await solving).result.status).toBe('optimal');
    // Ended between solves: the next one meets a thread that is no more.
    void pool.threads[0]!.terminate();
    expect((await pool.solve(bound())).result.status).toBe('optimal');
    const killed = new Set<object>();
    const timer = setInterval(() => {
      const [thread] = pool.threads;
      if (thread === undefined || killed.has(thread)) return;
      killed.add(thread);
      void thread.terminate();
    }, 1);
    const { result } = await pool.solve(bound());
    clearInterval(timer);
    expect(result).toMatchObject({
      status: 'evaluation-error',
      message: expect.stringMatching(/^the solver thread died \(worker exited/),
    });
    expect((await pool.solve(bound())).result.status).toBe('optimal');
  } finally {
    await pool.close();
  }
});

/** Solves in a process that may open so many files from then on. */
function solvedWith(files: number, options: string): string {
  const index = compiled(new URL('../../any.ts', import.meta.url).href, './index.js').href;
  const helpers = compiled(new URL('./any.ts', import.meta.url).href, './problem.js').href;
  const script = `import { execFileSync } from 'node:child_process';
    import { solve } from '${index}'; import { nearest } from '${helpers}';
    const { model } = nearest(0.5);
    execFileSync('prlimit', ['--nofile=${files}:${files}', '--pid', String(process.pid)]);
    const told = (text) => process.stdout.write(text);
    await solve(model, ${options}).then(({ status, message }) => told(status + ': ' + message), ({ name, message }) => told(name + ': ' + message));`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    timeout: 100_000,
  }).stdout;
}

describe.skipIf(spawnSync('prlimit', ['--version']).status !== 0)('where few files may be open', () => {
  it.each([
    ['{ engine: "wasm" }', /^InputError: the solver thread cannot begin: too many open files; allow more/],
    [
      '{ engine: "onnx" }',
      /^(InputError|evaluation-error): the \w+ thread cannot begin: too many open files/,
    ],
  ])(
    'a thread cannot begin: %s',
    (options, line) => {
      // What a process has open differs a little: too few for a thread in any case.
      expect(solvedWith(8, options)).toMatch(line);
    },
    120_000,
  );
});

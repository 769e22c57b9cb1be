import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { compiled } from '../../runtime/node/compiled.js';
import { OracleHost } from '../../runtime/node/host.js';
import { SolverPool } from '../../runtime/node/pool.js';
import type { Watch } from '../../runtime/node/watch.js';
import { programsOf } from '../../runtime/programs.js';
import type { BoxBinding, ExecutableSpec } from '../../runtime/task.js';
import { InputError } from '../../src/core/errors.js';
import { Limits } from '../../src/core/limits.js';
import { type Fault, faulty } from '../oracle/faulty-host-thread.js';
import { smallNetwork } from '../oracle/networks.js';
import { nearest } from './problem.js';

const entry = compiled(new URL('../oracle/any.ts', import.meta.url).href, './faulty-host-thread.js');
const pool = new SolverPool({ maxThreads: 3 });
const hosts: OracleHost[] = [];
const start = (): OracleHost => {
  const host = new OracleHost(entry);
  hosts.push(host);
  return host;
};
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.terminate();
});
afterAll(() => pool.close());

const network = smallNetwork();
const problem = nearest(0.5, network).model.problem();
const solver = 'interior-point';
const well: ExecutableSpec = {
  programs: programsOf(network),
  engine: 'reference',
  device: 'cpu',
  precision: 'f64',
};
const never = { after: 9, does: 'spin' } as const;

/** Milliseconds within which a solve ends that is over by its limits. */
const late = 300;

/** Solves with the network in a host, as `solve` does. */
async function solveAt(host: OracleHost, spec: ExecutableSpec, watch: Watch = {}) {
  const { descriptor, detach } = await (await host.open(spec)).attach();
  const boxes: BoxBinding[] = [{ kind: 'mailbox', mailbox: descriptor }];
  try {
    return (await pool.solve({ problem, boxes, solver, options: { max_wall_time: 1e3 } }, watch)).result;
  } finally {
    detach();
  }
}

/** Aborts `wait` milliseconds after the row of iteration 3 and tells how long the solve took from there. */
async function aborted(host: OracleHost, spec: ExecutableSpec, wait = 150) {
  const controller = new AbortController();
  let begin = Number.NaN;
  const result = await solveAt(host, spec, {
    signal: controller.signal,
    onIteration: ({ iteration }) => {
      if (iteration !== 3) return;
      setTimeout(() => {
        begin = performance.now();
        controller.abort();
      }, wait);
    },
  });
  return { result, milliseconds: performance.now() - begin };
}

// Retried, as a busy machine may delay what is timed.
describe('a solve that waits for its oracle', { retry: 2 }, () => {
  const faults: Record<string, Fault> = {
    'is slow': { after: 4, order: 2, does: 'sleep', milliseconds: 17_000 },
    'never comes back': { after: 4, order: 2, does: 'spin' },
    'promises an answer that never comes': { after: 4, order: 2, does: 'hang' },
  };

  it.each(Object.entries(faults))('is interrupted when the host %s', async (_, fault) => {
    const { result, milliseconds } = await aborted(start(), faulty(network, fault));
    expect(result.status).toBe('interrupted');
    expect(milliseconds).toBeLessThan(late);
    expect(result.iterations).toBeGreaterThanOrEqual(3);
    expect(result.x.every(Number.isFinite)).toBe(true);
    expect(Number.isFinite(result.errors.primal)).toBe(true);
    expect(Number.isFinite(result.objective)).toBe(true);
  });

  it.each(Object.entries(faults))('ends at its time limit when the host %s', async (_, fault) => {
    const limits = new Limits({ seconds: 1.2 });
    const result = await solveAt(start(), faulty(network, fault), { limits });
    expect(result.status).toBe('time-limit');
    expect(result.message).toMatch(/1\.2 s/);
    expect(result.seconds.total).toBeGreaterThan(1.2);
    expect(limits.seconds).toBeLessThan(1.2 + late / 1000);
    expect(Number.isFinite(result.errors.primal)).toBe(true);
  });

  it('says nothing of a point where nothing was evaluated', async () => {
    const spec = faulty(network, { after: 0, does: 'hang' });
    const result = await solveAt(start(), spec, { limits: new Limits({ seconds: 0.5 }) });
    expect(result.status).toBe('time-limit');
    expect(result.x).toEqual(problem.variables.start);
    expect(result.errors.primal).toBeNaN();
  });

  it('takes what a quick host still says about its point', async () => {
    const { result } = await aborted(
      start(),
      faulty(network, { after: 4, order: 2, does: 'sleep', milliseconds: 20 }),
      0,
    );
    expect(result.status).toBe('interrupted');
    expect(Number.isFinite(result.errors.dual)).toBe(true);
  });
});

describe('a host that does not come back', () => {
  it('is replaced: other solves there go on and the next one works', async () => {
    const host = start();
    const bad = faulty(network, { after: 4, order: 2, does: 'spin' });
    const others = [solveAt(host, well)];
    const stopped = aborted(host, bad, 300);
    await new Promise((resolve) => setTimeout(resolve, 200));
    others.push(solveAt(host, well));
    expect((await stopped).result.status).toBe('interrupted');
    others.push(solveAt(host, well));
    for (const { status } of await Promise.all(others)) expect(status).toBe('optimal');
    expect(host.alive).toBe(true);
  });

  it('leaves solves at other hosts alone', async () => {
    const [one, other] = [start(), start()];
    const slow = faulty(network, { after: 0, does: 'sleep', milliseconds: 30 });
    const beside = solveAt(other, slow);
    expect((await aborted(one, faulty(network, never), 300)).result.status).toBe('interrupted');
    expect((await beside).status).toBe('optimal');
  });

  it('goes on when a network is no longer wanted that it never finishes opening', async () => {
    const host = start();
    const unwanted = new AbortController();
    const opening = host.open(faulty(network, { after: -1, does: 'spin' }), unwanted.signal);
    const failed = expect(opening).rejects.toThrow(/went on|nobody waits/);
    await new Promise((resolve) => setTimeout(resolve, 500));
    unwanted.abort();
    expect((await solveAt(host, well)).status).toBe('optimal');
    await failed;
  });

  it('keeps its thread where it answers in time', async () => {
    const host = start();
    const spec = faulty(network, { after: 4, order: 2, does: 'sleep', milliseconds: 500 });
    const hosted = await host.open(well);
    await hosted.evaluate(0, new Float64Array(4));
    expect((await aborted(host, spec)).result.status).toBe('interrupted');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    // The same thread: it still knows its counts.
    expect(await hosted.statistics()).toMatchObject({ values: 1 });
  });

  it('can be closed', async () => {
    const host = start();
    const { descriptor } = await (await host.open(faulty(network, never))).attach();
    const boxes: BoxBinding[] = [{ kind: 'mailbox', mailbox: descriptor }];
    const limits = new Limits({ seconds: 0.5 });
    await pool.solve({ problem, boxes, solver }, { limits });
    const begin = performance.now();
    await host.close();
    expect(performance.now() - begin).toBeLessThan(3000);
    expect(host.alive).toBe(false);
  });
});

describe('a failure inside a host', () => {
  const failing = (name: string) => solveAt(start(), faulty(network, { after: 6, does: 'throw', name }));

  it('ends the solve with its kind and its place', async () => {
    expect(await failing('Error')).toMatchObject({
      status: 'evaluation-error',
      message: expect.stringMatching(/faulty engine failed: device lost.*small/),
    });
    expect(await failing('EvaluationError')).toMatchObject({
      status: 'evaluation-error',
      message: expect.stringMatching(/no number.*layer 'log_1'/),
    });
    for (const name of ['OutOfMemoryError', 'RangeError'])
      expect(await failing(name)).toMatchObject({
        status: 'out-of-memory',
        message: expect.stringMatching(/small.*(7 GiB|allocation failed)/),
      });
    await expect(failing('InputError')).rejects.toThrow(InputError);
    await expect(failing('InputError')).rejects.toThrow(/layer 'relu_3'/);
  });

  it('keeps the kind when a network is opened', async () => {
    const open = (name: string) => start().open(faulty(network, { after: -1, does: 'throw', name }));
    await expect(open('InputError')).rejects.toThrow(InputError);
    await expect(open('OutOfMemoryError')).rejects.toMatchObject({ name: 'OutOfMemoryError' });
    await expect(open('EvaluationError')).rejects.toMatchObject({ where: "layer 'log_1'", fatal: true });
  });

  it('that ends its thread is an evaluation error with the best point', async () => {
    const result = await solveAt(start(), faulty(network, { after: 9, does: 'crash' }));
    expect(result.status).toBe('evaluation-error');
    expect(result.message).toMatch(/oracle thread ended/);
    expect(Number.isFinite(result.errors.primal)).toBe(true);
  });
});

describe('a solver thread that does not come back', { retry: 2 }, () => {
  const large = smallNetwork(300, 2000, 4);
  const boxes: BoxBinding[] = [
    {
      kind: 'local',
      spec: { programs: programsOf(large), engine: 'reference', device: 'cpu', precision: 'f64' },
    },
  ];
  const task = { problem: nearest(0.5, large).model.problem(), boxes, solver } as const;

  it('is ended at the time limit, with the last point it told', async () => {
    const limits = new Limits({ seconds: 2 });
    const { result, sizes } = await pool.solve(task, { limits });
    expect(result.status).toBe('time-limit');
    expect(limits.seconds).toBeLessThan(2 + (2 * late) / 1000);
    expect(sizes.variables).toBe(304);
  });

  it('is ended when the solve is aborted, and the pool goes on', async () => {
    const begin = performance.now();
    const { result } = await pool.solve(task, { signal: AbortSignal.timeout(700) });
    expect(result.status).toBe('interrupted');
    expect(performance.now() - begin).toBeLessThan(700 + 2 * late);
    const small = { problem, boxes: [{ kind: 'local', spec: well } as const], solver } as const;
    expect((await pool.solve(small)).result.status).toBe('optimal');
  });

  it('may still be waiting for a thread', async () => {
    const one = new SolverPool({ maxThreads: 1 });
    const first = one.solve(task, { limits: new Limits({ seconds: 3 }) });
    const limits = new Limits({ seconds: 0.5 });
    const { result } = await one.solve(task, { limits });
    expect(result.status).toBe('time-limit');
    expect(limits.seconds).toBeLessThan(1);
    expect((await first).result.status).toBe('time-limit');
    await one.close();
  });
});

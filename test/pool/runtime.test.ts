import { afterAll, describe, expect, it } from 'vitest';
import { InputError, openOracle, openRuntime, solve } from '../../index.js';
import { compiled } from '../../runtime/node/compiled.js';
import { Runtime } from '../../runtime/node/runtime.js';
import { faultyNetwork } from '../oracle/faulty-host-thread.js';
import { smallNetwork } from '../oracle/networks.js';
import { nearest } from './problem.js';

const hostEntry = compiled(new URL('../oracle/any.ts', import.meta.url).href, './faulty-host-thread.js');
const faulty = new Runtime({}, { hostEntry });
afterAll(() => faulty.close());

const network = smallNetwork();
const point = [0.1, 0.2, 0.3, 0.4];

describe('a runtime', () => {
  it('solves and computes apart from others', async () => {
    await using one = openRuntime({ threads: 1 });
    const other = openRuntime();
    expect((await solve(nearest(0.5).model, { runtime: one, engine: 'onnx' })).status).toBe('optimal');
    const oracle = await openOracle(network, { runtime: other });
    const y = await oracle.value(point);
    await other.close();
    await expect(oracle.value(point)).rejects.toThrow(/ended/);
    const here = await openOracle(network, { runtime: one });
    expect(await here.value(point)).toEqual(y);
  });

  it('lets solves wait for its threads, and closes after them', async () => {
    const runtime = openRuntime({ threads: 1 });
    const solves = [0.4, 0.5, 0.6].map((target) => solve(nearest(target).model, { runtime, engine: 'wasm' }));
    await new Promise(setImmediate);
    await runtime.close();
    for (const { status } of await Promise.all(solves)) expect(status).toBe('optimal');
    await expect(solve(nearest(0.5).model, { runtime })).rejects.toThrow(/runtime was closed/);
    await expect(openOracle(network, { runtime })).rejects.toThrow(InputError);
  });

  it('spreads networks over the hosts of a device', { retry: 2 }, async () => {
    await using runtime = new Runtime({ hosts: 2 }, { hostEntry });
    const slow = { after: 0, does: 'sleep', milliseconds: 400 } as const;
    const oracles = await Promise.all(
      [1, 2].map((k) =>
        openOracle(faultyNetwork(smallNetwork(4, 5 + k), slow), { runtime, engine: 'reference' }),
      ),
    );
    const begin = performance.now();
    await Promise.all(oracles.map((oracle) => oracle.value(point)));
    expect(performance.now() - begin).toBeLessThan(750);
  });

  it('keeps its threads to their memory', async () => {
    await using runtime = openRuntime({ threads: 1, memory: 24 });
    const { model } = nearest(0.5);
    for (let k = 0; k < 600_000; k++) model.variable(`a name that takes room ${k}`, {});
    expect((await solve(model, { runtime, engine: 'wasm' })).status).toBe('out-of-memory');
  });

  it.each([{ threads: 0 }, { hosts: 1.5 }, { memory: Number.NaN }])('refuses %o', (options) => {
    expect(() => openRuntime(options)).toThrow(InputError);
    expect(() => openRuntime(options)).toThrow(new RegExp(Object.keys(options)[0]!));
  });
});

// Retried, as a busy machine may delay what is timed.
describe('solve', { retry: 2 }, () => {
  const engine = 'onnx';
  const options = { runtime: faulty, engine } as const;
  const problem = (fault: Parameters<typeof faultyNetwork>[1]) =>
    nearest(0.5, faultyNetwork(network, fault)).model;

  it('counts its time limit from the call and ends by it when its host is silent', async () => {
    const begin = performance.now();
    const late = await solve(problem({ after: 9, does: 'hang' }), { ...options, max_wall_time: 1 });
    expect(late.status).toBe('time-limit');
    expect(performance.now() - begin).toBeLessThan(1300);
    expect(late.seconds.total).toBeGreaterThan(1);
    expect(late.iterations).toBeGreaterThan(0);
    const { total, build, oracle, linear, other } = late.seconds;
    expect(build).toBeGreaterThan(0);
    expect(build + oracle + linear + other).toBeCloseTo(total, 9);
  });

  it('can be aborted and stopped while a network is opened', async () => {
    const fault = { after: -1, does: 'spin' } as const;
    const begin = performance.now();
    const signal = AbortSignal.timeout(400);
    const stopped = await solve(problem(fault), { ...options, signal });
    expect(stopped.status).toBe('interrupted');
    expect(performance.now() - begin).toBeLessThan(700);
    expect(stopped.x.every(Number.isFinite)).toBe(true);
    const late = await solve(problem(fault), { ...options, max_wall_time: 0.3 });
    expect(late.status).toBe('time-limit');
    expect(late.errors.primal).toBeNaN();
  });

  it('works on the same device afterwards', async () => {
    const { status, network: summary } = await solve(nearest(0.5).model, options);
    expect(status).toBe('optimal');
    expect({ ...summary }).toMatchObject({ engine });
  });

  it('tells errors of the host by their kind', async () => {
    const failing = (name: string) => solve(problem({ after: -1, does: 'throw', name }), options);
    await expect(failing('InputError')).rejects.toThrow(InputError);
    expect(await failing('OutOfMemoryError')).toMatchObject({ status: 'out-of-memory' });
    expect(await failing('RangeError')).toMatchObject({ status: 'out-of-memory' });
    expect(await failing('EvaluationError')).toMatchObject({
      status: 'evaluation-error',
      message: expect.stringMatching(/no number/),
    });
  });
});

import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openRuntime, solve } from '../../index.js';
import { compiled } from '../../runtime/node/compiled.js';
import type { Runtime } from '../../runtime/node/runtime.js';
import { whileShort } from '../../runtime/node/spare.js';
import { nearest } from './problem.js';

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const identities = (runtime: Runtime): number[] =>
  runtime.threads.map((thread) => (thread as Worker).threadId);

describe('what is idle', () => {
  it('is given back while memory is short, and only then', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const free = vi.spyOn(process, 'availableMemory').mockReturnValue(1e15);
    await using runtime = openRuntime({ threads: 1 });
    const { model } = nearest(0.5);
    const answer = await solve(model, { runtime, engine: 'onnx' });
    expect(answer.status).toBe('optimal');
    const first = identities(runtime);
    expect(first).toHaveLength(1);
    vi.advanceTimersByTime(60_000);
    await solve(model, { runtime, engine: 'onnx' });
    expect(identities(runtime)).toEqual(first);
    free.mockReturnValue(1);
    // A solve under way keeps its thread.
    const seen: number[][] = [];
    const during = await solve(model, {
      runtime,
      engine: 'onnx',
      onIteration: () => {
        vi.advanceTimersByTime(60_000);
        seen.push(identities(runtime));
      },
    });
    expect(during.objective).toBe(answer.objective);
    expect(new Set(seen.flat())).toEqual(new Set(first));
    vi.advanceTimersByTime(60_000);
    expect(identities(runtime)).toEqual([]);
    expect((await solve(model, { runtime, engine: 'onnx' })).objective).toBe(answer.objective);
    expect(identities(runtime)).toHaveLength(1);
  });

  it('is looked at until nobody wants that', () => {
    vi.useFakeTimers();
    vi.spyOn(process, 'availableMemory').mockReturnValue(1);
    const shrink = vi.fn();
    const end = whileShort(shrink);
    vi.advanceTimersByTime(60_000);
    expect(shrink).toHaveBeenCalled();
    end();
    shrink.mockClear();
    vi.advanceTimersByTime(60_000);
    expect(shrink).not.toHaveBeenCalled();
  });

  it('keeps no arrays that it no longer uses, and goes on', async () => {
    const spare = JSON.stringify(compiled(import.meta.url, '../../runtime/node/spare.js').href);
    const worker = new Worker(
      `const { parentPort } = require('node:worker_threads');
       let array = new Float64Array(2e7).fill(1);
       import(${spare}).then(({ idle }) => {
         parentPort.on('message', (order) => {
           if (order === 'drop') {
             array = undefined;
             idle();
           }
           parentPort.postMessage(process.memoryUsage().external);
         });
       });`,
      { eval: true },
    );
    const ask = (order: string): Promise<number> =>
      new Promise((resolve) => {
        worker.once('message', resolve);
        worker.postMessage(order);
      });
    expect(await ask('?')).toBeGreaterThan(1.6e8);
    expect(await ask('drop')).toBeGreaterThan(1.6e8);
    await vi.waitFor(async () => expect(await ask('?')).toBeLessThan(2e7), {
      timeout: 15_000,
      interval: 300,
    });
    for (let k = 0; k < 3; k++) expect(await ask('?')).toBeLessThan(2e7);
    await worker.terminate();
  }, 20_000);
});

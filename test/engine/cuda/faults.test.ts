import { describe, expect, it } from 'vitest';
import { EvaluationError, InputError } from '../../../src/core/errors.js';
import { derive } from '../../../src/derive/derive.js';
import { CudaError } from '../../../src/engine/cuda/cuda.js';
import type { KernelCache } from '../../../src/engine/cuda/device.js';
import { cudaEngineOver } from '../../../src/engine/cuda/engine.js';
import { referenceEngine } from '../../../src/engine/reference/engine.js';
import { LocalBox } from '../../../src/oracle/local.js';
import { evaluated, evaluatedAll, expectClose, pointOf } from '../contract.js';
import { chain } from '../networks.js';
import { FakeCuda } from './fake.js';

const network = chain([5, 7, 6, 3], { softmax: true });
const programs = derive(network);
const options = { precision: 'f64', device: 'cuda' } as const;
const point = pointOf(network);
const right = async () =>
  evaluated(await referenceEngine.compile(programs, { precision: 'f64', device: 'cpu' }), 2, point);

function card(total?: number, cache?: KernelCache) {
  const fake = new FakeCuda(total);
  return { fake, engine: cudaEngineOver(async () => fake, cache) };
}
const expectEmpty = (fake: FakeCuda): void => {
  expect([fake.blocks.size, fake.pinned.size, fake.graphs.size]).toEqual([0, 0, 0]);
};

describe('memory of the card', () => {
  it('holds weights once for each precision, whoever uses them, and is given back', async () => {
    const { fake, engine } = card();
    const one = await engine.compile(programs, options);
    const afterOne = fake.used;
    expect(one.cardBytes).toBe(afterOne);
    const uploads = (): number => fake.log.filter((call) => call === 'upload').length;
    const before = uploads();
    expect(before).toBeGreaterThan(3);
    const two = await engine.compile(programs, options);
    expect(uploads()).toBe(before);
    const single = await engine.compile(programs, { ...options, precision: 'f32' });
    expect(uploads()).toBe(2 * before);
    await one.dispose();
    expectClose((await evaluated(two, 2, point)).H, (await right()).H, 1e-10);
    await two.dispose();
    await single.dispose();
    expect(afterOne).toBeGreaterThan(8 * network.parameters);
    expectEmpty(fake);
  });

  it('is reused as soon as numbers are no longer needed', async () => {
    const deep = chain([4, ...new Array<number>(12).fill(40), 2]);
    const { fake, engine } = card();
    const executable = await engine.compile(derive(deep), options);
    // Tangents of 12 layers are needed for H to the end, values and slopes are not.
    const numbers = 8 * (deep.parameters + 12 * 40 * 5 * 3);
    expect(fake.used).toBeLessThan(4 * numbers);
    await executable.dispose();
    expectEmpty(fake);
  });

  it.each([
    1, 2, 3, 5, 8, 13,
  ])('is given back where allocation %i fails, which says how much was asked and free', async (k) => {
    const { fake, engine } = card();
    let count = 0;
    fake.interfere = (call) => {
      if (call === 'allocate' && ++count === k) throw new CudaError('cuMemAlloc', 'out of memory', true);
    };
    const compiling = engine.compile(programs, options);
    await expect(compiling).rejects.toThrow(EvaluationError);
    await expect(compiling).rejects.toThrow(
      /^engine cuda: out of device memory for \w+: [\d.]+ MiB asked for; \d+ MiB of 1024 MiB are free on Fake 100; use precision f32 or device cpu$/,
    );
    expectEmpty(fake);
    fake.interfere = () => {};
    const executable = await engine.compile(programs, options);
    expectClose((await evaluated(executable, 2, point)).H, (await right()).H, 1e-10);
    await executable.dispose();
  });

  it('that does not suffice for many points fails that call alone', async () => {
    const { fake, engine } = card(50_000);
    const executable = await engine.compile(programs, options);
    const many = Array.from({ length: 64 }, (_, k) => pointOf(network, k));
    await expect(evaluatedAll(executable, 2, many)).rejects.toThrow(/out of device memory/);
    expectClose((await evaluated(executable, 2, point)).H, (await right()).H, 1e-10);
    await executable.dispose();
    expectEmpty(fake);
  });
});

describe('a card that is lost', () => {
  it('fails the solve for good, and gives back what is on the host', async () => {
    const { fake, engine } = card();
    const executable = await engine.compile(programs, options);
    await evaluated(executable, 2, point);
    fake.interfere = (call) => {
      if (call !== 'unpin') throw new CudaError('cuGraphLaunch', 'CUDA_ERROR_ILLEGAL_ADDRESS');
    };
    const failing = evaluated(executable, 2, point);
    await expect(failing).rejects.toMatchObject({
      name: 'EvaluationError',
      fatal: true,
      message: 'engine cuda: Fake 100 failed (cuGraphLaunch: CUDA_ERROR_ILLEGAL_ADDRESS)',
    });
    await executable.dispose();
    expect(fake.pinned.size).toBe(0);
  });

  it('hands on numbers that are none, which a solver takes as a step too long', async () => {
    const { engine } = card();
    const executable = await engine.compile(programs, options);
    const { y } = await evaluated(executable, 2, { ...point, x: point.x.map(() => Number.NaN) });
    expect(y.every(Number.isNaN)).toBe(true);
    expectClose((await evaluated(executable, 2, point)).H, (await right()).H, 1e-10);
    await executable.dispose();
  });
});

describe('graphs', () => {
  it('are recorded once for each program and number of points', async () => {
    const { fake, engine } = card();
    const executable = await engine.compile(programs, options);
    const captures = (): number => fake.log.filter((call) => call === 'capture').length;
    expect(captures()).toBe(3);
    for (let k = 0; k < 5; k++) await evaluated(executable, 2, point);
    expect(captures()).toBe(3);
    const questions = [1, 2, 3].map((seed) => pointOf(network, seed));
    for (let k = 0; k < 3; k++) await evaluatedAll(executable, 1, questions);
    expect(captures()).toBe(4);
    const from = fake.log.length;
    await evaluated(executable, 2, point);
    expect(fake.log.slice(from)).toEqual(['replay', 'synchronize']);
    await executable.dispose();
    expectEmpty(fake);
  });

  it('are not replayed after they were disposed', async () => {
    const { engine } = card();
    const executable = await engine.compile(programs, options);
    await executable.dispose();
    await executable.dispose();
    await expect(evaluated(executable, 0, point)).rejects.toThrow(/executable was disposed/);
  });

  it('are not asked by a solver in its own thread, which could not wait for them', async () => {
    const { engine } = card();
    const box = new LocalBox(await engine.compile(programs, options));
    const slot = box.slot();
    expect(() => box.evaluate(0, [slot])).toThrow(/asynchronous: it needs the oracle host thread/);
  });
});

describe('kernels', () => {
  it('are compiled once for a program, and not for another number of points of the same structure', async () => {
    const { fake, engine } = card();
    const executable = await engine.compile(programs, options);
    const twin = await engine.compile(programs, options);
    const compiled = fake.compiled;
    await twin.dispose();
    const questions = Array.from({ length: 9 }, (_, k) => pointOf(network, k));
    await evaluatedAll(executable, 2, questions.slice(0, 2));
    const forTwo = fake.compiled;
    for (const count of [3, 5, 9]) await evaluatedAll(executable, 2, questions.slice(0, count));
    expect(compiled).toBeLessThanOrEqual(3);
    expect(fake.compiled).toBe(forTwo);
    await executable.dispose();
  });

  it('are taken from the cache by a second process', async () => {
    const files = new Map<string, Uint8Array>();
    const cache: KernelCache = {
      read: (key) => files.get(key),
      write: (key, binary) => void files.set(key, binary),
    };
    const [first, second] = [card(undefined, cache), card(undefined, cache)];
    await (await first.engine.compile(programs, options)).dispose();
    expect(first.fake.compiled).toBeGreaterThan(0);
    const executable = await second.engine.compile(programs, options);
    expect(second.fake.compiled).toBe(0);
    expectClose((await evaluated(executable, 2, point)).H, (await right()).H, 1e-10);
  });

  it('that do not compile are told in one line', async () => {
    const { fake, engine } = card();
    fake.interfere = (call) => {
      if (call === 'compile') throw new CudaError('nvrtcCompileProgram', 'graybox.cu(3): error: no');
    };
    await expect(engine.compile(programs, options)).rejects.toThrow(
      /^engine cuda: Fake 100 failed \(nvrtcCompileProgram: graybox\.cu\(3\): error: no\)$/,
    );
    expectEmpty(fake);
  });
});

describe('what is missing', () => {
  it('is told by available, and may be there at the next try', async () => {
    let there = false;
    const engine = cudaEngineOver(async () => {
      if (!there) throw new InputError('engine cuda: cublas is missing; pip install nvidia-cublas');
      return new FakeCuda();
    });
    expect(await engine.available()).toBe('engine cuda: cublas is missing; pip install nvidia-cublas');
    await expect(engine.compile(programs, options)).rejects.toThrow(InputError);
    expect(await engine.available('cpu')).toMatch(/engine cuda has no device 'cpu'; it has cuda/);
    there = true;
    expect(await engine.available()).toBe(true);
  });
});

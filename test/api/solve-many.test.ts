import { afterAll, describe, expect, it } from 'vitest';
import {
  InputError,
  type ManyItem,
  Model,
  openRuntime,
  power,
  shutdown,
  solve,
  solveMany,
  subtract,
} from '../../index.js';
import { smallNetwork } from '../oracle/networks.js';
import { nearest } from '../pool/problem.js';

afterAll(shutdown);

const network = smallNetwork();
const problem = (k: number): Model => nearest(0.4 + 0.02 * k, network).model;
const items = (count: number): ManyItem[] =>
  Array.from({ length: count }, (_, k) => ({ key: `${k}`, model: () => problem(k) }));
const quick = { engine: 'onnx', tol: 1e-8 } as const;

describe('a list of models', () => {
  it('needs no keys: names tell them apart', async () => {
    const models = ['a', 'b', 'a'].map((name, k) => {
      const model = new Model(name);
      const x = model.variable('x');
      model.minimize(power(subtract(x, k), 2));
      return { model, x };
    });
    const outcomes = await solveMany(models.map(({ model }) => model));
    expect(outcomes.map(({ key }) => key)).toEqual(['a', 'b', 'a#2']);
    outcomes.forEach(({ solution }, k) => {
      expect(solution!.value(models[k]!.x)).toBeCloseTo(k, 6);
    });
  });
});

describe('solveMany', () => {
  it('answers what single solves answer, in the order of the list, several at a time on one host', async () => {
    await using runtime = openRuntime({ threads: 4 });
    const ended: string[] = [];
    const outcomes = await solveMany(items(8), {
      runtime,
      options: quick,
      onEnd: ({ key }, { ended: count, total }) => {
        ended.push(key);
        expect([count, total]).toEqual([ended.length, 8]);
      },
    });
    expect(outcomes.map(({ key }) => key)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
    expect([...ended].sort()).toEqual(outcomes.map(({ key }) => key));
    for (const [k, { solution }] of outcomes.entries()) {
      const alone = await solve(problem(k), quick);
      expect(solution!.status).toBe('optimal');
      expect(solution!.iterations).toBe(alone.iterations);
      for (const [i, xi] of alone.x.entries()) expect(solution!.x[i]).toBeCloseTo(xi, 9);
    }
  });

  it('goes on where one fails to be built or is a mistake', async () => {
    const broken: ManyItem[] = [
      { key: 'good', model: problem(1) },
      {
        key: 'unbuilt',
        model: () => {
          throw new Error('no such image');
        },
      },
      { key: 'mistaken', model: problem(2), options: { tol: -1 } },
      { key: 'no model', model: 3 as never },
      { key: 'cut short', model: problem(3), options: { max_iter: 1 } },
      { key: 'last', model: problem(4) },
    ];
    const outcomes = await solveMany(broken, { concurrency: 2, options: { engine: 'reference' } });
    expect(outcomes.map(({ key, solution, error }) => [key, solution?.status ?? error!.message])).toEqual([
      ['good', 'optimal'],
      ['unbuilt', 'no such image'],
      ['mistaken', expect.stringMatching(/tol/)],
      ['no model', expect.stringMatching(/not a Model/)],
      ['cut short', 'iteration-limit'],
      ['last', 'optimal'],
    ]);
  });

  it('interrupts what runs and begins nothing more after an abort', async () => {
    const abort = new AbortController();
    const slow = smallNetwork(60, 300, 4);
    const built: number[] = [];
    const outcomes = await solveMany(
      Array.from({ length: 5 }, (_, k) => ({
        key: `${k}`,
        model: () => {
          built.push(k);
          if (k === 1) setTimeout(() => abort.abort(), 300);
          return nearest(0.3 + 0.1 * k, slow).model;
        },
      })),
      { concurrency: 2, signal: abort.signal, options: { engine: 'reference' } },
    );
    expect(built).toEqual([0, 1]);
    expect(outcomes.map(({ solution }) => solution!.status)).toEqual(['interrupted', 'interrupted']);
  });

  it('opens threads of its own for more at a time than the process has', async () => {
    const outcomes = await solveMany(items(6), { concurrency: 40, options: { engine: 'reference' } });
    expect(outcomes.every(({ solution }) => solution?.status === 'optimal')).toBe(true);
  });

  it('throws what its listener throws, once running solves have ended', async () => {
    const listening = solveMany(items(6), {
      concurrency: 2,
      options: { engine: 'reference' },
      onEnd: () => {
        throw new Error('disk full');
      },
    });
    await expect(listening).rejects.toThrow('disk full');
  });

  it('refuses lists and options that are mistakes', async () => {
    const model = problem(0);
    await expect(solveMany(5 as never)).rejects.toThrow(InputError);
    await expect(solveMany([null as never])).rejects.toThrow(/item 0 is null/);
    await expect(solveMany([{ key: '', model }])).rejects.toThrow(/item 0: key needs a name/);
    const twice = [
      { key: 'a', model },
      { key: 'a', model },
    ];
    await expect(solveMany(twice)).rejects.toThrow(/item 1: key 'a' is there twice/);
    for (const concurrency of [0, 1.5, Number.NaN])
      await expect(solveMany([], { concurrency })).rejects.toThrow(/concurrency/);
    await using runtime = openRuntime({ threads: 1 });
    await expect(solveMany([], { runtime, concurrency: 3 })).rejects.toThrow(
      /openRuntime\(\{ threads: 3 \}\)/,
    );
    expect(await solveMany([])).toEqual([]);
  });
});

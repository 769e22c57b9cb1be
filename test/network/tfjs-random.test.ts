import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { readTfjs } from '../../runtime/node/read-tfjs.js';
import { InputError } from '../../src/core/errors.js';
import { tolerances } from '../tolerances.js';
import { forward } from './forward.js';
import { point, predict, randomize, saveModel } from './tfjs.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const { layers } = tf;
const activation = fc.constantFrom(
  'linear',
  'tanh',
  'sigmoid',
  'relu',
  'softmax',
  'softplus',
  'elu',
  'swish',
  'gelu',
);
const width = fc.integer({ min: 1, max: 5 });

interface Step {
  readonly kind: 'dense' | 'normalize' | 'join' | 'combine' | 'drop' | 'rows';
  readonly width: number;
  readonly activation: string;
  readonly from: number;
  readonly with: number;
}

/** One step of a random network: from the tensors so far (all of rank 1) to one more. */
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom<Step['kind']>('dense', 'normalize', 'join', 'combine', 'drop', 'rows'),
  width,
  activation,
  from: fc.nat(),
  with: fc.nat(),
});

function build(inputs: readonly number[], steps: readonly Step[]): tf.LayersModel {
  const sources = inputs.map((size) => tf.input({ shape: [size] }));
  const tensors: tf.SymbolicTensor[] = [...sources];
  for (const { kind, width, activation, from, with: other } of steps) {
    const u = tensors[from % tensors.length]!;
    const v = tensors[other % tensors.length]!;
    const size = u.shape[1]!;
    const dense = (units: number) => layers.dense({ units, activation: activation as 'tanh' });
    const next = {
      dense: () => dense(width).apply(u),
      normalize: () => layers.batchNormalization().apply(u),
      join: () => layers.concatenate().apply([u, v]),
      combine: () => layers.multiply().apply([u, dense(size).apply(v) as tf.SymbolicTensor]),
      drop: () => layers.dropout({ rate: 0.3 }).apply(u),
      rows: () =>
        layers
          .flatten()
          .apply(
            dense(width).apply(layers.reshape({ targetShape: [size, 1] }).apply(u)) as tf.SymbolicTensor,
          ),
    }[kind]();
    tensors.push(next as tf.SymbolicTensor);
  }
  // Every source must be used: tfjs refuses dangling inputs only later.
  const end = layers.concatenate().apply([tensors.at(-1)!, ...sources]) as tf.SymbolicTensor;
  return tf.model({ inputs: sources, outputs: [layers.dense({ units: 2 }).apply(end) as tf.SymbolicTensor] });
}

describe('random architectures', () => {
  it('are read as tfjs computes them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(width, { minLength: 1, maxLength: 3 }),
        fc.array(step, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 64 }),
        async (inputs, steps, shard) => {
          const model = build(inputs, steps);
          randomize(model, shard);
          const network = readTfjs(await saveModel(model, { shard }));
          expect(network.parameters).toBe(model.countParams());
          const x = point(network.inputSize, 1);
          const expected = predict(model, x);
          forward(network, x).forEach((value, i) => {
            const error = Math.abs(value - expected[i]!) / Math.max(1, Math.abs(expected[i]!));
            expect(error).toBeLessThan(tolerances.f32);
          });
          model.dispose();
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('damaged files', () => {
  const save = async (shard: number): Promise<string> => {
    const [a, b] = [tf.input({ shape: [3] }), tf.input({ shape: [3] })];
    const inner = tf.sequential({
      layers: [layers.dense({ units: 3, inputShape: [3], activation: 'tanh' })],
    });
    const [u, v] = [inner.apply(a), inner.apply(b)] as [tf.SymbolicTensor, tf.SymbolicTensor];
    const w = layers.batchNormalization().apply(layers.concatenate().apply([u, v])) as tf.SymbolicTensor;
    const model = tf.model({
      inputs: [a, b],
      outputs: layers.softmax().apply(layers.dense({ units: 2 }).apply(w)) as tf.SymbolicTensor,
    });
    randomize(model);
    return saveModel(model, { shard });
  };
  /** Whether the network can be read; anything thrown must be an InputError of one line that names the file. */
  const readable = (folder: string): boolean => {
    try {
      readTfjs(folder);
      return true;
    } catch (error) {
      expect(error, String((error as Error).stack)).toBeInstanceOf(InputError);
      expect((error as Error).message).not.toContain('\n');
      expect((error as Error).message).toContain(join(folder, 'model.json'));
      return false;
    }
  };

  it('a shard cut anywhere is an input error', async () => {
    const folder = await save(40);
    const shards = readdirSync(folder).filter((name) => name.endsWith('.bin'));
    fc.assert(
      fc.property(fc.constantFrom(...shards), fc.nat(), (name, keep) => {
        const file = join(folder, name);
        const bytes = readFileSync(file);
        truncateSync(file, keep % bytes.length);
        try {
          expect(() => readTfjs(folder)).toThrow(InputError);
          expect(() => readTfjs(folder)).toThrow(/truncated: \d+ bytes, the manifest needs \d+/);
        } finally {
          writeFileSync(file, bytes);
        }
      }),
    );
  });

  it('a model.json cut anywhere is an input error', async () => {
    const folder = await save(1000);
    const file = join(folder, 'model.json');
    const text = readFileSync(file, 'utf8');
    fc.assert(
      fc.property(fc.nat({ max: text.length - 1 }), (keep) => {
        writeFileSync(file, text.slice(0, keep));
        expect(() => readTfjs(folder)).toThrow(InputError);
      }),
    );
  });

  it('any value of model.json may be wrong without a crash', async () => {
    const folder = await save(1000);
    const file = join(folder, 'model.json');
    const text = readFileSync(file, 'utf8');
    const places: [object, string][] = [];
    const visit = (json: unknown): void => {
      if (typeof json !== 'object' || json === null) return;
      for (const [key, value] of Object.entries(json)) {
        places.push([json, key]);
        visit(value);
      }
    };
    const json = JSON.parse(text);
    visit(json);
    const wrong = fc.constantFrom<unknown>(
      null,
      undefined,
      -1,
      0,
      0.5,
      1,
      7,
      1e300,
      '',
      'x',
      [],
      {},
      [[]],
      [null],
      true,
      'Dense',
      '__proto__',
      { class_name: 'Model' },
    );
    let refused = 0;
    fc.assert(
      fc.property(fc.nat({ max: places.length - 1 }), wrong, (k, value) => {
        const [parent, key] = places[k]! as [Record<string, unknown>, string];
        const kept = parent[key];
        parent[key] = value;
        writeFileSync(file, JSON.stringify(json));
        parent[key] = kept;
        if (!readable(folder)) refused++;
      }),
      { numRuns: 1500 },
    );
    expect(refused).toBeGreaterThan(300);
  });
});

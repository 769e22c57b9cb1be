import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';

/** A fresh folder for files a test writes. */
export const freshFolder = (): string => mkdtempSync(join(tmpdir(), 'graybox-model-'));

/** Saves a model as tfjs does, its weights cut into shards of `shard` bytes. Returns the folder. */
export async function saveModel(
  model: tf.LayersModel,
  { shard = 4 * 2 ** 20, folder = freshFolder() } = {},
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      const bytes = Buffer.from(tf.io.CompositeArrayBuffer.join(artifacts.weightData));
      const count = Math.max(1, Math.ceil(bytes.length / shard));
      const paths = Array.from({ length: count }, (_, k) => `group1-shard${k + 1}of${count}.bin`);
      for (const [k, path] of paths.entries()) {
        writeFileSync(join(folder, path), bytes.subarray(k * shard, (k + 1) * shard));
      }
      const { modelTopology, format, generatedBy, weightSpecs } = artifacts;
      const weightsManifest = [{ paths, weights: weightSpecs }];
      const json = { modelTopology, format, generatedBy, convertedBy: null, weightsManifest };
      writeFileSync(join(folder, 'model.json'), JSON.stringify(json));
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' as const } };
    }),
  );
  return folder;
}

/** tfjs's own answer at one point: inputs and outputs flattened and concatenated, as a Network has them. */
export function predict(model: tf.LayersModel, x: readonly number[]): number[] {
  return tf.tidy(() => {
    let at = 0;
    const inputs = model.inputs.map(({ shape }) => {
      const batch = [1, ...shape.slice(1)] as number[];
      const size = batch.reduce((product, length) => product * length, 1);
      at += size;
      return tf.tensor(x.slice(at - size, at), batch);
    });
    const y = model.predict(inputs.length === 1 ? inputs[0]! : inputs);
    return [y].flat().flatMap((tensor) => Array.from(tensor.dataSync()));
  });
}

/** Replaces every weight by reproducible numbers around 0 (around 1 where they must be positive). */
export function randomize(model: tf.LayersModel, seed = 1, spread = 0.7): void {
  let state = seed >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const values = model.weights.map(({ originalName, shape }) => {
    const positive = /variance|gamma/.test(originalName);
    const size = (shape as number[]).reduce((product, length) => product * length, 1);
    const numbers = Array.from({ length: size }, () => (positive ? 0.5 + next() : spread * (2 * next() - 1)));
    return tf.tensor(numbers, shape as number[]);
  });
  model.setWeights(values);
  tf.dispose(values);
}

/** `size` reproducible numbers in [−scale, scale]. */
export const point = (size: number, scale = 2): number[] =>
  Array.from({ length: size }, (_, k) => scale * Math.sin(12.9898 * (k + 1)));

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { openFolder, writeWhole } from '../../runtime/node/draft.js';

/**
 * Writes a LayersModel as tfjs does, `model.json` and `weights.bin` (f32, little-endian), and returns the SHA-256 of
 * the weights in hexadecimal.
 */
export async function save(model: tf.LayersModel, folder: string): Promise<string> {
  let digest = '';
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      const { modelTopology, weightSpecs, weightData, format, generatedBy } = artifacts;
      const bytes = Buffer.from(tf.io.CompositeArrayBuffer.join(weightData));
      const json = {
        modelTopology,
        format,
        generatedBy,
        convertedBy: null,
        weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }],
      };
      digest = createHash('sha256').update(bytes).digest('hex');
      openFolder(folder);
      writeWhole(join(folder, 'model.json'), `${JSON.stringify(json)}\n`);
      writeWhole(join(folder, 'weights.bin'), bytes);
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' as const } };
    }),
  );
  return digest;
}

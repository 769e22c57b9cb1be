import { existsSync, statSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../../src/core/errors.js';
import { optionsOf } from '../../src/core/given.js';
import type { Network } from '../../src/network/graph.js';
import type { NetworkEnds } from '../../src/network/read/ends.js';
import { fromTfjs, type ReadOptions, type TfjsModel } from '../../src/network/read/tfjs.js';
import { rangeOfCard, setTrainingRange } from '../../src/network/training.js';
import { fetchNetwork } from './fetch-network.js';
import { readJson } from './read-json.js';
import { readKerasFile } from './read-keras.js';
import { readOnnx } from './read-onnx.js';
import { readTfjs } from './read-tfjs.js';

/** A file or folder by path or `file:` URL, a file at an http address, or a live `tf.LayersModel`. */
export type NetworkSource = string | URL | TfjsModel;

/** What a reader may take, and what a file does not say of the network in it. */
export type NetworkFileOptions = NetworkEnds & ReadOptions;

/** One reader per format, by the file's ending. */
const readers: Readonly<Record<string, (path: string, options: NetworkFileOptions) => Network>> = {
  '.json': readTfjs,
  '.onnx': readOnnx,
  '.keras': readKerasFile,
  '.h5': readKerasFile,
  '.hdf5': readKerasFile,
};

const advice =
  'give an .onnx, .keras or .h5 file, or the model.json of a tfjs LayersModel or the folder that holds it';

/** What to do with files of other kinds, by their ending. */
const conversions: Readonly<Record<string, string>> = {
  '.pt': 'export it with torch.onnx.export',
  '.pth': 'export it with torch.onnx.export',
  '.safetensors': 'holds weights alone: give readSafetensors(file) to dense([{ W, b, activation }, …])',
  '.pb': 'convert it with tf2onnx or tensorflowjs_converter',
  '.tflite': 'convert it with tf2onnx',
  '.pkl': 'convert it with skl2onnx',
  '.joblib': 'convert it with skl2onnx',
};

/**
 * Loads a trained network with the reader that fits what it is given. `limits` are what it may ask for, see
 * {@link BudgetLimits}.
 */
export async function loadNetwork(source: NetworkSource, options: NetworkFileOptions = {}): Promise<Network> {
  optionsOf(options, 'loadNetwork', ['limits', 'shapes', 'inputs', 'outputs']);
  if (typeof source !== 'string' && !(source instanceof URL)) {
    if (typeof source?.save === 'function') return fromTfjs(source, options);
    throw new InputError(`the network is neither a path nor a tf.LayersModel; ${advice}`);
  }
  const address = String(source);
  if (/^https?:\/\//i.test(address))
    return fetchNetwork(address, Object.keys(readers), options.limits, (file) => readFile(file, options));
  const path = pathOf(address);
  if (!existsSync(path)) throw new InputError(`${path}: there is no such file or folder; ${advice}`);
  if (statSync(path).isDirectory()) {
    if (!existsSync(join(path, 'model.json'))) {
      throw new InputError(`${path}: the folder holds no model.json; ${advice}`);
    }
    return withCard(readTfjs(path, options), path);
  }
  return withCard(readFile(path, options), dirname(path));
}

/** The network with the training range that a `card.json` in its folder states. */
function withCard(net: Network, folder: string): Network {
  const file = join(folder, 'card.json');
  if (!existsSync(file)) return net;
  try {
    const range = rangeOfCard(readJson(file), net.inputSize);
    if (typeof range === 'string') throw new InputError(range);
    if (range) setTrainingRange(net, range);
    return net;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { ...net, notes: [...(net.notes ?? []), `its card is not used: ${error.message}`] };
  }
}

function readFile(path: string, options: NetworkFileOptions): Network {
  const ending = extname(path).toLowerCase();
  const read = Object.hasOwn(readers, ending) ? readers[ending] : undefined;
  if (!read) {
    const known = Object.hasOwn(conversions, ending) ? conversions[ending] : undefined;
    if (known !== undefined) throw new InputError(`${path}: ${ending} cannot be read as a network; ${known}`);
    throw new InputError(
      `${path}: ${ending || 'files without an ending'} cannot be read as a network; convert it, then ${advice}`,
    );
  }
  return read(path, options);
}

/** The path that a path or a `file:` URL names. */
function pathOf(source: string): string {
  const scheme = /^([a-z][a-z+.-]+):\/\//i.exec(source)?.[1];
  if (scheme === undefined) return source;
  if (scheme.toLowerCase() !== 'file') {
    throw new InputError(
      `${source}: networks are not fetched from ${scheme} addresses; give a file, or an http address`,
    );
  }
  try {
    return fileURLToPath(source);
  } catch (cause) {
    throw new InputError(`${source}: is not the URL of a file (${(cause as Error).message}); ${advice}`);
  }
}

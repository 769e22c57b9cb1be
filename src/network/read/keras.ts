import { Budget } from '../../core/budget.js';
import { type Bytes, inMemory, isBytes, taken } from '../../core/bytes.js';
import { InputError } from '../../core/errors.js';
import { bytesOf, noOptions, optionsOf } from '../../core/given.js';
import { readJson } from '../../core/json.js';
import { zipEntries } from '../../core/zip.js';
import { NetworkBuilder } from '../build.js';
import type { Network, Tensor } from '../graph.js';
import type { NetworkEnds } from './ends.js';
import { Hdf5 } from './keras/hdf5.js';
import { isObject } from './tfjs/config.js';
import { addModel, kerasVersion, readTopology } from './tfjs/topology.js';
import { stateOfTraining, Weights } from './tfjs/weights.js';

/** A model of Keras 2 or 3 as bytes. */
export interface KerasFile {
  /** What messages call the file. */
  readonly file: string;
  /** The network's name. */
  readonly name: string;
  readonly bytes: Uint8Array | Bytes;
  readonly budget?: Budget;
  readonly ends?: NetworkEnds;
}

const bytesIn = (given: unknown, where: string): Bytes =>
  isBytes(given) ? given : inMemory(bytesOf(given, where));

/** Reads a whole model that Keras saved as `.h5`. */
export function readKerasHdf5(source: KerasFile): Network;
export function readKerasHdf5(source: KerasFile, ...more: unknown[]): Network {
  noOptions(more, 'readKerasHdf5');
  const { file, name, bytes: given, budget = new Budget(), ends = {} } = optionsOf(source, 'readKerasHdf5');
  const bytes = bytesIn(given, 'readKerasHdf5: bytes');
  refusePointer(file, bytes);
  return modelOf(new Hdf5(file, bytes, budget), { file, name, budget, ends });
}

/** What a model is read with. */
type Given = Required<Pick<KerasFile, 'file' | 'name' | 'budget' | 'ends'>>;

function modelOf(hdf5: Hdf5, given: Given): Network {
  const { file } = given;
  const text = hdf5.text('model_config');
  if (text === undefined) {
    const weightsOnly = hdf5
      .names('')
      .some((key) => key === 'layers' || key === '_layer_checkpoint_dependencies');
    const known = weightsOnly || hdf5.texts('', 'layer_names').length > 0;
    throw new InputError(
      `${file}: ${known ? 'holds weights only' : 'holds no model of Keras'}; save the whole model with model.save("model.keras")`,
    );
  }
  const topology = { model_config: text, keras_version: hdf5.text('keras_version') };
  return assemble(given, topology, namedWeights(hdf5));
}

/** Reads a model that Keras saved as `.keras`: a zip file of its configuration and its weights. */
export function readKeras(source: KerasFile): Network;
export function readKeras(source: KerasFile, ...more: unknown[]): Network {
  noOptions(more, 'readKeras');
  const { file, name, bytes: given, budget = new Budget(), ends = {} } = optionsOf(source, 'readKeras');
  const bytes = bytesIn(given, 'readKeras: bytes');
  refusePointer(file, bytes);
  const fail = (problem: string): InputError => new InputError(`${file}: ${problem}`);
  const [first, second] = taken(bytes, 0, Math.min(2, bytes.length));
  if (first !== 0x50 || second !== 0x4b) {
    if (first === 0x89) return readKerasHdf5({ file, name, bytes, budget, ends });
    throw fail('is no zip file, as a .keras file is; save the model again');
  }
  const guarded = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      if (error instanceof InputError) throw error;
      throw fail(`is damaged (${(error as Error).message}); save the model again`);
    }
  };
  const entries = guarded(() => zipEntries(bytes));
  const part = (own: string): Uint8Array => {
    const found = entries.get(own);
    if (!found) throw fail(`holds no ${own}; save the model again with model.save("model.keras")`);
    budget.check('bytes', found.size, `${file}: ${own}`);
    return guarded(() => found.read());
  };
  const config = readJson(part('config.json'), `${file}: config.json`, budget);
  const metadata = readJson(part('metadata.json'), `${file}: metadata.json`, budget);
  const version = isObject(metadata) ? metadata['keras_version'] : undefined;
  const hdf5 = new Hdf5(`${file}: model.weights.h5`, inMemory(part('model.weights.h5')), budget, true);
  return assemble(
    { file, name, budget, ends },
    { model_config: config, keras_version: version },
    hdf5.tensors('', (name) => !stateOfTraining.test(name)),
  );
}

function assemble(
  { file, name, budget, ends }: Given,
  topology: unknown,
  tensors: readonly (readonly [string, Tensor])[],
): Network {
  const fail = (problem: string): InputError => new InputError(`${file}: ${problem}`);
  const model = readTopology(topology, file, fail, budget);
  const weights = Weights.of(file, tensors);
  const build = new NetworkBuilder(file, name, budget);
  const keras = kerasVersion(topology, undefined);
  const network = build.finish(addModel({ build, weights, keras, ends, path: [], place: '' }, model));
  weights.finish();
  return network;
}

/** Weights under the names that layers give them, each with its layer's in front where it lacks that. */
function namedWeights(hdf5: Hdf5): [string, Tensor][] {
  return hdf5.tensors('model_weights').map(([path, tensor]): [string, Tensor] => {
    const cut = path.indexOf('/');
    const [layer, name] = [path.slice(0, cut), path.slice(cut + 1).replace(/:0$/, '')];
    return [name.split('/').includes(layer) ? name : `${layer}/${name}`, tensor];
  });
}

function refusePointer(file: string, bytes: Bytes): void {
  const begin = new TextDecoder().decode(taken(bytes, 0, Math.min(40, bytes.length)));
  if (begin.startsWith('version https://git-lfs'))
    throw new InputError(`${file}: is a Git LFS pointer, not the model itself; fetch it with "git lfs pull"`);
}

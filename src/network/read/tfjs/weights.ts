import { type Budget, countOf } from '../../../core/budget.js';
import { InputError } from '../../../core/errors.js';
import { sharedFloat32 } from '../../../core/memory.js';
import { firstNotFinite, show } from '../../build.js';
import type { Tensor } from '../../graph.js';
import { Config, isObject } from './config.js';
import { fromHalf } from './half.js';

const bytesPer = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2 } as const;
type Stored = keyof typeof bytesPer;

/** One entry of the manifest: a tensor as it lies among the bytes. */
export interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  /** How each number is stored; `value = stored · scale + min` for uint8 and uint16. */
  readonly stored: Stored;
  readonly scale: number;
  readonly min: number;
  /** The tensor is a whole number or a flag: dequantized values are rounded. */
  readonly whole: boolean;
  readonly bytes: number;
  /** State of the optimizer that trained the network; not part of it. */
  readonly optimizer: boolean;
}

/** Fills `into` with the next bytes of the weights. */
export type ByteSource = (into: Uint8Array) => void;

/** Checks one `weights` list of a manifest. `file` begins every message. */
export function readEntries(list: readonly unknown[], file: string, budget: Budget): WeightEntry[] {
  return list.map((value, k) => {
    if (!isObject(value) || typeof value['name'] !== 'string') {
      throw new InputError(`${file}: weight ${k} of the manifest has no name; save the network again`);
    }
    const { name } = value;
    budget.check('name', name.length, `${file}: the name of weight ${k}`);
    const where = `${file}: weight "${name}"`;
    budget.check('depth', name.split('/').length, where);
    const entry = readEntry(new Config(value, where));
    budget.check('depth', entry.shape.length, where);
    budget.check('numbers', countOf(entry.shape), where);
    budget.take('trained', countOf(entry.shape), where);
    return entry;
  });
}

function readEntry(config: Config): WeightEntry {
  const shape = config.list('shape').map((length) => {
    if (!Number.isSafeInteger(length) || (length as number) < 0) {
      throw config.error(`shape ${JSON.stringify(config.get('shape'))} must hold whole lengths`);
    }
    return length as number;
  });
  const dtype = config.text('dtype');
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
    throw config.error(`dtype "${dtype}" cannot be read; supported are float32, int32 and bool`);
  }
  let stored: Stored = dtype;
  let [scale, min] = [1, 0];
  if (config.get('quantization') !== undefined) {
    const quantization = config.object('quantization');
    const kind = quantization.text('dtype');
    if (kind === 'uint8' || kind === 'uint16') {
      scale = quantization.number('scale');
      min = quantization.number('min');
    } else if (kind !== 'float16' || dtype !== 'float32') {
      throw config.error(
        `quantization "${kind}" of ${dtype} cannot be read; supported are uint8, uint16, float16`,
      );
    }
    stored = kind;
  }
  return {
    name: config.text('name'),
    shape,
    stored,
    scale,
    min,
    whole: dtype !== 'float32',
    bytes: countOf(shape) * bytesPer[stored],
    optimizer: config.get('group') === 'optimizer',
  };
}

/** Numbers that are converted at a time. */
const piece = 2 ** 16;

function decode(entry: WeightEntry, next: ByteSource): Float32Array | Float64Array {
  const size = countOf(entry.shape);
  const fill = <A extends ArrayBufferView>(array: A): A => {
    next(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    return array;
  };
  /** Fills `out` with what `value` makes of the numbers as they are stored. */
  const convert = <Out extends Float32Array | Float64Array>(
    out: Out,
    make: (length: number) => Int32Array | Uint16Array | Uint8Array,
    value: (stored: number) => number,
  ): Out => {
    for (let at = 0; at < size; at += piece) {
      const stored = fill(make(Math.min(piece, size - at)));
      for (let k = 0; k < stored.length; k++) out[at + k] = value(stored[k]!);
    }
    return out;
  };
  const { scale, min } = entry;
  switch (entry.stored) {
    case 'float32':
      return fill(sharedFloat32(size));
    case 'float16':
      return fromHalf(fill(new Uint16Array(size)));
    case 'int32':
      return convert(new Float64Array(size), (length) => new Int32Array(length), Number);
    case 'bool':
      return convert(sharedFloat32(size), (length) => new Uint8Array(length), Number);
    case 'uint8':
    case 'uint16': {
      const make = (length: number) =>
        entry.stored === 'uint8' ? new Uint8Array(length) : new Uint16Array(length);
      return entry.whole
        ? convert(new Float64Array(size), make, (level) => Math.round(level * scale + min))
        : convert(sharedFloat32(size), make, (level) => level * scale + min);
    }
  }
}

/** What a checkpoint of Keras 3 holds besides the layers' weights. */
export const stateOfTraining = /^(optimizer|metrics|compile_metrics)\/|(^|\/)seed_generator(_\d+)?\//;

/** The trained arrays of one layer. */
export interface LayerWeights {
  /** A weight by name; `fresh` counts its numbers if nobody asked for it before. */
  take(weight: string, shape: readonly number[]): { tensor: Tensor; fresh: number };
  /** Marks a weight that a layer carries but does not compute with. */
  ignore(weight: string): void;
  /** Those of something inside the layer: by its name in Keras 2, by its place in Keras 3. */
  has(weight: string): boolean;
  within(name: string, place: string): LayerWeights;
}

const cellKey = (around: string, cell: string, weight: string): string =>
  `${around}/${cell.replace(/_\d+$/, '')}/${weight}`;

/** The trained arrays of a network by name. */
export class Weights {
  readonly #tensors = new Map<string, Tensor>();
  readonly #used = new Set<string>();
  /** By every end `layer/kernel` of a name and by every beginning with the last part, the one name that has it; null for several. */
  readonly #ends = new Map<string, string | null>();
  readonly #frames = new Map<string, string | null>();
  /** By a layer around, the cell's name without its number, and the weight. */
  readonly #cells = new Map<string, string | null>();

  /** Decodes the entries from consecutive bytes. */
  constructor(
    readonly file: string,
    entries: readonly WeightEntry[],
    next: ByteSource,
  ) {
    for (const entry of entries) {
      const { name, shape, optimizer } = entry;
      const data = decode(entry, next);
      if (!optimizer) this.#add(name, { shape, data });
    }
  }

  /** Weights that are decoded already. */
  static of(file: string, tensors: Iterable<readonly [name: string, tensor: Tensor]>): Weights {
    const weights = new Weights(file, [], () => undefined);
    for (const [name, tensor] of tensors) weights.#add(name, tensor);
    return weights;
  }

  #add(name: string, tensor: Tensor): void {
    if (this.#tensors.has(name)) {
      throw new InputError(
        `${this.file}: two weights are called "${name}"; give each layer its own name and save again`,
      );
    }
    const bad = firstNotFinite(tensor.data);
    if (bad >= 0) {
      throw new InputError(
        `${this.file}: weight "${name}" is ${tensor.data[bad]} at index ${bad}; train the network again or repair the file`,
      );
    }
    this.#tensors.set(name, tensor);
    this.#index(name);
  }

  #index(name: string): void {
    const add = (index: Map<string, string | null>, key: string): void => {
      index.set(key, index.has(key) ? null : name);
    };
    const parts = name.split('/');
    const last = parts.at(-1)!;
    for (let at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) {
      add(this.#ends, name.slice(at + 1));
      add(this.#frames, `${name.slice(0, at)}/${last}`);
    }
    for (const around of new Set(parts.slice(0, -2))) add(this.#cells, cellKey(around, parts.at(-2)!, last));
  }

  /**
   * The weights of one layer. Files of Keras 2 and tfjs name them, `layer/kernel`, with or without the enclosing models
   * (`path`, outermost first, ends with the layer); checkpoints of Keras 3 number them in the order of their making below
   * the layer's `place`, `layers/dense_1/vars/0`, which is the order in which they must be asked for here.
   */
  of(path: readonly string[], place: string): LayerWeights {
    let made = 0;
    const find = (weight: string): string | undefined => {
      const count = made++;
      // Layers inside layers are kept under the attributes that hold them, some of which begin with a line.
      const places = [place, place.replace(/\/([^/_][^/]*)$/, '/_$1')];
      const numbered = places.map((own) => `${own}/vars/${count}`);
      return this.#find(path, weight) ?? numbered.find((name) => this.#tensors.has(name));
    };
    const where = `${this.file}: layer "${path.at(-1)}"`;
    return {
      take: (weight, shape) => {
        const name = find(weight);
        const tensor = name === undefined ? undefined : this.#tensors.get(name);
        if (name === undefined || !tensor)
          throw new InputError(`${where}: ${this.#absent(path.at(-1)!, weight)}`);
        if (show(tensor.shape) !== show(shape)) {
          throw new InputError(
            `${where}: weight "${name}" has shape ${show(tensor.shape)}, expected ${show(shape)}; save the network again`,
          );
        }
        const fresh = this.#used.has(name) ? 0 : tensor.data.length;
        this.#used.add(name);
        return { tensor, fresh };
      },
      has: (weight) => this.#find(path, weight) !== undefined,
      ignore: (weight) => {
        const name = find(weight);
        if (name !== undefined) this.#used.add(name);
      },
      within: (name, inner) => this.of([...path, name], `${place}/${inner}`),
    };
  }

  /** A weight by its whole name. */
  byName(name: string): Tensor | undefined {
    this.#used.add(name);
    return this.#tensors.get(name);
  }

  /** Fails if a weight was never asked for: topology and weights then belong to different networks. */
  finish(): void {
    for (const name of this.#tensors.keys()) {
      if (!this.#used.has(name) && !stateOfTraining.test(name)) {
        throw new InputError(`${this.file}: weight "${name}" belongs to no layer; save the network again`);
      }
    }
  }

  /** Why a weight cannot be found: the names there are follow another scheme, or it is missing. */
  #absent(layer: string, weight: string): string {
    const names = [...this.#tensors.keys()];
    const numbered = names.find((name) => /(^|\/)vars\/\d+$/.test(name));
    if (numbered !== undefined) {
      return `its ${weight} cannot be told among weights that the manifest numbers instead of naming ("${numbered}"); save the model in the HDF5 format (.h5) and convert that`;
    }
    const held = names.length > 4 ? [...names.slice(0, 4), '…'] : names;
    return `weight "${layer}/${weight}" is missing from the manifest, which holds ${held.join(', ') || 'none'}; save the network again`;
  }

  #find(path: readonly string[], weight: string): string | undefined {
    for (let from = 0; from < path.length; from++) {
      const name = `${path.slice(from).join('/')}/${weight}`;
      if (this.#tensors.has(name)) return name;
    }
    // Keras repeats the layer or an enclosing model: `dense/dense/kernel`, `model/dense/kernel`.
    const key = `${path.at(-1)}/${weight}`;
    const [end, frame] = [this.#ends.get(key), this.#frames.get(key)];
    const several = end === null || frame === null || (end && frame && end !== frame);
    const found = several ? undefined : (end ?? frame);
    if (found) return found;
    // Cells stand inside layers, under numbers of their own: `lstm_1/lstm_cell_3/kernel`.
    const around = path.at(-2);
    const within = around === undefined ? undefined : this.#cells.get(cellKey(around, path.at(-1)!, weight));
    if (within) return within;
    // Keras 2 gives a wrapped layer's weights its wrapper's name, and those of a Normalization none.
    const wrapped = path.slice(0, -1).join('/');
    if (this.#tensors.has(`${wrapped}/${weight}`)) return `${wrapped}/${weight}`;
    return this.#tensors.has(weight) ? weight : undefined;
  }
}

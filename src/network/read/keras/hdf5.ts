import { Dataset, File, type Group } from 'jsfive';
import { type Budget, countOf } from '../../../core/budget.js';
import { InputError } from '../../../core/errors.js';
import { sharedFloat32, sharedFloat64 } from '../../../core/memory.js';
import { sizeOf } from '../../build.js';
import type { Tensor } from '../../graph.js';

/** Groups may nest this deep; far above any model. */
const deepest = 64;

/** An HDF5 file in memory. Whatever is wrong with it is an InputError of one line. */
export class Hdf5 {
  readonly #root: Group;
  /** What was looked up, by path: the library reads all links of a group whenever it is reached. */
  readonly #items = new Map<string, Group | Dataset | undefined>();

  constructor(
    readonly file: string,
    bytes: Uint8Array,
    private readonly budget: Budget,
  ) {
    const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
    if (signature.some((byte, k) => bytes[k] !== byte)) throw this.#fail('is no HDF5 file');
    const whole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
    const buffer = whole && bytes.buffer instanceof ArrayBuffer ? bytes.buffer : new Uint8Array(bytes).buffer;
    this.#root = this.#guarded(() => new File(buffer, file));
  }

  /** A text attribute of the root, undefined where there is none. */
  text(name: string): string | undefined {
    return this.#guarded(() => {
      const value = this.#root.attrs[name];
      return typeof value === 'string' ? value : Array.isArray(value) ? String(value[0]) : undefined;
    });
  }

  /** A list of texts among the attributes of a group; long ones are parted under numbered names. */
  texts(path: string, name: string): string[] {
    return this.#guarded(() => {
      const { attrs } = this.#group(path);
      if (Array.isArray(attrs[name])) return attrs[name].map(String);
      const parts: string[] = [];
      for (let k = 0; Array.isArray(attrs[`${name}${k}`]); k++)
        parts.push(...(attrs[`${name}${k}`] as unknown[]).map(String));
      return parts;
    });
  }

  /** Names in a group, none where it is not there. */
  names(path: string): readonly string[] {
    return this.#guarded(() => {
      const found = this.#item(path);
      return found !== undefined && !(found instanceof Dataset) ? found.keys : [];
    });
  }

  /** Every array below `path` by its path from there. */
  tensors(path: string): [name: string, tensor: Tensor][] {
    const found: [string, Tensor][] = [];
    const walk = (at: string, name: string, depth: number): void => {
      if (depth > deepest) throw this.#fail('has groups nested too deeply');
      const keys = this.names(at);
      this.budget.take('objects', keys.length, this.file);
      for (const key of keys) {
        const [inner, own] = [at === '' ? key : `${at}/${key}`, name === '' ? key : `${name}/${key}`];
        const item = this.#guarded(() => this.#item(inner));
        if (item instanceof Dataset) found.push([own, this.#tensor(inner, item)]);
        else if (item !== undefined) walk(inner, own, depth + 1);
      }
    };
    walk(path, '', 0);
    return found;
  }

  /** A group or an array; undefined where none can be reached. */
  #item(path: string): Group | Dataset | undefined {
    if (path === '') return this.#root;
    if (this.#items.has(path)) return this.#items.get(path);
    const cut = path.lastIndexOf('/');
    const around = this.#item(path.slice(0, Math.max(0, cut)));
    const found =
      around === undefined || around instanceof Dataset ? undefined : around.get(path.slice(cut + 1));
    this.#items.set(path, found ?? undefined);
    return found ?? undefined;
  }

  #group(path: string): Group {
    const found = this.#item(path);
    if (found === undefined || found instanceof Dataset) throw this.#fail(`has no group "${path}"`);
    return found;
  }

  #tensor(path: string, dataset: Dataset): Tensor {
    return this.#guarded(() => {
      const { shape, dtype } = dataset;
      this.budget.check('depth', shape.length, `${this.file}: "${path}"`);
      this.budget.check('numbers', countOf(shape), `${this.file}: "${path}"`);
      this.budget.take('trained', countOf(shape), `${this.file}: "${path}"`);
      const { value } = dataset;
      const size = sizeOf(shape);
      if (typeof dtype !== 'string' || !/^[<>|]?[fiub]\d+$/.test(dtype))
        throw this.#fail(`"${path}" holds ${JSON.stringify(dtype)}, which are no numbers`);
      const data = /f[24]$/.test(dtype) ? sharedFloat32(size) : sharedFloat64(size);
      const numbers = value as ArrayLike<number | bigint>;
      if (numbers.length !== size)
        throw this.#fail(`"${path}" holds ${numbers.length} numbers, expected ${size}`);
      for (let k = 0; k < size; k++) data[k] = Number(numbers[k]);
      return { shape: [...shape], data };
    });
  }

  /** The library throws texts and errors of many kinds. */
  #guarded<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof InputError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw this.#fail(`is damaged, or of a kind of HDF5 that cannot be read (${reason.split('\n')[0]})`);
    }
  }

  #fail(problem: string): InputError {
    return new InputError(`${this.file}: ${problem}`);
  }
}

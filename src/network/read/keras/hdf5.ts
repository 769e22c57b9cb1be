import { Dataset, File, type Group } from 'jsfive';
import { type Budget, countOf } from '../../../core/budget.js';
import { type Bytes, taken } from '../../../core/bytes.js';
import { InputError } from '../../../core/errors.js';
import { isShared, sharedBytes } from '../../../core/memory.js';
import type { Tensor } from '../../graph.js';
import { room } from '../../stored.js';
import { fromHalf } from '../tfjs/half.js';

type Get = (view: DataView, at: number, little: boolean) => number | bigint;
/** Numbers by type and width. */
const readers: Readonly<Record<string, Get>> = {
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
  i1: (view, at) => view.getInt8(at),
  i2: (view, at, little) => view.getInt16(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  i8: (view, at, little) => view.getBigInt64(at, little),
  u1: (view, at) => view.getUint8(at),
  b1: (view, at) => view.getUint8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  u8: (view, at, little) => view.getBigUint64(at, little),
  f2: (view, at, little) => fromHalf(Uint16Array.of(view.getUint16(at, little)))[0]!,
};

/** Groups may nest this deep; far above any model. */
const deepest = 64;

/** An HDF5 file in memory. Whatever is wrong with it is an InputError of one line. */
export class Hdf5 {
  readonly #root: Group;
  readonly #buffer: ArrayBufferLike;
  readonly #own: boolean;
  /** What was looked up, by path: the library reads all links of a group whenever it is reached. */
  readonly #items = new Map<string, Group | Dataset | undefined>();

  /** `own`: the bytes are this reader's and stay as they are, so that arrays may be parts of them. */
  constructor(
    readonly file: string,
    bytes: Bytes,
    private readonly budget: Budget,
    own = bytes.whole === undefined,
  ) {
    const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
    const begin = taken(bytes, 0, Math.min(signature.length, bytes.length));
    if (signature.some((byte, k) => begin[k] !== byte)) throw this.#fail('is no HDF5 file');
    let whole = bytes.whole;
    if (!whole || whole.byteLength !== whole.buffer.byteLength) {
      whole = own ? new Uint8Array(sharedBytes(bytes.length)) : new Uint8Array(bytes.length);
      bytes.read(whole, 0);
    }
    this.#buffer = whole.buffer;
    this.#own = own && isShared(whole);
    this.#root = this.#guarded(() => new File(this.#buffer as ArrayBuffer, file));
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

  /** Every array below `path` that is wanted, by its path from there. */
  tensors(path: string, wanted: (name: string) => boolean = () => true): [name: string, tensor: Tensor][] {
    const found: [string, string, Dataset][] = [];
    const walk = (at: string, name: string, depth: number): void => {
      if (depth > deepest) throw this.#fail('has groups nested too deeply');
      const keys = this.names(at);
      this.budget.take('objects', keys.length, this.file);
      for (const key of keys) {
        const [inner, own] = [at === '' ? key : `${at}/${key}`, name === '' ? key : `${name}/${key}`];
        const item = this.#guarded(() => this.#item(inner));
        if (item instanceof Dataset) {
          if (wanted(own)) found.push([own, inner, item]);
        } else if (item !== undefined) walk(inner, own, depth + 1);
      }
    };
    walk(path, '', 0);
    // A file that holds much besides is not kept for the arrays in it.
    const numbers = this.#guarded(() => found.reduce((sum, own) => sum + countOf(own[2].shape), 0));
    const keep = this.#own && 8 * numbers > this.#buffer.byteLength;
    return found.map(([name, inner, dataset]) => [name, this.#tensor(inner, dataset, keep)]);
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

  #tensor(path: string, dataset: Dataset, keep: boolean): Tensor {
    return this.#guarded(() => {
      const { shape, dtype } = dataset;
      this.budget.check('depth', shape.length, `${this.file}: "${path}"`);
      this.budget.check('numbers', countOf(shape), `${this.file}: "${path}"`);
      this.budget.take('trained', countOf(shape), `${this.file}: "${path}"`);
      const size = countOf(shape);
      if (typeof dtype !== 'string' || !/^[<>|]?[fiub]\d+$/.test(dtype))
        throw this.#fail(`"${path}" holds ${JSON.stringify(dtype)}, which are no numbers`);
      const double = !/f[24]$/.test(dtype);
      const at = this.#place(dataset);
      const own = [...shape];
      if (at === undefined) {
        const numbers = dataset.value as ArrayLike<number | bigint>;
        if (numbers.length !== size)
          throw this.#fail(`"${path}" holds ${numbers.length} numbers, expected ${size}`);
        const data = room(double, size);
        for (let k = 0; k < size; k++) data[k] = Number(numbers[k]);
        return { shape: own, data };
      }
      const width = Number(/\d+$/.exec(dtype)![0]);
      if (at + size * width > this.#buffer.byteLength) throw this.#fail(`"${path}" ends beyond the file`);
      if (keep && at % width === 0 && /^[<|]?f[48]$/.test(dtype))
        return {
          shape: own,
          data: new (double ? Float64Array : Float32Array)(this.#buffer as ArrayBuffer, at, size),
        };
      const data = room(double, size);
      const view = new DataView(this.#buffer, at, size * width);
      const little = !dtype.startsWith('>');
      const get = readers[/[fiub]\d+$/.exec(dtype)![0]];
      if (!get) throw this.#fail(`"${path}" holds ${dtype}, which cannot be read`);
      for (let k = 0; k < size; k++) data[k] = Number(get(view, k * width, little));
      return { shape: own, data };
    });
  }

  /** Where the numbers of an array lie as one run of bytes; undefined for those in pieces or packed. */
  #place(dataset: Dataset): number | undefined {
    const { _dataobjects: header } = dataset;
    const [layout] = header.find_msg_type(8);
    if (!layout) return undefined;
    const [, , kind, at] = header._get_data_message_properties(layout.get('offset_to_message')!);
    if (kind !== 1) return undefined;
    const place = new DataView(this.#buffer).getBigUint64(at, true);
    return place < BigInt(this.#buffer.byteLength) ? Number(place) : undefined;
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

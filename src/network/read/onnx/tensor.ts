import { type Bytes, inMemory, taken } from '../../../core/bytes.js';
import type { Message } from '../../../core/onnx/schema.js';
import { sizeOf } from '../../build.js';
import { piece, room, type Store, stored } from '../../stored.js';
import { fromBrain, fromHalf } from '../tfjs/half.js';
import type { External } from './external.js';
import type { Constant, Kind } from './value.js';

/** Element types of TensorProto that can be read, and their names. */
const elements: Readonly<Record<number, readonly [name: string, kind: Kind, bytes: number]>> = {
  1: ['float32', 'float', 4],
  2: ['uint8', 'integer', 1],
  3: ['int8', 'integer', 1],
  4: ['uint16', 'integer', 2],
  5: ['int16', 'integer', 2],
  6: ['int32', 'integer', 4],
  7: ['int64', 'integer', 8],
  8: ['string', 'text', 0],
  9: ['bool', 'flag', 1],
  10: ['float16', 'float', 2],
  11: ['float64', 'float', 8],
  12: ['uint32', 'integer', 4],
  13: ['uint64', 'integer', 8],
  16: ['bfloat16', 'float', 2],
  21: ['uint4', 'integer', 0.5],
  22: ['int4', 'integer', 0.5],
};

const widths = new Map(Object.values(elements).map(([name, , bytes]) => [name, bytes]));

/** What numbers of an element type are; undefined for types that cannot be read. */
export const kindOf = (element: number | undefined): Kind | undefined => elements[element ?? 0]?.[1];
export const elementName = (element: number | undefined): string =>
  elements[element ?? 0]?.[0] ?? `of element type ${element}`;

/** Tensors of at least this many numbers stay in the file until they are asked for. */
const many = 1024;

/**
 * A tensor, of which long ones are read when their numbers are first asked for. `fail` makes the error about it, `check` looks
 * at what was read.
 */
export function readTensor(
  tensor: Message<'TensorProto'>,
  external: External,
  fail: (problem: string) => Error,
  check: (numbers: Float32Array | Float64Array, at: number) => void,
): Constant {
  const shape = tensor.dims;
  if (shape.some((length) => !Number.isSafeInteger(length) || length < 0))
    throw fail(`has the shape [${shape}]`);
  const size = sizeOf(shape);
  const element = elements[tensor.dataType ?? 0];
  if (!element) throw fail(`is ${elementName(tensor.dataType)}, which cannot be read`);
  const [name, kind, width] = element;
  if (kind === 'text') return { shape, data: new Float64Array(0), kind };
  const double = !narrow.includes(name);
  const of = (bytes: Bytes, from: string): Constant => {
    const needed = Math.ceil(size * (from === name ? width : from === 'float32' ? 4 : 8));
    if (bytes.length !== needed)
      throw fail(`holds ${bytes.length} bytes, its shape [${shape}] of ${name} needs ${needed}`);
    const store: Store = {
      double,
      read(into, at) {
        decode(from, bytes, into, at);
        if (kind === 'float') check(into, at);
      },
    };
    const own = stored(shape, store, { kind });
    return size < many ? { shape, data: own.data, kind } : own;
  };
  const listed = (numbers: readonly number[]): Constant => {
    if (numbers.length !== size)
      throw fail(`holds ${numbers.length} numbers, its shape [${shape}] needs ${size}`);
    const data = room(double, size);
    data.set(numbers);
    if (kind === 'float') check(data, 0);
    return { shape, data, kind };
  };
  if (tensor.dataLocation === 1) {
    const entry = (key: string): string | undefined =>
      tensor.externalData.find((own) => own.key === key)?.value;
    const location = entry('location');
    if (location === undefined) throw fail('has external data without a location');
    const given = external(
      location,
      Number(entry('offset') ?? 0),
      Number(entry('length') ?? Math.ceil(size * width)),
    );
    return of(given instanceof Uint8Array ? inMemory(given) : given, name);
  }
  if (tensor.rawData !== undefined) return of(tensor.rawData, name);
  if (name === 'float16' || name === 'bfloat16') {
    const bits = Uint16Array.from(tensor.int32Data);
    if (bits.length !== size) throw fail(`holds ${bits.length} numbers, its shape [${shape}] needs ${size}`);
    return of(inMemory(new Uint8Array(bits.buffer)), name);
  }
  for (const [list, from] of [
    [tensor.floatData, 'float32'],
    [tensor.doubleData, 'float64'],
  ] as const) {
    if (list.length === 0) continue;
    const [first] = list;
    if (list.length === 1 && typeof first === 'object') return of(first, from);
    return listed(list.flatMap((own) => (typeof own === 'number' ? own : [...numbersOf(own, from)])));
  }
  if (tensor.int64Data.length > 0) return listed(tensor.int64Data);
  if (tensor.uint64Data.length > 0) return listed(tensor.uint64Data);
  return listed(tensor.int32Data);
}

/** All numbers of a tensor of which a file holds those that are not 0, and where they are: flat places, or one for each axis. */
export function denseOf(
  { values, indices, dims }: Message<'SparseTensorProto'>,
  read: (proto: Message<'TensorProto'>) => Constant,
  reserve: (count: number) => void,
  fail: (problem: string) => Error,
): Constant {
  if (!values || !indices) throw fail('is sparse without values or indices');
  const size = sizeOf(dims);
  if (!(Number.isSafeInteger(size) && dims.every((length) => length >= 0)))
    throw fail(`has the shape [${dims}]`);
  reserve(size);
  const [held, at] = [read(values), read(indices)];
  const out = room(held.data instanceof Float64Array, size);
  const parts = at.shape.length === 2 ? dims.length : 1;
  held.data.forEach((value, k) => {
    let place = 0;
    for (let d = 0; d < parts; d++)
      place = place * (parts === 1 ? 1 : dims[d]!) + (at.data[k * parts + d] ?? Number.NaN);
    if (!(place >= 0 && place < size)) throw fail(`has a number at place ${place} of ${size}`);
    out[place] = value;
  });
  return { shape: dims, data: out, kind: held.kind };
}

/** Element types whose numbers all are floats of single precision. */
const narrow = ['float32', 'float16', 'bfloat16', 'int8', 'uint8', 'int4', 'uint4', 'int16', 'uint16'];

function numbersOf(bytes: Bytes, from: 'float32' | 'float64'): Float32Array | Float64Array {
  const width = from === 'float32' ? 4 : 8;
  if (bytes.length % width !== 0) throw new RangeError(`a list of numbers has ${bytes.length} bytes`);
  const out = from === 'float32' ? new Float32Array(bytes.length / 4) : new Float64Array(bytes.length / 8);
  decode(from, bytes, out, 0);
  return out;
}

type Numbers = ArrayLike<number> | ArrayLike<bigint>;
/** How numbers of a type lie in memory, little-endian. */
const arrays: Readonly<Record<string, new (buffer: ArrayBuffer) => Numbers>> = {
  float32: Float32Array,
  float64: Float64Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
};

/** Fills `into` with the numbers from `start` on. */
function decode(name: string, bytes: Bytes, into: Float32Array | Float64Array, start: number): void {
  if (into.BYTES_PER_ELEMENT === 4 ? name === 'float32' : name === 'float64') {
    bytes.read(new Uint8Array(into.buffer, into.byteOffset, into.byteLength), start * into.BYTES_PER_ELEMENT);
    return;
  }
  const width = widths.get(name)!;
  for (let at = 0; at < into.length; at += piece) {
    const count = Math.min(piece, into.length - at);
    const out = into.subarray(at, at + count);
    if (width < 1) {
      fourBits(name === 'int4', bytes, out, start + at);
      continue;
    }
    const { buffer } = taken(bytes, (start + at) * width, count * width);
    const halves = name === 'float16' ? fromHalf : name === 'bfloat16' ? fromBrain : undefined;
    if (halves) halves(new Uint16Array(buffer as ArrayBuffer), out as Float32Array);
    else {
      const numbers = new arrays[name]!(buffer as ArrayBuffer);
      for (let k = 0; k < count; k++) out[k] = Number(numbers[k]);
    }
  }
}

/** Two numbers of four bits in a byte, the low one first. */
function fourBits(signed: boolean, bytes: Bytes, out: Float32Array | Float64Array, start: number): void {
  const first = start >> 1;
  const raw = taken(bytes, first, ((start + out.length + 1) >> 1) - first);
  for (let k = 0; k < out.length; k++) {
    const at = start + k;
    const half = (raw[(at >> 1) - first]! >> (at % 2 === 0 ? 0 : 4)) & 15;
    out[k] = signed && half > 7 ? half - 16 : half;
  }
}

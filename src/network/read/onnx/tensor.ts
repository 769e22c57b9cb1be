import { sharedFloat32, sharedFloat64 } from '../../../core/memory.js';
import type { Message } from '../../../core/onnx/schema.js';
import { sizeOf } from '../../build.js';
import { fromHalf } from '../tfjs/half.js';
import type { Constant, Kind } from './value.js';

/** Bytes of a part of a file beside the model; `length` undefined reads to its end. */
export type External = (location: string, offset: number, length: number | undefined) => Uint8Array;

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

/** What numbers of an element type are; undefined for types that cannot be read. */
export const kindOf = (element: number | undefined): Kind | undefined => elements[element ?? 0]?.[1];
export const elementName = (element: number | undefined): string =>
  elements[element ?? 0]?.[0] ?? `of element type ${element}`;

/** Decodes a tensor. `fail` makes the error about it. */
export function readTensor(
  tensor: Message<'TensorProto'>,
  external: External,
  fail: (problem: string) => Error,
): Constant {
  const shape = tensor.dims;
  if (shape.some((length) => !Number.isSafeInteger(length) || length < 0))
    throw fail(`has the shape [${shape}]`);
  const size = sizeOf(shape);
  const element = elements[tensor.dataType ?? 0];
  if (!element) throw fail(`is ${elementName(tensor.dataType)}, which cannot be read`);
  const [name, kind, width] = element;
  if (kind === 'text') return { shape, data: new Float64Array(0), kind };
  const listed = (numbers: readonly number[]): Constant => {
    if (numbers.length !== size)
      throw fail(`holds ${numbers.length} numbers, its shape [${shape}] needs ${size}`);
    return { shape, data: typed(name, size, numbers), kind };
  };
  if (tensor.dataLocation !== 1 && tensor.rawData === undefined) {
    if (name === 'float16' || name === 'bfloat16') {
      const bits = Uint16Array.from(tensor.int32Data);
      if (bits.length !== size)
        throw fail(`holds ${bits.length} numbers, its shape [${shape}] needs ${size}`);
      return { shape, data: decode(name, size, new Uint8Array(bits.buffer)), kind };
    }
    if (tensor.floatData.length > 0) return listed(tensor.floatData);
    if (tensor.doubleData.length > 0) return listed(tensor.doubleData);
    if (tensor.int64Data.length > 0) return listed(tensor.int64Data);
    if (tensor.uint64Data.length > 0) return listed(tensor.uint64Data);
    return listed(tensor.int32Data);
  }
  let raw = tensor.rawData ?? new Uint8Array(0);
  if (tensor.dataLocation === 1) {
    const entry = (key: string): string | undefined =>
      tensor.externalData.find((own) => own.key === key)?.value;
    const location = entry('location');
    if (location === undefined) throw fail('has external data without a location');
    const [offset, length] = [
      Number(entry('offset') ?? 0),
      Number(entry('length') ?? Math.ceil(size * width)),
    ];
    raw = external(location, offset, length);
  }
  const needed = Math.ceil(size * width);
  if (raw.length !== needed)
    throw fail(`holds ${raw.length} bytes, its shape [${shape}] of ${name} needs ${needed}`);
  return { shape, data: decode(name, size, raw), kind };
}

function typed(name: string, size: number, numbers: ArrayLike<number>): Float32Array | Float64Array {
  const out = name === 'float32' ? sharedFloat32(size) : sharedFloat64(size);
  out.set(numbers);
  return out;
}

/** The numbers that bytes hold, little-endian. */
function decode(name: string, size: number, raw: Uint8Array): Float32Array | Float64Array {
  if (name === 'float32' || name === 'float64') {
    const out = name === 'float32' ? sharedFloat32(size) : sharedFloat64(size);
    new Uint8Array(out.buffer, out.byteOffset, out.byteLength).set(raw);
    return out;
  }
  const aligned = new Uint8Array(raw).buffer;
  switch (name) {
    case 'float16':
      return fromHalf(new Uint16Array(aligned));
    case 'bfloat16': {
      const out = sharedFloat32(size);
      const bits = new Uint32Array(out.buffer);
      new Uint16Array(aligned).forEach((half, k) => {
        bits[k] = half << 16;
      });
      return out;
    }
    case 'uint8':
    case 'bool':
      return Float64Array.from(raw);
    case 'int8':
      return Float64Array.from(new Int8Array(aligned));
    case 'uint16':
      return Float64Array.from(new Uint16Array(aligned));
    case 'int16':
      return Float64Array.from(new Int16Array(aligned));
    case 'int32':
      return Float64Array.from(new Int32Array(aligned));
    case 'uint32':
      return Float64Array.from(new Uint32Array(aligned));
    case 'int64':
      return Float64Array.from(new BigInt64Array(aligned), Number);
    case 'uint64':
      return Float64Array.from(new BigUint64Array(aligned), Number);
    default: {
      // Two numbers of four bits in a byte, the low one first.
      const signed = name === 'int4';
      return Float64Array.from({ length: size }, (_, k) => {
        const half = (raw[k >> 1]! >> (k % 2 === 0 ? 0 : 4)) & 15;
        return signed && half > 7 ? half - 16 : half;
      });
    }
  }
}

import { type Budget, countOf } from '../../core/budget.js';
import { InputError } from '../../core/errors.js';
import { readJson } from '../../core/json.js';
import { sharedFloat32, sharedFloat64 } from '../../core/memory.js';
import { firstNotFinite } from '../build.js';
import type { Tensor } from '../graph.js';
import { isObject } from './tfjs/config.js';
import { fromHalf } from './tfjs/half.js';

/** Bytes of a number by the format's names. */
const widths: Readonly<Record<string, number>> = { F64: 8, F32: 4, F16: 2, BF16: 2 };

/**
 * Tensors by name from the bytes of a `.safetensors` file: the length of a JSON header (8 bytes, little-endian), the
 * header, then the numbers. Tensors that hold no floats are left out.
 */
export function readSafetensors(file: string, bytes: Uint8Array, budget: Budget): Map<string, Tensor> {
  const fail = (problem: string): InputError => new InputError(`${file}: ${problem}`);
  if (bytes.length < 8) throw fail('is no safetensors file');
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (!(length > 0 && length <= bytes.length - 8)) throw fail('is no safetensors file, or a damaged one');
  const header = readJson(bytes.subarray(8, 8 + length), `${file}: header`, budget);
  if (!isObject(header)) throw fail('its header is no JSON object');
  const body = bytes.subarray(8 + length);
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const where = `${file}: tensor "${name.slice(0, 80)}"`;
    const { dtype, shape, data_offsets: offsets } = isObject(entry) ? entry : {};
    const whole = (list: unknown): list is number[] =>
      Array.isArray(list) && list.every((own) => Number.isSafeInteger(own) && own >= 0);
    if (typeof dtype !== 'string' || !whole(shape) || !whole(offsets) || offsets.length !== 2)
      throw new InputError(`${where} has no dtype, shape and data_offsets; save it again`);
    const width = Object.hasOwn(widths, dtype) ? widths[dtype] : undefined;
    if (width === undefined) continue;
    const count = countOf(shape);
    budget.check('depth', shape.length, where);
    budget.check('numbers', count, where);
    budget.take('trained', count, where);
    const [from, to] = offsets as [number, number];
    if (to > body.length || to - from !== count * width)
      throw new InputError(
        `${where} lies at bytes ${from} to ${to}, its shape [${shape}] of ${dtype} needs ${count * width}`,
      );
    const data = decode(dtype, count, body.subarray(from, to));
    const bad = firstNotFinite(data);
    if (bad >= 0)
      throw new InputError(
        `${where} is ${data[bad]} at index ${bad}; train the network again or repair the file`,
      );
    tensors.set(name, { shape, data });
  }
  return tensors;
}

function decode(dtype: string, count: number, raw: Uint8Array): Float32Array | Float64Array {
  if (dtype === 'F16') return fromHalf(new Uint16Array(new Uint8Array(raw).buffer));
  if (dtype === 'BF16') {
    const out = sharedFloat32(count);
    const bits = new Uint32Array(out.buffer);
    new Uint16Array(new Uint8Array(raw).buffer).forEach((half, k) => {
      bits[k] = half << 16;
    });
    return out;
  }
  const out = dtype === 'F32' ? sharedFloat32(count) : sharedFloat64(count);
  new Uint8Array(out.buffer, out.byteOffset, out.byteLength).set(raw);
  return out;
}

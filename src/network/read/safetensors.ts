import { type Budget, countOf } from '../../core/budget.js';
import { type Bytes, part, taken } from '../../core/bytes.js';
import { InputError } from '../../core/errors.js';
import { readJson } from '../../core/json.js';
import { firstNotFinite } from '../build.js';
import type { Tensor } from '../graph.js';
import { permuted } from '../lower/convolution.js';
import { piece, plain, stored } from '../stored.js';
import { isObject } from './tfjs/config.js';
import { fromBrain, fromHalf } from './tfjs/half.js';

/** Bytes of a number by the format's names. */
const widths: Readonly<Record<string, number>> = { F64: 8, F32: 4, F16: 2, BF16: 2 };

/** How tensors are wanted. */
export interface SafetensorsOptions {
  /** Matrices as `[in, out]`, transposed while they are read: PyTorch stores `[out, in]`. */
  readonly turned?: boolean | undefined;
}

/**
 * Tensors by name from the bytes of a `.safetensors` file: the length of a JSON header (8 bytes, little-endian), the
 * header, then the numbers. Tensors that hold no floats are left out.
 */
export function readSafetensors(
  file: string,
  bytes: Bytes,
  budget: Budget,
  { turned = false }: SafetensorsOptions = {},
): Map<string, Tensor> {
  const fail = (problem: string): InputError => new InputError(`${file}: ${problem}`);
  if (bytes.length < 8) throw fail('is no safetensors file');
  const length = Number(new DataView(taken(bytes, 0, 8).buffer).getBigUint64(0, true));
  if (!(length > 0 && length <= bytes.length - 8)) throw fail('is no safetensors file, or a damaged one');
  const header = readJson(taken(bytes, 8, length), `${file}: header`, budget);
  if (!isObject(header)) throw fail('its header is no JSON object');
  const body = part(bytes, 8 + length, bytes.length - 8 - length);
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
    const own = part(body, from, to - from);
    const read = stored(
      shape,
      { double: dtype === 'F64', read: (into, at) => decode(dtype, own, into, at) },
      {},
    );
    const tensor = turned && shape.length === 2 ? permuted(read, [1, 0]) : plain(read);
    const bad = firstNotFinite(tensor.data);
    if (bad >= 0)
      throw new InputError(
        `${where} is ${tensor.data[bad]} at index ${bad}; train the network again or repair the file`,
      );
    tensors.set(name, tensor);
  }
  return tensors;
}

/** Fills `into` with numbers of a type from `start` on. */
function decode(dtype: string, bytes: Bytes, into: Float32Array | Float64Array, start: number): void {
  const halves = dtype === 'F16' ? fromHalf : dtype === 'BF16' ? fromBrain : undefined;
  const width = widths[dtype]!;
  if (!halves) {
    bytes.read(new Uint8Array(into.buffer, into.byteOffset, into.byteLength), start * width);
    return;
  }
  for (let at = 0; at < into.length; at += piece) {
    const out = into.subarray(at, at + piece) as Float32Array;
    halves(
      new Uint16Array(taken(bytes, (start + at) * width, out.length * width).buffer as ArrayBuffer),
      out,
    );
  }
}

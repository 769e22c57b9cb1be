import { Budget, InputError } from '../../index.js';
import { readRegularFile } from '../../runtime/node/read-file.js';

/** A matrix of f64, row-major. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** Numbers of any shape, row-major. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: Float64Array | Float32Array | Uint8Array;
}

/** What an array may hold, with its bytes each. */
const types = { '<f8': 8, '<f4': 4, '|u1': 1 } as const;

/**
 * Reads an array of little-endian f64 or f32, or of bytes, in NumPy's format (NEP 1). Throws {@link InputError} for other
 * types and orders, a file that is cut off, and values that are not finite.
 */
export function readNpyArray(file: string): NpyArray {
  const bytes = readRegularFile(file, new Budget());
  if (bytes.length < 12 || bytes.toString('latin1', 0, 6) !== '\x93NUMPY')
    throw new InputError(`${file}: is no .npy file`);
  const long = bytes[6]! > 1;
  const start = long ? 12 : 10;
  const length = long ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', start, start + length);
  const type = /'descr': '([^']*)'/.exec(header)?.[1] ?? '';
  const axes = /'shape': \((\d+(?:, ?\d+)*),?\)/.exec(header)?.[1];
  if (!Object.hasOwn(types, type) || !/'fortran_order': False/.test(header) || axes === undefined)
    throw new InputError(
      `${file}: holds no array of little-endian f64 or f32, or of bytes, in rows (${header.trim().slice(0, 90)})`,
    );
  const each = types[type as keyof typeof types];
  const shape = axes.split(',').map(Number);
  const count = shape.reduce((product, extent) => product * extent, 1);
  const body = bytes.subarray(start + length);
  if (body.length !== each * count)
    throw new InputError(
      `${file}: has ${body.length} bytes for ${shape.join(' × ')} numbers; the file is cut off or damaged`,
    );
  if (each === 1) return { shape, data: Uint8Array.from(body) };
  const data = each === 8 ? new Float64Array(count) : new Float32Array(count);
  for (let k = 0; k < count; k++) data[k] = each === 8 ? body.readDoubleLE(8 * k) : body.readFloatLE(4 * k);
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  const columns = shape.at(-1)!;
  if (wrong >= 0)
    throw new InputError(
      `${file}: row ${Math.floor(wrong / columns)}, column ${wrong % columns} (from 0) is ${data[wrong]}; samples must be finite`,
    );
  return { shape, data };
}

/** {@link readNpyArray} of a matrix of f64. */
export function readNpy(file: string): Matrix {
  const { shape, data } = readNpyArray(file);
  if (shape.length !== 2 || !(data instanceof Float64Array))
    throw new InputError(
      `${file}: holds no matrix of little-endian f64 in rows (shape ${shape.join(' × ')})`,
    );
  return { rows: shape[0]!, columns: shape[1]!, data };
}

/** A matrix as the bytes of a `.npy` file, which {@link readNpy} reads. */
export function npyBytes({ rows, columns, data }: Matrix): Buffer {
  const fields = `{'descr': '<f8', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  // The header ends with a newline at a multiple of 64 bytes.
  const header = `${fields.padEnd(64 * Math.ceil((10 + fields.length + 1) / 64) - 11)}\n`;
  const bytes = Buffer.alloc(10 + header.length + 8 * rows * columns);
  bytes.write('\x93NUMPY\x01\x00', 0, 'latin1');
  bytes.writeUInt16LE(header.length, 8);
  bytes.write(header, 10, 'latin1');
  for (let k = 0; k < rows * columns; k++) bytes.writeDoubleLE(data[k]!, 10 + header.length + 8 * k);
  return bytes;
}

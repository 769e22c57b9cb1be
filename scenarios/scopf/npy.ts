import { Budget, InputError } from '../../index.js';
import { readRegularFile } from '../../runtime/node/read-file.js';

/** A matrix of f64, row-major. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/**
 * Reads a matrix of little-endian f64 in NumPy's format (NEP 1). Throws {@link InputError} for other types and shapes, a file
 * that is cut off, and values that are not finite.
 */
export function readNpy(file: string): Matrix {
  const bytes = readRegularFile(file, new Budget());
  if (bytes.length < 12 || bytes.toString('latin1', 0, 6) !== '\x93NUMPY')
    throw new InputError(`${file}: is no .npy file`);
  const long = bytes[6]! > 1;
  const start = long ? 12 : 10;
  const length = long ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', start, start + length);
  const shape = /'shape': \((\d+), (\d+)\)/.exec(header);
  if (!/'descr': '<f8'/.test(header) || !/'fortran_order': False/.test(header) || !shape)
    throw new InputError(
      `${file}: holds no matrix of little-endian f64 in rows (${header.trim().slice(0, 90)})`,
    );
  const [rows, columns] = [Number(shape[1]), Number(shape[2])];
  const body = bytes.subarray(start + length);
  if (body.length !== 8 * rows * columns)
    throw new InputError(
      `${file}: has ${body.length} bytes for ${rows} × ${columns} numbers; the file is cut off or damaged`,
    );
  const data = Float64Array.from({ length: rows * columns }, (_, k) => body.readDoubleLE(8 * k));
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0)
    throw new InputError(
      `${file}: row ${Math.floor(wrong / columns)}, column ${wrong % columns} (from 0) is ${data[wrong]}; samples must be finite`,
    );
  return { rows, columns, data };
}

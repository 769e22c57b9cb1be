import { unzipSync } from 'fflate';
import { InputError } from '../../index.js';

/**
 * The numbers of the one tensor of f64 that a file of PyTorch's `torch.save` holds (a zip archive; `NAME/data/0`,
 * little-endian), in their order. Throws {@link InputError} where it holds something else.
 */
export function tensorData(bytes: Uint8Array, count: number, file: string): Float64Array {
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(bytes, {
      filter: ({ name, originalSize }) => /(^|\/)data\/0$/.test(name) && originalSize === 8 * count,
    });
  } catch (error) {
    throw new InputError(
      `${file}: is no file of torch.save (${error instanceof Error ? error.message : error})`,
    );
  }
  const [data] = Object.values(entries);
  if (data === undefined || data.length !== 8 * count)
    throw new InputError(`${file}: holds no tensor of ${count} numbers of 8 bytes`);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Float64Array.from({ length: count }, (_, k) => view.getFloat64(8 * k, true));
}

import { inflateSync } from 'fflate';
import { type Bytes, taken } from './bytes.js';
import { sharedBytes } from './memory.js';

/** A file in a zip file. */
export interface ZipEntry {
  /** Bytes once unpacked. */
  readonly size: number;
  /** All of them, in shared memory where they are stored as they are. */
  read(): Uint8Array;
}

const u16 = (view: DataView, at: number): number => view.getUint16(at, true);
const u32 = (view: DataView, at: number): number => view.getUint32(at, true);

/** The files of a zip file below 4 GiB by name, of which none is read before it is asked for. Throws where it is none. */
export function zipEntries(bytes: Bytes): Map<string, ZipEntry> {
  const view = (at: number, length: number): DataView => {
    if (!(at >= 0 && at + length <= bytes.length)) throw new RangeError('it ends too early');
    return new DataView(taken(bytes, at, length).buffer);
  };
  // The directory's end is the last thing in the file but for a comment.
  const tail = Math.min(bytes.length, 22 + 0xffff);
  const last = view(bytes.length - tail, tail);
  let end = tail - 22;
  while (end >= 0 && u32(last, end) !== 0x06054b50) end--;
  if (end < 0) throw new RangeError('it has no directory');
  const directory = view(u32(last, end + 16), u32(last, end + 12));
  const entries = new Map<string, ZipEntry>();
  for (let k = u16(last, end + 10), at = 0; k > 0; k--) {
    if (u32(directory, at) !== 0x02014b50) throw new RangeError('its directory is damaged');
    const [method, packed, size] = [
      u16(directory, at + 10),
      u32(directory, at + 20),
      u32(directory, at + 24),
    ];
    const [name, more, comment] = [28, 30, 32].map((field) => u16(directory, at + field)) as [
      number,
      number,
      number,
    ];
    const header = u32(directory, at + 42);
    const text = new TextDecoder().decode(new Uint8Array(directory.buffer, at + 46, name));
    at += 46 + name + more + comment;
    entries.set(text, {
      size,
      read() {
        const local = view(header, 30);
        if (u32(local, 0) !== 0x04034b50) throw new RangeError(`${text} is not where the directory says`);
        const from = header + 30 + u16(local, 26) + u16(local, 28);
        if (from + packed > bytes.length) throw new RangeError(`${text} ends too early`);
        if (method === 0) {
          const whole = new Uint8Array(sharedBytes(packed));
          bytes.read(whole, from);
          return whole;
        }
        if (method !== 8) throw new RangeError(`${text} is packed by method ${method}`);
        const whole = inflateSync(taken(bytes, from, packed), { out: new Uint8Array(size) });
        if (whole.length !== size) throw new RangeError(`${text} has ${whole.length} bytes, not ${size}`);
        return whole;
      },
    });
  }
  return entries;
}

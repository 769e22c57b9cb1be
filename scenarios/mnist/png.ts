import { inflateSync } from 'node:zlib';
import { decode } from 'fast-png';
import type { Budget } from '../../index.js';

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
/** Samples per pixel and bits of a sample by colour type (PNG specification, table 11.1). */
const COLOURS: Readonly<Record<number, { readonly channels: number; readonly depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};
/** What a picture's pixels depend on; text, profiles and animations are left out. */
const KEPT = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);
/** More pieces than any writer makes; each would cost a hundred times its bytes. */
const MOST_CHUNKS = 2 ** 17;

/**
 * Decodes a PNG after checking that it has one header, no more pixels than the budget allows (decoded, 16 bytes each at
 * most are held), and image data that inflate to just the size the header says. Throws an Error that says what is wrong.
 */
export function decodePng(bytes: Uint8Array, file: string, budget: Budget): ReturnType<typeof decode> {
  if (SIGNATURE.some((byte, i) => bytes[i] !== byte)) throw new Error('no PNG signature');
  const kept = chunks(bytes);
  const [header, ...others] = kept;
  if (header?.type !== 'IHDR' || header.data.length !== 13)
    throw new Error('it does not begin with a header');
  if (others.some(({ type }) => type === 'IHDR')) throw new Error('it has a second header');
  const data = others.filter(({ type }) => type === 'IDAT');
  if (data.length === 0) throw new Error('it has no image data');
  checkSize(header.data, Buffer.concat(data.map((chunk) => chunk.data)), file, budget);
  return decode(Buffer.concat([Uint8Array.from(SIGNATURE), ...kept.map(({ whole }) => whole)]));
}

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
  /** Length, type, data and checksum. */
  readonly whole: Uint8Array;
}

/** Those that are kept. */
function chunks(bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Chunk[] = [];
  for (let at = SIGNATURE.length; at < bytes.length; ) {
    const length = at + 8 <= bytes.length ? view.getUint32(at) : Number.POSITIVE_INFINITY;
    const end = at + 12 + length;
    if (end > bytes.length) throw new Error('it is cut off');
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (KEPT.has(type))
      found.push({ type, data: bytes.subarray(at + 8, end - 4), whole: bytes.subarray(at, end) });
    if (found.length > MOST_CHUNKS) throw new Error(`it is in more than ${MOST_CHUNKS} pieces`);
    if (type === 'IEND') return found;
    at = end;
  }
  throw new Error('it is cut off');
}

/** Compares what the header promises with what the data inflate to, and never inflates more. */
function checkSize(header: Uint8Array, packed: Uint8Array, file: string, budget: Budget): void {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colour, interlace] = [header[8]!, header[9]!, header[12]!];
  if (width === 0 || height === 0) throw new Error(`it has ${width} × ${height} pixels`);
  budget.check('pixels', width * height, `${file}: not a readable PNG picture (${width} × ${height})`);
  const { channels = 0, depths = [] } = COLOURS[colour] ?? {};
  if (!depths.includes(depth)) throw new Error(`unknown colour type ${colour} of ${depth} bits`);
  // fast-png 8 takes a whole byte for each of their samples.
  if (interlace !== 0 && depth < 8)
    throw new Error(`interlaced pictures of ${depth} bits are not read; save it without interlace`);
  const passes = interlace === 0 ? [[0, 0, 1, 1] as const] : ADAM7;
  // A filter byte leads every row of every pass.
  const wanted = passes.reduce((total, [x, y, dx, dy]) => {
    const [columns, rows] = [Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)];
    return columns > 0 && rows > 0 ? total + rows * (1 + Math.ceil((columns * channels * depth) / 8)) : total;
  }, 0);
  const limit = wanted + 1;
  let length: number;
  try {
    length = inflateSync(packed, { maxOutputLength: limit }).length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') length = limit;
    else throw new Error(`its image data are damaged (${(error as Error).message})`);
  }
  if (length !== wanted)
    throw new Error(
      `its image data hold ${length > wanted ? 'more' : 'less'} than ${width} × ${height} pixels`,
    );
}

/** First column, first row, and steps of the seven passes of an interlaced picture (PNG specification §8.2). */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

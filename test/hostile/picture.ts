import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { mnistFiles, readImages, readLabels } from '../../scenarios/mnist/idx.js';
import { readImage } from '../../scenarios/mnist/image.js';
import { pick, whole } from '../read/random.js';
import { damaged } from './bytes.js';
import type { Format } from './format.js';
import { judged } from './judge.js';

/** CRC-32 as PNG has it (specification, annex D). */
function checksum(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

function chunk(random: () => number, type: string, data: Uint8Array, lies: boolean): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length =
    lies && random() < 0.1 ? pick(random, [0, 1, 0x7fffffff, 0xffffffff, data.length + 1]) : data.length;
  const crc = lies && random() < 0.1 ? whole(random, 2 ** 32) : checksum(body);
  return Buffer.concat([word(length), body, word(crc)]);
}

const channels: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** A picture with a few lies about its size, its pieces or its data. */
function lyingPng(random: () => number): Buffer {
  const colour = pick(random, [0, 0, 2, 3, 4, 6, 1, 7]);
  const depth = pick(random, [1, 2, 4, 8, 8, 8, 16, 3, 0, 255]);
  const side = () => pick(random, [1, 2, 27, 28, 29, 100, 300]);
  const claim = (size: number) =>
    random() < 0.15 ? pick(random, [0, 1, 2 ** 16, 2 ** 24, 2 ** 31 - 1, 2 ** 32 - 1]) : size;
  const [width, height] = [side(), side()];
  const interlace = pick(random, [0, 0, 0, 1, 2]);
  const header = () =>
    Buffer.concat([
      word(claim(width)),
      word(claim(height)),
      Uint8Array.of(depth, colour, pick(random, [0, 0, 0, 1]), 0, interlace),
    ]);
  const row = 1 + Math.ceil((width * (channels[colour] ?? 1) * Math.min(depth, 16)) / 8);
  const rows = random() < 0.1 ? pick(random, [0, 1, 20_000]) : height;
  const raw = Buffer.from(
    Array.from({ length: Math.min(rows * row, 4e6) }, (_, k) =>
      k % row === 0 ? whole(random, random() < 0.02 ? 256 : 5) : whole(random, 256),
    ),
  );
  const packed = deflateSync(raw);
  const lies = random() < 0.7;
  const part = (type: string, data: Uint8Array) => chunk(random, type, data, lies);
  const pieces = [
    part('IHDR', header()),
    ...(colour === 3 || random() < 0.05
      ? [
          part(
            'PLTE',
            Buffer.from(
              Array.from({ length: pick(random, [3, 6, 48, 768, 7, 0]) }, () => whole(random, 256)),
            ),
          ),
        ]
      : []),
    ...(random() < 0.1 ? [part('tRNS', Buffer.alloc(pick(random, [0, 1, 2, 6, 256])))] : []),
    ...(random() < 0.1 ? [part('IHDR', header())] : []),
    ...(random() < 0.1
      ? [
          part(
            pick(random, ['tEXt', 'iCCP', 'acTL', 'fdAT', '\0\0\0\0', 'zTXt']),
            Buffer.alloc(whole(random, 50)),
          ),
        ]
      : []),
    part('IDAT', lies && random() < 0.2 ? damaged(random, packed) : packed.subarray(0, packed.length >> 1)),
    part('IDAT', packed.subarray(packed.length >> 1)),
    part('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10), ...pieces]);
}

/** Ink on dark paper, 28 × 28, and the file that holds it. */
function soundPng(random: () => number): { readonly bytes: Buffer; readonly pixels: Float64Array } {
  const inside = (k: number): boolean => k % 28 > 3 && k % 28 < 24 && k > 28 * 4 && k < 28 * 24;
  const ink = Uint8Array.from({ length: 784 }, (_, k) => (inside(k) ? whole(random, 256) : 0));
  ink[400] = 255;
  const raw = Buffer.concat(
    Array.from({ length: 28 }, (_, r) => Buffer.from([0, ...ink.subarray(28 * r, 28 * (r + 1))])),
  );
  const header = Buffer.concat([word(28), word(28), Uint8Array.of(8, 0, 0, 0, 0)]);
  const bytes = Buffer.concat([
    Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10),
    chunk(random, 'IHDR', header, false),
    chunk(random, 'IDAT', deflateSync(raw), false),
    chunk(random, 'IEND', Buffer.alloc(0), false),
  ]);
  return { bytes, pixels: Float64Array.from(ink, (v) => v / 255) };
}

function tryPng(random: () => number, file: string): string {
  const sound = random() < 0.2 ? soundPng(random) : undefined;
  const made = sound?.bytes ?? (random() < 0.4 ? damaged(random, soundPng(random).bytes) : lyingPng(random));
  writeFileSync(file, made);
  const pixels = readImage(file);
  if (pixels.length !== 784) throw new Error(`${pixels.length} pixels`);
  const odd = pixels.find((v) => !(v >= 0 && v <= 1 + 1e-12));
  if (odd !== undefined) throw new Error(`a pixel is ${odd}`);
  if (!sound) return 'picture';
  if (sound.pixels.some((v, k) => v !== pixels[k])) throw new Error('other pixels than were drawn');
  return 'right picture';
}

/** 64 MiB and a byte of zeros, packed a thousandfold. */
let bomb: Buffer | undefined;

function tryIdx(random: () => number, folder: string): string {
  const lengths = [1 + whole(random, 4), 1 + whole(random, 30), 1 + whole(random, 30)];
  const axes = random() < 0.5 ? 3 : 1;
  const own = lengths.slice(0, axes);
  const size = own.reduce((a, b) => a * b, 1);
  const numbers = Uint8Array.from({ length: size }, () => whole(random, axes === 1 ? 10 : 256));
  const sound = random() < 0.2;
  const lie = (value: number) =>
    !sound && random() < 0.2 ? pick(random, [0, 2 ** 16, 2 ** 31, 2 ** 32 - 1]) : value;
  const bytes = Buffer.concat([word(lie(0x0800 + axes)), ...own.map((length) => word(lie(length))), numbers]);
  let packed: Uint8Array = gzipSync(!sound && random() < 0.3 ? damaged(random, bytes) : bytes);
  if (!sound && random() < 0.3) packed = damaged(random, packed);
  if (!sound && random() < 0.02) packed = bomb ??= gzipSync(Buffer.alloc(2 ** 26 + 1));
  const { images, labels } = mnistFiles;
  writeFileSync(join(folder, (axes === 3 ? images : labels).file), packed);
  const found = axes === 3 ? readImages(folder).images : readLabels(folder);
  if (!sound) return 'numbers';
  if (Buffer.compare(Buffer.from(found), Buffer.from(numbers)) !== 0)
    throw new Error('other numbers than were written');
  return 'right numbers';
}

/** PNG pictures and packed IDX files: sound, damaged, and with lies about sizes, pieces and data. */
export const picture: Format = {
  name: 'pictures',
  count: 1000,
  attempt(random) {
    const folder = mkdtempSync(join(tmpdir(), 'graybox-hostile-'));
    return judged(() => {
      try {
        return random() < 0.7 ? tryPng(random, join(folder, 'p.png')) : tryIdx(random, folder);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  },
};

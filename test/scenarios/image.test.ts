import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decode, encode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findData } from '../../scenarios/data.js';
import { drawnDigit } from '../../scenarios/mnist/digit.js';
import { readImage } from '../../scenarios/mnist/image.js';
import { drawPicture } from '../../scenarios/mnist/picture.js';
import { ink } from '../../scenarios/mnist/strokes.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graybox-image-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A dark slanted bar on white paper, as samples in 0…1 (1: white). */
const WIDTH = 90;
const HEIGHT = 120;
const paper = Float64Array.from(
  { length: WIDTH * HEIGHT },
  (_, i) =>
    1 -
    ink(
      [
        [
          [0.6, 0.2],
          [0.5, 0.8],
        ],
      ],
      ((i % WIDTH) + 0.5) / WIDTH,
      (Math.floor(i / WIDTH) + 0.5) / WIDTH - 0.15,
      0.05,
      0.03,
    ),
);

function write(
  name: string,
  channels: number,
  depth: 8 | 16,
  sample: (v: number, channel: number) => number,
): string {
  const size = paper.length * channels;
  const data = depth === 16 ? new Uint16Array(size) : new Uint8Array(size);
  const full = 2 ** depth - 1;
  paper.forEach((v, i) => {
    for (let c = 0; c < channels; c++) data[i * channels + c] = Math.round(full * sample(v, c));
  });
  const file = join(folder, name);
  writeFileSync(file, encode({ width: WIDTH, height: HEIGHT, data, channels, depth }));
  return file;
}

describe('a user’s picture', () => {
  it('comes out centred, light on dark and in range', () => {
    const pixels = readImage(write('gray.png', 1, 8, (v) => v));
    expect(Math.max(...pixels)).toBeGreaterThan(0.9);
    expect(Math.min(...pixels)).toBe(0);
    let [mass, massX, massY] = [0, 0, 0];
    pixels.forEach((v, i) => {
      mass += v;
      massX += v * ((i % 28) + 0.5);
      massY += v * (Math.floor(i / 28) + 0.5);
    });
    expect(massX / mass).toBeCloseTo(14, 1);
    expect(massY / mass).toBeCloseTo(14, 1);
    const inked = Array.from(pixels.keys()).filter((i) => pixels[i]! > 0.1);
    expect(
      Math.max(...inked.map((i) => Math.floor(i / 28))) - Math.min(...inked.map((i) => Math.floor(i / 28))),
    ).toBeLessThanOrEqual(21);
  });

  const reference = (): Float64Array => readImage(write('gray.png', 1, 8, (v) => v));
  const kinds: [string, () => string, number][] = [
    ['16-bit gray', () => write('gray16.png', 1, 16, (v) => v), 0.01],
    ['colour', () => write('rgb.png', 3, 8, (v) => v), 1e-9],
    ['colour with alpha', () => write('rgba.png', 4, 8, (v, c) => (c === 3 ? 1 : v)), 1e-9],
    ['ink on transparent paper', () => write('alpha.png', 4, 8, (v, c) => (c === 3 ? 1 - v : 0)), 0.01],
    ['gray with alpha', () => write('la.png', 2, 8, (v, c) => (c === 1 ? 1 : v)), 1e-9],
    ['light on dark', () => write('inverse.png', 1, 8, (v) => 1 - v), 0.01],
  ];
  for (const [name, make, tolerance] of kinds)
    it(`reads ${name} as the same digit`, () => {
      const expected = reference();
      const pixels = readImage(make());
      expect(Math.max(...pixels.map((v, i) => Math.abs(v - expected[i]!)))).toBeLessThan(tolerance);
    });

  it('takes a 28 × 28 picture as it is', () => {
    const { pixels } = drawnDigit();
    const file = join(folder, 'exact.png');
    writeFileSync(
      file,
      encode({
        width: 28,
        height: 28,
        data: Uint8Array.from(pixels, (v) => Math.round(255 * v)),
        channels: 1,
        depth: 8,
      }),
    );
    const read = readImage(file);
    expect(Math.max(...read.map((v, i) => Math.abs(v - pixels[i]!)))).toBeLessThan(1 / 500);
  });

  it.each([
    ['a text file', () => Buffer.from('not a picture'), /not a readable PNG/],
    [
      'a truncated picture',
      () =>
        Buffer.from(
          encode({ width: 9, height: 9, data: new Uint8Array(81).map((_, i) => i), channels: 1, depth: 8 }),
        ).subarray(0, 50),
      /not a readable PNG/,
    ],
    [
      'a blank picture',
      () =>
        Buffer.from(
          encode({ width: 9, height: 9, data: new Uint8Array(81).fill(255), channels: 1, depth: 8 }),
        ),
      /blank/,
    ],
  ])('refuses %s in one line that names the file', (_, bytes, message) => {
    const file = join(folder, 'bad.png');
    writeFileSync(file, bytes());
    expect(() => readImage(file)).toThrow(message);
    expect(() => readImage(file)).toThrow(/bad\.png/);
  });

  it('refuses a picture whose header claims an absurd size before decoding it', () => {
    const bytes = encode({ width: 9, height: 9, data: new Uint8Array(81), channels: 1, depth: 8 });
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(16, 4_000_000_000);
    const file = join(folder, 'huge.png');
    writeFileSync(file, bytes);
    expect(() => readImage(file)).toThrow(/4000000000/);
  });

  it('refuses a second header, and data that inflate to more or less than the header says', () => {
    const encoded = (side: number): Buffer =>
      Buffer.from(
        encode({ width: side, height: side, data: new Uint8Array(side * side), channels: 1, depth: 8 }),
      );
    const bytes = encoded(9);
    const header = bytes.subarray(8, 33);
    const large = encoded(2000);
    const file = join(folder, 'lie.png');
    const refusal = (content: Uint8Array, message: RegExp): void => {
      writeFileSync(file, content);
      expect(() => readImage(file)).toThrow(message);
    };
    refusal(Buffer.concat([bytes.subarray(0, 33), header, bytes.subarray(33)]), /second header/);
    refusal(Buffer.concat([bytes.subarray(0, 33), large.subarray(33)]), /more than 9 × 9 pixels/);
    refusal(Buffer.concat([large.subarray(0, 33), bytes.subarray(33)]), /less than 2000 × 2000 pixels/);
  });

  it('refuses what is no regular file without waiting', () => {
    const pipe = join(folder, 'pipe.png');
    execFileSync('mkfifo', [pipe]);
    expect(() => readImage(pipe)).toThrow(/is a pipe, not a regular file/);
    expect(() => readImage('/dev/zero')).toThrow(/is a device, not a regular file/);
    expect(() => readImage(folder)).toThrow(/is a folder, not a regular file/);
  });

  const hostile = findData('security');
  it.skipIf(!hostile)('refuses pictures that would exhaust memory', () => {
    const file = join(folder, 'hostile.png');
    for (const name of ['8192full.png.gz', 'hdr2.png']) {
      const bytes = readFileSync(join(hostile!, 'png', name));
      writeFileSync(file, name.endsWith('.gz') ? gunzipSync(bytes) : bytes);
      expect(() => readImage(file)).toThrow(/not a readable PNG picture \(/);
    }
  });

  it('refuses a missing file', () => {
    expect(() => readImage(join(folder, 'none.png'))).toThrow(/none\.png: cannot be read \(ENOENT\)/);
  });
});

describe('the result picture', () => {
  it('shows original, adversarial and difference in their places', () => {
    const original = drawnDigit().pixels;
    const adversarial = original.slice();
    adversarial[0] = 1;
    const removed = original.indexOf(Math.max(...original));
    adversarial[removed] = 0;
    const classes = [0, 0, 0, 0, 1, 0, 0, 0, 0, 0];
    const png = decode(
      drawPicture({ original, adversarial, before: classes, after: classes, target: 9, change: 2 }),
    );
    const top = 24 + 16 + 22 + 12;
    const at = (panel: number, pixel: number): number[] => {
      const x = 24 + panel * 304 + (pixel % 28) * 10 + 5;
      const y = top + Math.floor(pixel / 28) * 10 + 5;
      return Array.from(png.data.slice(3 * (y * png.width + x), 3 * (y * png.width + x) + 3));
    };
    expect(at(0, 0)).toEqual([0, 0, 0]);
    expect(at(1, 0)).toEqual([255, 255, 255]);
    const [red, , blue] = at(2, 0);
    expect(red! - blue!).toBeGreaterThan(100);
    const [redRemoved, , blueRemoved] = at(2, removed);
    expect(blueRemoved! - redRemoved!).toBeGreaterThan(100);
    expect(at(2, 1)).toEqual([255, 255, 255]);
  });
});

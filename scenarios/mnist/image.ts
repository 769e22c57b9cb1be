import { Budget, type BudgetLimits, InputError } from '../../index.js';
import { readRegularFile } from '../../runtime/node/read-file.js';
import { decodePng } from './png.js';

const SIDE = 28;
/** MNIST's digits fill a 20 × 20 box, their centre of mass in the middle of 28 × 28. */
const BOX = 20;

interface Gray {
  readonly width: number;
  readonly height: number;
  /** Row-major ink in [0, 1]. */
  readonly ink: Float64Array;
}

/**
 * Reads a PNG of any size, gray or colour, and returns it as the networks were trained: 28 × 28, light ink on dark
 * paper, in [0, 1]. A picture with a bright border is taken for dark ink on paper and inverted; one that is not 28 × 28
 * is cropped to its ink, scaled into MNIST's 20 × 20 box and centred by its mass. `limits` are what it may ask for.
 */
export function readImage(file: string, { limits }: { readonly limits?: BudgetLimits } = {}): Float64Array {
  const gray = inkOf(readPng(file, new Budget(limits)));
  if (!gray.ink.some((v) => v > 0.1))
    throw new InputError(`${file}: the picture is blank: nothing stands out from its border`);
  return gray.width === SIDE && gray.height === SIDE ? gray.ink : centred(gray);
}

function readPng(file: string, budget: Budget): Gray {
  const bytes = readRegularFile(file, budget, 'packed');
  let picture: ReturnType<typeof decodePng>;
  try {
    picture = decodePng(bytes, file, budget);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(
      `${file}: not a readable PNG picture (${error instanceof Error ? error.message : error}): convert it to PNG`,
    );
  }
  const { width, height, channels, depth, palette } = picture;
  const data = depth < 8 ? unpacked(picture.data, width, height, depth) : picture.data;
  const full = palette ? 255 : 2 ** depth - 1;
  const ink = new Float64Array(width * height);
  for (let i = 0; i < ink.length; i++) {
    const colour = palette ? palette[data[i]!] : data;
    if (colour === undefined)
      throw new InputError(`${file}: pixel ${i} points outside the palette: the picture is damaged`);
    const samples = palette ? colour.length : channels;
    const at = palette ? 0 : i * channels;
    const luminance =
      samples >= 3 ? 0.2126 * colour[at]! + 0.7152 * colour[at + 1]! + 0.0722 * colour[at + 2]! : colour[at]!;
    const alpha = samples % 2 === 0 ? colour[at + samples - 1]! / full : 1;
    // Transparent parts are paper; paper is white on a screen.
    ink[i] = (luminance / full) * alpha + (1 - alpha);
  }
  return { width, height, ink };
}

/** Samples of less than a byte, one channel, rows padded to whole bytes, as one number each. */
function unpacked(data: ArrayLike<number>, width: number, height: number, depth: number): Uint8Array {
  const rowBytes = Math.ceil((width * depth) / 8);
  const out = new Uint8Array(width * height);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const bit = column * depth;
      const byte = data[row * rowBytes + (bit >> 3)]!;
      out[row * width + column] = (byte >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
    }
  return out;
}

/** Light ink on dark paper: inverted when the border, which is paper, is bright. */
function inkOf({ width, height, ink }: Gray): Gray {
  let bright = 0;
  const look = (at: number): void => {
    if (ink[at]! > 0.5) bright++;
  };
  for (let column = 0; column < width; column++) {
    look(column);
    look((height - 1) * width + column);
  }
  for (let row = 0; row < height; row++) {
    look(row * width);
    look(row * width + width - 1);
  }
  // Of the 2 (width + height) numbers met, at least half.
  return bright >= width + height ? { width, height, ink: ink.map((v) => 1 - v) } : { width, height, ink };
}

/** Crops to the ink, scales into the box by area averages and puts the centre of mass in the middle. */
function centred({ width, height, ink }: Gray): Float64Array {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      if (ink[row * width + column]! > 0.1) {
        left = Math.min(left, column);
        right = Math.max(right, column);
        top = Math.min(top, row);
        bottom = Math.max(bottom, row);
      }
  const extent = Math.max(right - left + 1, bottom - top + 1);
  const scale = extent / BOX;
  let [mass, massX, massY] = [0, 0, 0];
  for (let row = top; row <= bottom; row++)
    for (let column = left; column <= right; column++) {
      const v = ink[row * width + column]!;
      mass += v;
      massX += v * (column + 0.5);
      massY += v * (row + 0.5);
    }
  const out = new Float64Array(SIDE * SIDE);
  const originX = massX / mass - (SIDE / 2) * scale;
  const originY = massY / mass - (SIDE / 2) * scale;
  for (let row = 0; row < SIDE; row++)
    for (let column = 0; column < SIDE; column++)
      out[row * SIDE + column] = areaMean(
        { width, height, ink },
        originX + column * scale,
        originY + row * scale,
        scale,
      );
  return out;
}

/** Mean ink over the square of side `side` at (`x0`, `y0`), in pixels; outside the picture is paper. */
function areaMean({ width, height, ink }: Gray, x0: number, y0: number, side: number): number {
  let total = 0;
  for (let row = Math.max(0, Math.floor(y0)); row < Math.min(height, Math.ceil(y0 + side)); row++) {
    const high = Math.min(row + 1, y0 + side) - Math.max(row, y0);
    for (let column = Math.max(0, Math.floor(x0)); column < Math.min(width, Math.ceil(x0 + side)); column++) {
      const wide = Math.min(column + 1, x0 + side) - Math.max(column, x0);
      total += ink[row * width + column]! * high * wide;
    }
  }
  return total / (side * side);
}

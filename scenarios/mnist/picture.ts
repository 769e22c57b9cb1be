import { encode } from 'fast-png';
import { type Surface, textWidth, write } from './lettering.js';
import { CLASSES } from './problem.js';

type Colour = readonly [number, number, number];
const PAPER: Colour = [250, 250, 248];
const TEXT: Colour = [34, 34, 40];
const FAINT: Colour = [206, 208, 214];
const QUIET: Colour = [112, 116, 128];
const ADDED: Colour = [200, 38, 44];
const REMOVED: Colour = [28, 92, 190];

const SIDE = 28;
const CELL = 10;
const PANEL = SIDE * CELL;
const MARGIN = 24;
const TITLE = 16;
const CAPTION = 11;
const BARS = 84;

export interface PictureContent {
  /** 28 × 28, row-major, in [0, 1]. */
  readonly original: Float64Array;
  readonly adversarial: Float64Array;
  /** Class probabilities before and after. */
  readonly before: ArrayLike<number>;
  readonly after: ArrayLike<number>;
  readonly target: number;
  /** Σ|x − x_ref|. */
  readonly change: number;
}

class Canvas implements Surface {
  readonly data: Uint8Array;
  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.data = new Uint8Array(3 * width * height);
    this.fill(0, 0, width, height, PAPER);
  }

  fill(left: number, top: number, width: number, height: number, colour: Colour): void {
    for (let y = Math.round(top); y < Math.round(top + height); y++)
      for (let x = Math.round(left); x < Math.round(left + width); x++) this.blend(x, y, colour, 1);
  }

  blend(x: number, y: number, colour: Colour, weight: number): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const at = 3 * (y * this.width + x);
    for (let c = 0; c < 3; c++)
      this.data[at + c] = Math.round(this.data[at + c]! * (1 - weight) + colour[c]! * weight);
  }
}

/** One PNG: original, adversarial and difference side by side, each with what the network makes of it. */
export function drawPicture(content: PictureContent): Uint8Array {
  const top = MARGIN + TITLE + 2 * CAPTION + 12;
  const canvas = new Canvas(3 * PANEL + 4 * MARGIN, top + PANEL + BARS + 3 * CAPTION + MARGIN);
  const left = (panel: number): number => MARGIN + panel * (PANEL + MARGIN);
  const heading = (panel: number, title: string, caption: string): void => {
    write(canvas, title, left(panel), MARGIN, TITLE, TEXT);
    write(canvas, caption, left(panel), MARGIN + TITLE + 10, CAPTION, QUIET);
  };
  heading(0, 'Original', `seen as ${verdict(content.before)}`);
  heading(1, 'Adversarial', `seen as ${verdict(content.after)}`);
  heading(2, 'Difference', `sum of changes ${content.change.toFixed(3)}`);

  const gray = (v: number): Colour => [255 * v, 255 * v, 255 * v];
  panel(canvas, left(0), top, (i) => gray(clamp(content.original[i]!)));
  panel(canvas, left(1), top, (i) => gray(clamp(content.adversarial[i]!)));
  panel(canvas, left(2), top, (i) => signed(content.adversarial[i]! - content.original[i]!));

  const base = top + PANEL + 14;
  probabilities(canvas, left(0), base, content.before, content.target);
  probabilities(canvas, left(1), base, content.after, content.target);
  legend(canvas, left(2), base);
  return encode({ width: canvas.width, height: canvas.height, data: canvas.data, channels: 3, depth: 8 });
}

const clamp = (v: number): number => Math.min(1, Math.max(0, v));

function verdict(probabilities: ArrayLike<number>): string {
  const all = Array.from(probabilities);
  const best = all.indexOf(Math.max(...all));
  return `${best} (${(100 * all[best]!).toFixed(1)} %)`;
}

function panel(canvas: Canvas, left: number, top: number, colour: (pixel: number) => Colour): void {
  canvas.fill(left - 1, top - 1, PANEL + 2, PANEL + 2, FAINT);
  for (let i = 0; i < SIDE * SIDE; i++)
    canvas.fill(left + (i % SIDE) * CELL, top + Math.floor(i / SIDE) * CELL, CELL, CELL, colour(i));
}

/** Red adds ink, blue removes it; full colour at a change of ±1, white at none. */
function signed(change: number): Colour {
  // A square root keeps small changes visible.
  const weight = Math.sqrt(clamp(Math.abs(change)));
  const full = change >= 0 ? ADDED : REMOVED;
  return full.map((c) => 255 + (c - 255) * weight) as unknown as Colour;
}

/** Ten bars, one a class; the target's in red. */
function probabilities(
  canvas: Canvas,
  left: number,
  top: number,
  values: ArrayLike<number>,
  target: number,
): void {
  const pitch = PANEL / CLASSES;
  const height = BARS - 10;
  canvas.fill(left, top + height, PANEL, 1, FAINT);
  for (let k = 0; k < CLASSES; k++) {
    const bar = height * clamp(values[k]!);
    canvas.fill(left + k * pitch + 5, top + height - bar, pitch - 10, bar, k === target ? ADDED : QUIET);
    const digit = String(k);
    write(
      canvas,
      digit,
      left + (k + 0.5) * pitch - textWidth(digit, CAPTION) / 2,
      top + height + 8,
      CAPTION,
      k === target ? ADDED : QUIET,
    );
  }
}

function legend(canvas: Canvas, left: number, top: number): void {
  const steps = PANEL / 2;
  for (let k = -steps; k < steps; k++) canvas.fill(left + k + steps, top, 1, 16, signed(k / steps));
  write(canvas, '-1', left, top + 24, CAPTION, QUIET);
  write(canvas, '0', left + PANEL / 2 - textWidth('0', CAPTION) / 2, top + 24, CAPTION, QUIET);
  write(canvas, '+1', left + PANEL - textWidth('+1', CAPTION), top + 24, CAPTION, QUIET);
  write(canvas, 'blue: darker, red: lighter', left, top + 46, CAPTION, QUIET);
}

import { ink, type Strokes } from './strokes.js';

/** Polylines of a glyph on a grid 4 wide and 6 high, y downwards: `"x,y x,y …"`, lines separated by `|`. */
const GLYPHS: Readonly<Record<string, string>> = {
  A: '0,6 2,0 4,6|0.8,4 3.2,4',
  B: '0,0 0,6 3,6 4,5 4,4 3,3 0,3|3,3 3.7,2.2 3.7,0.8 3,0 0,0',
  C: '4,1 3,0 1,0 0,1 0,5 1,6 3,6 4,5',
  D: '0,0 0,6 2.5,6 4,4.5 4,1.5 2.5,0 0,0',
  E: '4,0 0,0 0,6 4,6|0,3 3,3',
  F: '4,0 0,0 0,6|0,3 3,3',
  G: '4,1 3,0 1,0 0,1 0,5 1,6 3,6 4,5 4,3 2.5,3',
  H: '0,0 0,6|4,0 4,6|0,3 4,3',
  I: '1,0 3,0|2,0 2,6|1,6 3,6',
  J: '4,0 4,5 3,6 1,6 0,5',
  K: '0,0 0,6|4,0 0,3.5|1.3,2.5 4,6',
  L: '0,0 0,6 4,6',
  M: '0,6 0,0 2,3 4,0 4,6',
  N: '0,6 0,0 4,6 4,0',
  O: '1,0 3,0 4,1 4,5 3,6 1,6 0,5 0,1 1,0',
  P: '0,6 0,0 3,0 4,1 4,2.2 3,3.2 0,3.2',
  Q: '1,0 3,0 4,1 4,5 3,6 1,6 0,5 0,1 1,0|2.5,4.5 4,6',
  R: '0,6 0,0 3,0 4,1 4,2.2 3,3.2 0,3.2|2,3.2 4,6',
  S: '4,1 3,0 1,0 0,1 0,2 1,3 3,3 4,4 4,5 3,6 1,6 0,5',
  T: '0,0 4,0|2,0 2,6',
  U: '0,0 0,5 1,6 3,6 4,5 4,0',
  V: '0,0 2,6 4,0',
  W: '0,0 1,6 2,2 3,6 4,0',
  X: '0,0 4,6|4,0 0,6',
  Y: '0,0 2,3 4,0|2,3 2,6',
  Z: '0,0 4,0 0,6 4,6',
  '0': '1,0 3,0 4,1 4,5 3,6 1,6 0,5 0,1 1,0|1,4.6 3,1.4',
  '1': '0.8,1.2 2,0 2,6|0.8,6 3.2,6',
  '2': '0,1 1,0 3,0 4,1 4,2 0,6 4,6',
  '3': '0,0 4,0 2,2.4 3.2,2.6 4,3.6 4,5 3,6 1,6 0,5',
  '4': '3,6 3,0 0,4.2 4,4.2',
  '5': '4,0 0.4,0 0,2.8 1,2.4 3,2.4 4,3.4 4,5 3,6 1,6 0,5',
  '6': '3.6,0.4 2.6,0 1.2,0.6 0,2.6 0,5 1,6 3,6 4,5 4,3.6 3,2.7 1,2.7 0,3.6',
  '7': '0,0 4,0 1.6,6',
  '8': '1,0 3,0 3.8,0.9 3.8,2.1 3,3 1,3 0.2,2.1 0.2,0.9 1,0|1,3 0,4 0,5 1,6 3,6 4,5 4,4 3,3',
  '9': '4,2.4 3,3.3 1,3.3 0,2.4 0,1 1,0 3,0 4,1 4,3.4 2.8,5.4 1.4,6 0.4,5.6',
  '.': '2,6',
  ',': '2,5.6 1.6,6.8',
  ':': '2,2|2,5',
  '-': '1,3 3,3',
  '+': '0.6,3 3.4,3|2,1.6 2,4.4',
  '%': '4,0 0,6|0.7,0.6 0.7,1.2|3.3,4.8 3.3,5.4',
  '=': '0.6,2.2 3.4,2.2|0.6,3.8 3.4,3.8',
  '/': '4,0 0,6',
  '(': '2.6,-0.4 1.6,1.5 1.6,4.5 2.6,6.4',
  ')': '1.4,-0.4 2.4,1.5 2.4,4.5 1.4,6.4',
  ' ': '',
};

const strokesOf = new Map<string, Strokes>(
  Object.entries(GLYPHS).map(([character, text]) => [
    character,
    text === ''
      ? []
      : text
          .split('|')
          .map((line) => line.split(' ').map((point) => point.split(',').map(Number) as [number, number])),
  ]),
);

/** A surface that text can be drawn on: blends `colour` with weight in [0, 1] into the pixel. */
export interface Surface {
  blend(x: number, y: number, colour: readonly [number, number, number], weight: number): void;
}

/** Width in pixels of `text` set with capitals `height` pixels high. */
export const textWidth = (text: string, height: number): number =>
  Math.ceil([...text].length * (height / 6) * 5.6);

/** Writes `text` in capitals `height` pixels high, its top left corner at (`left`, `top`). */
export function write(
  surface: Surface,
  text: string,
  left: number,
  top: number,
  height: number,
  colour: readonly [number, number, number],
): void {
  const unit = height / 6;
  [...text.toUpperCase()].forEach((character, index) => {
    const strokes = strokesOf.get(character);
    if (strokes === undefined) throw new Error(`no glyph for '${character}'`);
    if (strokes.length === 0) return;
    const x0 = left + index * unit * 5.6;
    for (let y = Math.floor(top - 2 * unit); y < top + 8 * unit; y++)
      for (let x = Math.floor(x0 - unit); x < x0 + 5 * unit; x++) {
        const weight = ink(strokes, (x + 0.5 - x0) / unit, (y + 0.5 - top) / unit, 0.3, 0.45);
        if (weight > 0) surface.blend(x, y, colour, weight);
      }
  });
}

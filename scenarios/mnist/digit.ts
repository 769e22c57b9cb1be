import { ink, type Strokes } from './strokes.js';

/** A four as a pen would draw it, in the unit square of the 28 × 28 image. */
const FOUR: Strokes = [
  [
    [0.36, 0.2],
    [0.32, 0.32],
    [0.28, 0.47],
    [0.29, 0.53],
    [0.4, 0.55],
    [0.55, 0.52],
    [0.68, 0.48],
  ],
  [
    [0.68, 0.2],
    [0.66, 0.38],
    [0.63, 0.58],
    [0.6, 0.8],
  ],
];

/** The digit that needs no data: 28 × 28, row-major, ink 1 on paper 0, and what it shows. */
export function drawnDigit(): { pixels: Float64Array; label: number } {
  const side = 28;
  const pixels = new Float64Array(side * side);
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++)
      pixels[row * side + column] = ink(FOUR, (column + 0.5) / side, (row + 0.5) / side, 0.025, 0.045);
  return { pixels, label: 4 };
}

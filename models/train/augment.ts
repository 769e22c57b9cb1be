import type { Random } from './random.js';

/** How far copies may stray from the original: each range is symmetric about "unchanged". */
export interface Distortion {
  /** Rotation, radians. */
  readonly rotation: number;
  /** Relative change of size, each axis by itself. */
  readonly scale: number;
  /** Shear of columns against rows. */
  readonly shear: number;
  /** Shift, pixels. */
  readonly shift: number;
}

/**
 * Writes a randomly rotated, sheared, scaled and shifted copy of a grey image (`side × side`, row-major, 0–255) to
 * `out` from `offset`, as numbers in [0, 1]. Each pixel is looked up at its origin and interpolated bilinearly.
 */
export function distort(
  image: Uint8Array,
  side: number,
  by: Distortion,
  random: Random,
  out: Float32Array,
  offset: number,
): void {
  const within = (range: number): number => range * (2 * random.uniform() - 1);
  const angle = within(by.rotation);
  const [wide, high] = [1 + within(by.scale), 1 + within(by.scale)];
  const [shear, right, down] = [within(by.shear), within(by.shift), within(by.shift)];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const centre = (side - 1) / 2;
  const pixel = (r: number, c: number): number =>
    r < 0 || c < 0 || r >= side || c >= side ? 0 : image[r * side + c]!;
  for (let r = 0; r < side; r++) {
    for (let c = 0; c < side; c++) {
      const [v, u] = [r - centre - down, c - centre - right];
      const row = centre + (sin * u + cos * v) * high;
      const column = centre + (cos * u - sin * v) * wide + shear * v;
      const [r0, c0] = [Math.floor(row), Math.floor(column)];
      const [s, t] = [row - r0, column - c0];
      const above = (1 - t) * pixel(r0, c0) + t * pixel(r0, c0 + 1);
      const below = (1 - t) * pixel(r0 + 1, c0) + t * pixel(r0 + 1, c0 + 1);
      out[offset + r * side + c] = ((1 - s) * above + s * below) / 255;
    }
  }
}

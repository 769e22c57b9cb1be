import { pick, whole } from '../../read/random.js';

export type Random = () => number;

export const chance = (random: Random, share: number): boolean => random() < share;
export const between = (random: Random, low: number, high: number): number => low + (high - low) * random();
/** Log-uniform. */
export const sizeBetween = (random: Random, low: number, high: number): number =>
  low * (high / low) ** random();

/** A number that is not 0: a small integer as often as not. */
export function coefficient(random: Random): number {
  const size = chance(random, 0.5) ? 1 + whole(random, 4) : between(random, 0.2, 3);
  return chance(random, 0.5) ? size : -size;
}

/** `length` coefficients, a share of them 0 but not all. */
export function vector(random: Random, length: number, zeros = 0.3): number[] {
  const out = Array.from({ length }, () => (chance(random, zeros) ? 0 : coefficient(random)));
  if (!out.some((value) => value !== 0)) out[whole(random, length)] = coefficient(random);
  return out;
}

/** A start for a solution: near it, 0, far away, or anywhere. */
export function startFor(random: Random, x: readonly number[]): number[] {
  const far: number = pick<number>(random, [0, 0.1, 1, 1, 10, 100]);
  if (chance(random, 0.25)) return x.map(() => 0);
  return x.map((value) => value + far * between(random, -1, 1));
}

export { pick, whole };

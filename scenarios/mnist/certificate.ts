import { bounds, type Network } from '../../index.js';

export interface Certified {
  /** No image within this ℓ1 distance of the reference, pixels in [0, 1], reaches the target's probability. */
  readonly radius: number;
  /** How many bounds were computed. */
  readonly bounds: number;
  /** Of one bound on average. */
  readonly seconds: number;
}

/**
 * A distance below which no attack exists, by bisection between 0 and `found`, the length of an attack: where the upper bound
 * of the target's probability over the box of images, cut by the ℓ1 ball, is below `probability`, there is none. Ends when the
 * radius is known to 1/64 of itself.
 */
export function attackFreeRadius(
  network: Network,
  image: Float64Array,
  target: number,
  found: number,
  probability = 0.6,
): Certified {
  let count = 0;
  const started = performance.now();
  const free = (norm1: number): boolean => {
    count++;
    return bounds(network, { lower: 0, upper: 1, center: image, norm1 }).upper[target]! < probability;
  };
  let [radius, beyond] = [0, found];
  while (beyond - radius > radius / 64 && beyond > found / 1024) {
    const middle = radius === 0 ? beyond / 4 : (radius + beyond) / 2;
    if (free(middle)) radius = middle;
    else beyond = middle;
  }
  return { radius, bounds: count, seconds: count > 0 ? (performance.now() - started) / 1000 / count : 0 };
}

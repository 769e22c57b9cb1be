import { isOutOfMemory } from '../../src/core/errors.js';
import { beyond } from '../../src/core/kernels.js';

/**
 * What `make` makes. Where memory for it cannot be had, throws {@link OutOfMemoryError}, which says how many elements of the batch fit.
 */
export function withRoom<T>(make: () => T, batch: number, bytesAnElement: number, what: string): T {
  try {
    return make();
  } catch (error) {
    if (!isOutOfMemory(error)) throw error;
    const fits = elementsThatFit(batch, bytesAnElement);
    const remedy = fits > 0 ? `${fits} elements at once fit` : 'not even one element fits';
    throw beyond(
      batch * bytesAnElement,
      `${what} of ${batch} quadratic programs`,
      `more than can be had; ${remedy}`,
    );
  }
}

function elementsThatFit(batch: number, bytesAnElement: number): number {
  for (let count = Math.floor(batch / 2); count > 0; count = Math.floor(count / 2))
    try {
      new ArrayBuffer(count * bytesAnElement);
      return count;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  return 0;
}

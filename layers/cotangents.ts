import type { Cotangents, QpPoint, QpShape } from '../solvers/batch/contract.js';
import { InputError } from '../src/core/errors.js';
import { optionsOf } from '../src/core/given.js';
import { arrayOf, type Numbers } from './array.js';

/** Derivatives of a scalar by the answers of all elements: z `[batch, n]`, nu `[batch, m]`, lam and s `[batch, p]`. */
export type GivenCotangents = { readonly [Part in keyof QpPoint]?: Numbers };

/** The answers of one element. */
export const partSizes = ({ n, m, p }: QpShape): Readonly<Record<keyof QpPoint, number>> => ({
  z: n,
  nu: m,
  lam: p,
  s: p,
});

/** A copy of what a caller gave; throws InputError for parts that are unknown, of a wrong shape, or not finite. */
export function cotangentsOf(given: GivenCotangents, shape: QpShape, batch: number): Cotangents {
  const sizes = partSizes(shape);
  const parts = Object.entries(optionsOf(given, 'cotangents'))
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      if (!Object.hasOwn(sizes, name))
        throw new InputError(
          `cotangents: unknown part '${name}'; known are ${Object.keys(sizes).join(', ')}`,
        );
      const size = sizes[name as keyof QpPoint];
      const { shape: axes, data } = arrayOf(value, `cotangent of ${name}`, size);
      const flat = axes.length === 1 && data.length === batch * size;
      const rows = axes.length === 2 && axes[0] === batch && (axes[1] === size || batch === 0);
      if (!flat && !rows)
        throw new InputError(
          `the cotangent of ${name} has the shape [${axes.join(', ')}], expected [${batch}, ${size}]`,
        );
      return [name, data];
    });
  return Object.fromEntries(parts);
}

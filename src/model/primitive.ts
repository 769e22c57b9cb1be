import { InputError } from '../core/errors.js';

/** What JavaScript's own operators would make of a formula, `x + 1` or `x < 2`, is never meant. */
export function refusePrimitive(name: string): never {
  throw new InputError(
    `JavaScript's operators do not make formulas of '${name}': write add(x, 1), multiply(2, x), le(x, 3), or expr\`2*\${x} + 1\``,
  );
}

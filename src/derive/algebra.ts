import type { Algebra } from '../network/activation/algebra.js';
import type { Builder } from './builder.js';
import type { Ref } from './program.js';

/** Activations as instructions of the program that `b` builds. */
export function algebra(b: Builder): Algebra<Ref> {
  return {
    constant: (value) => b.scalar(value),
    add: (u, v) => b.add(u, v),
    subtract: (u, v) => b.subtract(u, v),
    multiply: (u, v) => b.multiply(u, v),
    divide: (u, v) => b.binary('divide', u, v),
    maximum: (u, v) => b.binary('maximum', u, v),
    minimum: (u, v) => b.binary('minimum', u, v),
    abs: (u) => b.unary('abs', u),
    exp: (u) => b.unary('exp', u),
    expm1: (u) => b.subtract(b.unary('exp', u), b.scalar(1)),
    erf: (u) => b.unary('erf', u),
    tanh: (u) => b.unary('tanh', u),
    sigmoid: (u) => b.unary('sigmoid', u),
    softplus: (u) => b.unary('softplus', u),
    choose(u, above, below) {
      const yes = b.unary('step', u);
      const share = (weight: Ref, part: Ref): Ref | undefined => {
        const value = b.scalarValue(part);
        if (value === 0) return undefined;
        return value === 1 ? weight : b.multiply(weight, part);
      };
      const shares = [share(yes, above), share(b.subtract(b.scalar(1), yes), below)];
      const [first, second] = shares.filter((ref) => ref !== undefined);
      if (first === undefined) return b.multiply(yes, b.scalar(0));
      return second === undefined ? first : b.add(first, second);
    },
  };
}

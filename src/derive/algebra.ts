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
    log: (u) => b.unary('log', u),
    sqrt: (u) => b.unary('sqrt', u),
    sin: (u) => b.unary('sin', u),
    cos: (u) => b.unary('cos', u),
    atan: (u) => b.unary('atan', u),
    power: (u, exponent) => power(b, u, exponent),
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

/** Exponents up to this are products; beyond, and between halves, `uᶜ = e^(c log u)`. */
const mostFactors = 64;

/** `uᶜ`, by squaring where `2c` is whole. */
function power(b: Builder, u: Ref, exponent: number): Ref {
  if (exponent < 0) return b.binary('divide', b.scalar(1), power(b, u, -exponent));
  if (exponent === 0) return b.scalar(1);
  if (!Number.isInteger(2 * exponent) || exponent > mostFactors)
    return b.unary('exp', b.times(exponent, b.unary('log', u)));
  let result = Number.isInteger(exponent) ? undefined : b.unary('sqrt', u);
  let square = u;
  for (let rest = Math.floor(exponent); rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = result === undefined ? square : b.multiply(result, square);
    if (rest > 1) square = b.multiply(square, square);
  }
  return result!;
}

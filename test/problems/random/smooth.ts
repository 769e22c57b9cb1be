import {
  add,
  cos,
  type Expression,
  exp,
  linear,
  log,
  multiply,
  type Operand,
  power,
  sin,
  sqrt,
  sum,
  type Variable,
} from '../../../src/model/index.js';

/** `constant + Σ coefficient·x_j`, by variable index. */
export interface Affine {
  readonly coefficients: ReadonlyMap<number, number>;
  readonly constant: number;
}

/** A function of one number: a power with its exponent, or one by name. */
export type Curve = number | 'exp' | 'log' | 'sqrt' | 'sin' | 'cos';

/** `weight · Π curve(of(x))`. */
export interface Term {
  readonly weight: number;
  readonly factors: readonly { readonly curve: Curve; readonly of: Affine }[];
}

/** An affine function and terms; evaluated here without any code of the library. */
export interface Smooth extends Affine {
  readonly terms: readonly Term[];
}

export const affine = (coefficients: Iterable<readonly [number, number]>, constant = 0): Affine => ({
  coefficients: new Map([...coefficients].filter(([, value]) => value !== 0)),
  constant,
});
export const smooth = (of: Affine, terms: readonly Term[] = []): Smooth => ({ ...of, terms });
/** The variable x_j as an affine function. */
export const unit = (j: number): Affine => affine([[j, 1]]);
export const nothing: Affine = affine([]);

const at = ({ coefficients, constant }: Affine, x: ArrayLike<number>): number => {
  let value = constant;
  for (const [j, a] of coefficients) value += a * x[j]!;
  return value;
};

function curveValue(curve: Curve, t: number): number {
  return typeof curve === 'number' ? t ** curve : Math[curve](t);
}

function slope(curve: Curve, t: number): number {
  if (typeof curve === 'number') return curve === 1 ? 1 : curve * t ** (curve - 1);
  switch (curve) {
    case 'exp':
      return Math.exp(t);
    case 'log':
      return 1 / t;
    case 'sqrt':
      return 0.5 / Math.sqrt(t);
    case 'sin':
      return Math.cos(t);
    case 'cos':
      return -Math.sin(t);
  }
}

export function value(f: Smooth, x: ArrayLike<number>): number {
  let total = at(f, x);
  for (const { weight, factors } of f.terms)
    total += factors.reduce((product, { curve, of }) => product * curveValue(curve, at(of, x)), weight);
  return total;
}

/** ∇f by the variables that are `free`; 0 for the others, however infinite their derivatives may be. */
export function gradient(f: Smooth, x: ArrayLike<number>, free: (j: number) => boolean): number[] {
  const out = new Array<number>(x.length).fill(0);
  for (const [j, a] of f.coefficients) if (free(j)) out[j]! += a;
  for (const { weight, factors } of f.terms) {
    factors.forEach(({ curve, of }, k) => {
      const columns = [...of.coefficients].filter(([j]) => free(j));
      if (columns.length === 0) return;
      const others = factors.reduce(
        (product, factor, other) =>
          other === k ? product : product * curveValue(factor.curve, at(factor.of, x)),
        weight,
      );
      for (const [j, a] of columns) out[j]! += a * others * slope(curve, at(of, x));
    });
  }
  return out;
}

/** Sizes of what adds up to f(x): the scale of its rounding errors. */
export function magnitude(f: Smooth, x: ArrayLike<number>): number {
  let total = Math.abs(f.constant);
  for (const [j, a] of f.coefficients) total += Math.abs(a * x[j]!);
  for (const { weight, factors } of f.terms)
    total += Math.abs(
      factors.reduce((product, { curve, of }) => product * curveValue(curve, at(of, x)), weight),
    );
  return total;
}

const affineExpression = ({ coefficients, constant }: Affine, x: readonly Variable[]): Operand =>
  coefficients.size === 0
    ? constant
    : linear(
        [...coefficients.values()],
        [...coefficients.keys()].map((j) => x[j]!),
        constant,
      );

function curveExpression(curve: Curve, of: Operand): Operand {
  if (typeof curve === 'number') return curve === 1 ? of : power(of, curve);
  return { exp, log, sqrt, sin, cos }[curve](of);
}

/** The same function for the library's model. */
export function expression(f: Smooth, x: readonly Variable[]): Expression {
  const terms = f.terms.map(({ weight, factors }) =>
    multiply(weight, ...factors.map(({ curve, of }) => curveExpression(curve, affineExpression(of, x)))),
  );
  return add(affineExpression(f, x), sum(terms));
}

const scaledAffine = ({ coefficients, constant }: Affine, column: readonly number[], factor = 1): Affine => ({
  coefficients: new Map([...coefficients].map(([j, a]) => [j, factor * a * column[j]!])),
  constant: factor * constant,
});

/** `factor · f(column ∘ x)`. */
export const scaled = (f: Smooth, factor: number, column: readonly number[]): Smooth => ({
  ...scaledAffine(f, column, factor),
  terms: f.terms.map(({ weight, factors }) => ({
    weight: factor * weight,
    factors: factors.map(({ curve, of }) => ({ curve, of: scaledAffine(of, column) })),
  })),
});

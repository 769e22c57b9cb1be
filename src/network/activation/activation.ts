import type { Algebra } from './algebra.js';

/** `φ(u)`. */
export type Formula = <T>(a: Algebra<T>, u: T) => T;
/** `φ′(u)` or `φ″(u)`; `w = φ(u)` is at hand. */
export type Slope = <T>(a: Algebra<T>, u: T, w: T) => T;

interface Bend {
  readonly factor: number;
  readonly a: number;
  readonly b: number;
}

/** `slope·u + Σ factor·max(a·u + b, 0)`, what a kinked activation is made of; `jumps` add `factor` where `a·u + b > 0`. */
export interface Hinges {
  readonly slope: number;
  readonly hinges: readonly Bend[];
  readonly jumps?: readonly Bend[];
}

/**
 * An elementwise function `φ: R → R`, said once for every use: its value, the derivatives a program takes, and what the
 * full space makes of it. `kinked`: `φ′` jumps, and `φ″` is zero elsewhere; `jump`: `φ` itself jumps.
 */
export type Activation = { readonly value: Formula; readonly first: Slope } & (
  | { readonly kind: 'smooth'; readonly second: Slope }
  | { readonly kind: 'kinked' | 'jump'; readonly hinges: Hinges }
);

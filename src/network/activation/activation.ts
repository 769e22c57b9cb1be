import type { Algebra } from './algebra.js';

/** `φ(u)`. */
export type Formula = <T>(a: Algebra<T>, u: T) => T;
/** `φ′(u)` or `φ″(u)`; `w = φ(u)` is at hand. */
export type Slope = <T>(a: Algebra<T>, u: T, w: T) => T;

/** `slope·u + Σ factor·max(a·u + b, 0)`: what a kinked activation is made of. */
export interface Hinges {
  readonly slope: number;
  readonly hinges: readonly { readonly factor: number; readonly a: number; readonly b: number }[];
}

/**
 * An elementwise function `φ: R → R`, said once for every use: its value, the derivatives a program takes, and what the
 * full space makes of it. `kinked`: `φ′` jumps, and `φ″` is zero elsewhere; `jump`: `φ` itself jumps.
 */
export type Activation = { readonly value: Formula; readonly first: Slope } & (
  | { readonly kind: 'smooth'; readonly second: Slope }
  | { readonly kind: 'kinked'; readonly hinges: Hinges }
  | { readonly kind: 'jump' }
);

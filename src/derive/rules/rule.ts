import type { AffineKind, Kind, OpOf } from '../../network/traits.js';
import type { Builder } from '../builder.js';
import type { Ref } from '../program.js';
import { sizeOf } from '../shape.js';
import type { Curvature, Tangent, Tangents } from '../tangent.js';

/** What a rule sees of the node it differentiates. */
export interface Site<K extends Kind> {
  readonly b: Builder;
  readonly op: OpOf<K>;
  /** Shape of the node's value `v`, and the value itself once the value rule has run. */
  readonly shape: readonly number[];
  readonly value: Ref;
  /** Values and shapes of the node's inputs. */
  readonly inputs: readonly { readonly value: Ref; readonly shape: readonly number[] }[];
}

/** The op's share of `H`, from `v̄` of the op's shape and the tangents of its inputs. */
type Second<K extends Kind> = (
  site: Site<K>,
  t: Tangents,
  adjoint: Ref,
  inputs: readonly Tangent[],
) => Curvature;

/**
 * What the adjoints of the op's inputs change by where these move along `T`, `∂(v̄ ∂v/∂u)/∂u · T` for a fixed `v̄` of the op's
 * shape: `[rows, …shape]` for each input, undefined for none. `own` is `T_v`.
 */
type Turn<K extends Kind> = (
  site: Site<K>,
  t: Tangents,
  adjoint: Ref,
  inputs: readonly Tangent[],
  own: Tangent,
) => readonly (Ref | undefined)[];

/**
 * The derivatives of an op; each op has all of them. In the formulas above each, `v` is the op's value, `u` its
 * input, `T` are tangents and bars adjoints.
 */
export interface Rule<K extends Kind> {
  /** `v` from its inputs. `x` is the network's input. */
  value(site: Omit<Site<K>, 'value'>, x: Ref): Ref;
  /** `T_v` from the tangents of its inputs. */
  tangent(site: Site<K>, t: Tangents, inputs: readonly Tangent[]): Tangent;
  /** `ū` of every input from `v̄`, `[batch, …shape]`, undefined for none; at an `input` op, `v̄` itself, `[batch, size]`. */
  adjoint(site: Site<K>, adjoint: Ref): readonly (Ref | undefined)[];
  /** `null` exactly where `v` is affine in its inputs. */
  readonly second: K extends AffineKind ? null : Second<K>;
  /** `null` exactly where `second` is. */
  readonly turn: K extends AffineKind ? null : Turn<K>;
}

/** Rows along the last axis. */
export const rowsOf = (shape: readonly number[]): number => sizeOf(shape.slice(0, -1));

import type { Column } from '../model/expression.js';
import { otherStatement, type Statement } from '../model/statement.js';
import type { Network } from '../network/graph.js';
import { forward } from './forward.js';

/** `part ≥ 0`, `gap ≥ 0`, `part · gap ≤ ε`: a column and two rows of the model. */
export interface Complement {
  readonly part: number;
  readonly gap: number;
  readonly product: number;
}

/**
 * A kink stated by complementarity. A hinge `r = max(z, 0)` has one part, r, with the gap `r − z`. A maximum has a part for each
 * entry, its share, of which `one` is taken.
 */
export interface PieceRows {
  readonly parts: readonly Complement[];
  readonly one: boolean;
  /** What bends: `a·u + b` of an entry of node `node`, of a maximum its entries in the order of the parts. */
  readonly of: {
    readonly node: number;
    readonly entries: readonly number[];
    readonly a: number;
    readonly b: number;
  };
  /** The use that it belongs to. */
  readonly use: PieceUse;
}

/** A network with the columns of its inputs. */
export interface PieceUse {
  readonly net: Network;
  readonly inputs: readonly Column[];
}

/** Which piece holds: of a hinge 1 for `r = z` and 0 for `r = 0`, of a maximum its entry. */
export type Pieces = Int32Array;

/**
 * A model's statement with every product of complementarity at most ε; `equal`: ε itself, which makes hinges the smooth
 * `r = (z + √(z² + 4ε))/2` (Chen & Harker 1993, Kanzow 1996).
 */
export function relaxed(
  statement: Statement,
  kinks: readonly PieceRows[],
  ε: number,
  equal = false,
): Statement {
  const [lower, upper] = [statement.rows.lower.slice(), statement.rows.upper.slice()];
  for (const { parts } of kinks)
    for (const { product } of parts) {
      if (equal) lower[product] = ε;
      upper[product] = ε;
    }
  return otherStatement(statement, { rows: { ...statement.rows, lower, upper } });
}

/** The pieces that a point is nearest to. `rows` are values of the rows there. */
export function piecesAt(kinks: readonly PieceRows[], x: ArrayLike<number>, rows: ArrayLike<number>): Pieces {
  return Int32Array.from(kinks, ({ parts, one }) => {
    if (!one) return x[parts[0]!.part]! > rows[parts[0]!.gap]! ? 1 : 0;
    return parts.reduce((best, { gap }, l) => (rows[gap]! < rows[parts[best]!.gap]! ? l : best), 0);
  });
}

/** What the networks themselves give to each kink at the inputs of a point. */
function argumentsAt(kinks: readonly PieceRows[], x: ArrayLike<number>): number[][] {
  const known = new Map<PieceUse, Float64Array[]>();
  return kinks.map(({ use, of }) => {
    const values =
      known.get(use) ??
      forward(
        use.net,
        use.inputs.map(({ index }) => x[index]!),
      );
    known.set(use, values);
    return of.entries.map((i) => of.a * values[of.node]![i]! + of.b);
  });
}

/** The pieces that the networks themselves are on at the inputs of a point. */
export const piecesOfNetworks = (kinks: readonly PieceRows[], x: ArrayLike<number>): Pieces =>
  Int32Array.from(argumentsAt(kinks, x), (own, k) => {
    if (!kinks[k]!.one) return own[0]! > 0 ? 1 : 0;
    return own.reduce((best, value, l) => (value > own[best]! ? l : best), 0);
  });

/** Mean size of what enters kinks at the inputs of a point; 1 where that says nothing. */
export function typicalSize(kinks: readonly PieceRows[], x: ArrayLike<number>): number {
  const all = argumentsAt(kinks, x).flat();
  const mean = all.reduce((sum, z) => sum + Math.abs(z), 0) / all.length;
  return mean > 0 && Number.isFinite(mean) ? mean : 1;
}

/**
 * The statement with its pieces held: products say nothing any more; where a piece holds, its gap is 0, elsewhere its part. The
 * rows that remain keep every point on its pieces, so that outputs are those of the network itself.
 */
export function held(statement: Statement, kinks: readonly PieceRows[], pieces: Pieces): Statement {
  const rows = statement.rows.upper.slice();
  const columns = statement.variables.upper.slice();
  kinks.forEach(({ parts, one }, k) => {
    parts.forEach(({ part, gap, product }, l) => {
      rows[product] = Number.POSITIVE_INFINITY;
      const on = one ? pieces[k] === l : pieces[k] === 1;
      if (on) rows[gap] = 0;
      else columns[part] = 0;
    });
  });
  return otherStatement(statement, {
    rows: { ...statement.rows, upper: rows },
    variables: { ...statement.variables, upper: columns },
  });
}

/** What a solve with pieces held tells of them. */
export interface HeldPoint {
  readonly x: ArrayLike<number>;
  readonly constraints: ArrayLike<number>;
  readonly multipliers: {
    readonly constraints: ArrayLike<number>;
    readonly lower: ArrayLike<number>;
    readonly upper: ArrayLike<number>;
  };
}

/**
 * The pieces beyond those kinks at which the objective falls: with `z` the argument of a hinge and `r` its value, both 0, the
 * slopes of the Lagrangian are `f_z` along `r = 0` and `f_z + f_r` along `r = z`; a piece held stays where it does not fall on the
 * other side. Undefined where no kink is crossed.
 */
export function crossed(
  kinks: readonly PieceRows[],
  pieces: Pieces,
  { x, constraints, multipliers }: HeldPoint,
  slack: number,
): Pieces | undefined {
  const next = pieces.slice();
  let changed = false;
  kinks.forEach(({ parts, one }, k) => {
    if (one) {
      const own = parts[pieces[k]!]!;
      // An entry that has reached the greatest, and would take its place.
      const other = parts.findIndex(
        ({ gap }, l) =>
          l !== pieces[k] &&
          constraints[gap]! < slack &&
          multipliers.constraints[gap]! < -slack &&
          multipliers.constraints[own.gap]! < -slack,
      );
      if (other < 0) return;
      next[k] = other;
      changed = true;
      return;
    }
    const { part, gap } = parts[0]!;
    if (x[part]! > slack || constraints[gap]! > slack) return;
    const falls =
      pieces[k] === 1
        ? multipliers.constraints[gap]! > slack
        : multipliers.lower[part]! - multipliers.upper[part]! < -slack;
    if (!falls) return;
    next[k] = 1 - pieces[k]!;
    changed = true;
  });
  return changed ? next : undefined;
}

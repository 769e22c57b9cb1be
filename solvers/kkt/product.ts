import { addPacked } from '../../src/core/structure/dense-products.js';
import type { Piece, PieceOf } from '../../src/core/structure/piece.js';
import * as products from '../../src/core/structure/products.js';
import type { Structure } from '../../src/core/structure/structure.js';

/** Blocks of H and J through one factor over the same columns. */
interface Shared {
  readonly hessian: readonly PieceOf<'through'>[];
  readonly jacobian: readonly PieceOf<'through'>[];
}

/**
 * `out ← out + factor · [H Jᵀ; J 0] (x, λ)` with `out` in two parts. Blocks through one factor B share the products with
 * it: one `Bx`, one with `Bᵀ`, for all of them.
 */
export class JointProduct {
  readonly #alone: { readonly hessian: readonly Piece[]; readonly jacobian: readonly Piece[] };
  readonly #shared: readonly Shared[];

  /** @param hessian null where another Hessian takes its place. */
  constructor(hessian: Structure | null, jacobian: Structure) {
    const through = (pieces: readonly Piece[], rows: boolean): PieceOf<'through'>[] =>
      pieces.filter(
        (piece): piece is PieceOf<'through'> => piece.kind === 'through' && (piece.rows !== null) === rows,
      );
    const ofHessian = through(hessian?.pieces ?? [], false);
    const ofJacobian = through(jacobian.pieces, true);
    const all = [...ofHessian, ...ofJacobian];
    const leaders = all.filter((piece, k) => all.findIndex((other) => sameFactor(piece, other)) === k);
    this.#shared = leaders.map((leader) => ({
      hessian: ofHessian.filter((piece) => sameFactor(leader, piece)),
      jacobian: ofJacobian.filter((piece) => sameFactor(leader, piece)),
    }));
    const rest = (pieces: readonly Piece[]): Piece[] =>
      pieces.filter((piece) => !all.includes(piece as PieceOf<'through'>));
    this.#alone = { hessian: rest(hessian?.pieces ?? []), jacobian: rest(jacobian.pieces) };
  }

  add(
    H: Float64Array,
    J: Float64Array,
    x: Float64Array,
    λ: Float64Array,
    factor: number,
    out: Float64Array,
    rows: Float64Array,
  ): void {
    for (const piece of this.#alone.hessian) products.addSymmetric(piece, H, x, factor, out);
    for (const piece of this.#alone.jacobian) products.addBoth(piece, J, x, λ, factor, out, rows);
    for (const { hessian, jacobian } of this.#shared) {
      const leader = (hessian[0] ?? jacobian[0])!;
      const z = products.innerOf(leader, x);
      const back = new Float64Array(z.length);
      for (const { first } of hessian) addPacked(H, first, z, factor, back);
      for (const piece of jacobian) {
        products.addInner(piece, J, z, factor, rows);
        products.addInnerTransposed(piece, J, λ, factor, back);
      }
      products.addOuter(leader, back, out);
    }
  }
}

/** Whether two blocks go through the same factor over the same columns. */
export const sameFactor = (
  a: Pick<PieceOf<'through'>, 'factor' | 'columns'>,
  b: Pick<PieceOf<'through'>, 'factor' | 'columns'>,
): boolean => a.factor === b.factor && a.columns.every((j, k) => j === b.columns[k]);

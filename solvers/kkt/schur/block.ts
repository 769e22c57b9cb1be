/** Values of the core system that blocks are eliminated from. */
export interface BlockValues {
  readonly H: Float64Array;
  readonly J: Float64Array;
  /** Diagonals, as in {@link CoreSystem}. */
  readonly D: Float64Array;
  readonly E: Float64Array;
}

/**
 * Columns v and rows λ of a core system that have to do with the others only through `coupling` columns c and `others`, rows
 * ν outside that have columns of the block:
 *
 *     v [ H_vv         ]
 *     λ [ J_v   −E     ]                S = [ H_cc      ] − B (block)⁻¹ Bᵀ
 *     c [ H_cv  J_cᵀ   ]                    [ 0   −E_ν  ]
 *     ν [ F_v   0      ]
 *
 * Eliminated, it leaves its Schur complement on c and ν; by Haynsworth its eigenvalues and those of S are those of the whole.
 */
export interface Block {
  readonly columns: Int32Array;
  readonly rows: Int32Array;
  readonly coupling: Int32Array;
  readonly others: Int32Array;
  /** Negative eigenvalues of the latest factorization. */
  readonly negative: number;
  /** Factors it; false where it is singular, or too near to that. */
  factor(values: BlockValues): boolean;
  /** Writes what it adds to S: to H the packed lower triangle on c, to J the block `others × c` by rows. */
  writeComplement(H: Float64Array, J: Float64Array): void;
  /** Takes the block out of a right-hand side of the core system: its parts on c and ν change, the others stay. */
  reduce(b: Float64Array): void;
  /** Puts the solution of the block in place of its right-hand side, where those on c and ν are solved. */
  expand(b: Float64Array): void;
  /** Who computes, see {@link LinearStatistics}. */
  readonly kernels: readonly string[];
  readonly bytes: number;
  dispose(): void;
}

/** How far hinges and complementarity are relaxed in full space. */
export type Hinge = { readonly complementarity: number } | { readonly smooth: number };

import { sameStructure } from '../../src/core/structure/same.js';
import type { Structure } from '../../src/core/structure/structure.js';
import { type MatrixParts, partsOf } from './blocks.js';
import { layOut, type MemoryLayout } from './layout.js';
import { type Prediction, predict } from './predict.js';
import type { AssemblyTree } from './supernodes.js';

/** What follows from the structure of a matrix alone; solvers may share it. */
export interface Analysis {
  readonly matrix: Structure;
  readonly layout: MemoryLayout;
  readonly prediction: Prediction;
}

export function analyse(matrix: Structure, treeOf: (parts: MatrixParts) => AssemblyTree): Analysis {
  const parts = partsOf(matrix);
  const tree = treeOf(parts);
  return { matrix, layout: layOut(tree, parts, matrix.length), prediction: predict(tree) };
}

/** Bytes of what the analyses lay out, up to which they are kept, and most of them. */
const most = { bytes: 2 ** 25, count: 4 } as const;

/** The latest first: one problem after another of the same structure is analysed once. */
let latest: readonly Analysis[] = [];

/** The same, from memory where a matrix of the same structure was analysed not long ago. */
export function analysed(matrix: Structure, treeOf: (parts: MatrixParts) => AssemblyTree): Analysis {
  const found = latest.find((own) => sameStructure(own.matrix, matrix)) ?? analyse(matrix, treeOf);
  let bytes = 0;
  latest = [found, ...latest.filter((own) => own !== found)].filter(({ layout }, k) => {
    bytes += layout.end;
    return k < most.count && bytes <= most.bytes;
  });
  return found;
}

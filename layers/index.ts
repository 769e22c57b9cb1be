export type {
  BatchSolution,
  Certificate,
  Cotangents,
  ElementStatus,
  Gradients,
  InputName,
  QpPoint,
  QpShape,
  SolutionFlag,
  WeaklyActive,
} from '../solvers/batch/contract.js';
export { elementStatuses, inputNames, solutionFlags } from '../solvers/batch/contract.js';
export type { NdArrayLike, NestedNumbers, Numbers } from './array.js';
export type { QpData } from './blocks.js';
export type { GivenCotangents } from './cotangents.js';
export type { QpLayerOptions } from './options.js';
export { type ForwardOptions, type QpLayer, qpLayer } from './qp-layer.js';
export type { WarmStarts } from './warm.js';

export { type EvaluateOptions, evaluate, type Points } from './evaluate.js';
export { forward } from './forward.js';
export type { InputsByName } from './inputs.js';
export {
  crossed,
  held,
  type PieceRows,
  type Pieces,
  piecesAt,
  piecesOfNetworks,
  relaxed,
  typicalSize,
} from './kinks.js';
export { argmaxAtLeast } from './margins.js';
export { network } from './network.js';
export type { Formulation, HingeTreatment, NetworkOptions, QuadraticTreatment } from './options.js';
export { liftedNode } from './prefix.js';
export {
  isSmoothProgram,
  programOf,
  provideQuadratic,
  type QuadraticSolution,
  type QuadraticSolver,
  type SmoothProgram,
  smoothProgram,
} from './quadratic.js';
export { rangeRemarks } from './range.js';
export type { NetworkScaling, Standardization } from './scaling.js';
export {
  type Continued,
  continuedKinks,
  type NetworkUse,
  networkUses,
  outputError,
  outputsAt,
  removeNetwork,
} from './uses.js';

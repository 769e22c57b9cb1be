export { type EvaluateOptions, evaluate } from './evaluate.js';
export { argmaxAtLeast } from './margins.js';
export type { Formulation, HingeTreatment, NetworkOptions, QuadraticTreatment } from './network.js';
export { network } from './network.js';
export {
  isSmoothProgram,
  programOf,
  provideQuadratic,
  type QuadraticProgram,
  type QuadraticSolution,
  type QuadraticSolver,
  type SmoothProgram,
  smoothProgram,
} from './quadratic.js';
export type { NetworkScaling, Standardization } from './scaling.js';
export { type NetworkUse, networkUses, outputError, outputsAt, removeNetwork } from './uses.js';

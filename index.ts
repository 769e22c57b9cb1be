export { EvaluationError, InputError } from './src/core/errors.js';
export type { Bounds, Nlp } from './src/nlp/contract.js';
export type * from './src/nlp/result.js';
export type { Iteration, Monitor, Solver, WarmStart } from './src/nlp/solver.js';

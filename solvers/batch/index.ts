export { fault } from './check.js';
export * from './contract.js';
export { differentiate } from './differentiate.js';
export {
  type BatchOptions,
  batchOptionTable,
  type DerivativeOptions,
  derivativeOptionTable,
} from './options.js';
export { solveBatch } from './solve.js';
export { isSolved } from './solve-here.js';

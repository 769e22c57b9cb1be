export type { QpLayerArgs } from './layer.js';
export { QpLayer } from './layer.js';
export type { InitialValues, Parametrization, QpLayerConfig, WeightName } from './parametrization.js';
export { type QpAnswers, type QpTensors, type SolveQpOptions, solveQp } from './solve-qp.js';

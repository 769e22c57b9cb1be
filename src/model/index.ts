export type { Block, ElementGroup, GrayBoxUse, Problem } from '../problem/problem.js';
export type { Shape } from '../problem/shape.js';
export type { Expression, Operand, Owner } from './expression.js';
export { Variable } from './expression.js';
export * from './functions.js';
export type { GrayBoxOptions, ModelOptions, Row, RowOptions, VariableOptions } from './model.js';
export { Model } from './model.js';
export { expr } from './template.js';
export { VariableArray } from './variables.js';

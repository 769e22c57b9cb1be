export type { AuxiliarySums, Block, ElementGroup, GrayBoxUse, Problem } from '../problem/problem.js';
export type { Shape } from '../problem/shape.js';
export { type AnyRank, type ArrayOperand, ExpressionArray, type RankBelow, type Shaped } from './array.js';
export type { TemplateValue } from './callables.js';
export type { Boxes, ByHandle, Changes, LinkedBoxes } from './changes.js';
export type { Binary, Operands, Several, Unary } from './elementwise.js';
export type { Operand, Owner, VariableChange } from './expression.js';
export { type Bounds as VariableBounds, Column, Expression, Parameter, Variable } from './expression.js';
export type { Extents, Indices, RankOf } from './extents.js';
export type { View, Viewed } from './formula.js';
export * from './functions.js';
export type { GroupOptions, Template } from './grouping.js';
export type { Handle } from './handles.js';
export { concat, stack } from './joining.js';
export { type Matrix, matmul, matvec } from './matrices.js';
export { Model } from './model.js';
export type { GrayBoxOptions, ModelOptions, VariableOptions } from './model-options.js';
export { max, min, type NormName, norm1, normInf } from './norms.js';
export { ParameterArray } from './parameters.js';
export {
  type Compare,
  eq,
  ge,
  le,
  Relation,
  type RelationEntry,
  type RelationSign,
  within,
} from './relation.js';
export {
  type Row,
  RowArray,
  type RowBounds,
  type RowName,
  type RowOptions,
  type RowsOptions,
} from './row.js';
export type { Link } from './statement.js';
export { expr } from './template.js';
export { toLatex } from './to-latex.js';
export type { Bound } from './variable-table.js';
export { VariableArray } from './variables.js';

import { Applied, Constant, type Expression } from './expression.js';
import { Operations } from './operations.js';

/** Operations that make expressions of objects. */
export const expressions = new Operations<Expression>({
  constant: (value) => new Constant(value),
  valueOf: (node) => (node instanceof Constant ? node.value : undefined),
  call: (operator, args) => new Applied(operator, args),
});

import type { Rule } from './rule.js';

/** Never asked: `derive` refuses networks that hold quadratic programs, and formulations cut them there. */
const refuse = (): never => {
  throw new TypeError('a quadratic program has no derivative program');
};

export const quadraticProgram: Rule<'quadraticProgram'> = {
  value: refuse,
  tangent: refuse,
  adjoint: refuse,
  second: refuse,
  turn: refuse,
};

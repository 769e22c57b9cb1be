import { InputError } from '../../core/errors.js';
import type { Rule } from './rule.js';

/** A quadratic program has no rules: formulations cut a network there. */
const refuse = (): never => {
  throw new InputError(
    'the network holds a quadratic program, of which no derivative program is made: use it by network(net, x, …) in full space, or with quadratic: { smooth: μ }',
  );
};

export const quadraticProgram: Rule<'quadraticProgram'> = {
  value: refuse,
  tangent: refuse,
  adjoint: refuse,
  second: refuse,
};

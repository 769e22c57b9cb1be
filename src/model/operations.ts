import { InputError } from '../core/errors.js';
import { told } from '../core/given.js';
import { applyOperator } from '../problem/apply.js';
import type { Operator } from '../problem/operators.js';

/** How nodes of expressions are made: as objects, or written to a tape at once. */
export interface Nodes<E> {
  constant(value: number): E;
  /** The value of a constant, undefined for another node. */
  valueOf(node: E): number | undefined;
  /** The operator applied to arguments that are not all constants. */
  call(operator: Operator, args: readonly E[]): E;
}

/** Tests of two numbers. */
export type Comparison = '<' | '<=' | '=' | '>=' | '>' | '!=';

/** The operators with what is plain about them: constants fold, 0 and 1 vanish where they change nothing. */
export class Operations<E> {
  constructor(readonly nodes: Nodes<E>) {}

  /** Any operator; constants alone fold to a constant. */
  apply(operator: Operator, args: readonly E[]): E {
    const values: number[] = [];
    for (const arg of args) {
      const value = this.nodes.valueOf(arg);
      if (value === undefined) return this.nodes.call(operator, args);
      values.push(value);
    }
    return this.nodes.constant(applyOperator(operator, values));
  }

  /** 0 for an empty list. */
  sum(terms: readonly E[]): E {
    const { nodes } = this;
    const args: E[] = [];
    let constant = 0;
    for (const term of terms) {
      const value = nodes.valueOf(term);
      if (value === undefined) args.push(term);
      else constant += value;
    }
    if (args.length === 0) return nodes.constant(constant);
    if (constant !== 0) args.push(nodes.constant(constant));
    return args.length === 1 ? args[0]! : nodes.call('add', args);
  }

  /** A factor 0 makes it 0. */
  product(factors: readonly E[]): E {
    const { nodes } = this;
    const args: E[] = [];
    let constant = 1;
    for (const factor of factors) {
      const value = nodes.valueOf(factor);
      if (value === undefined) args.push(factor);
      else constant *= value;
    }
    if (args.length === 0 || constant === 0) return nodes.constant(constant);
    if (constant !== 1) args.unshift(nodes.constant(constant));
    return args.length === 1 ? args[0]! : nodes.call('multiply', args);
  }

  subtract(a: E, b: E): E {
    return this.nodes.valueOf(b) === 0 ? a : this.apply('subtract', [a, b]);
  }

  divide(a: E, b: E): E {
    return this.nodes.valueOf(b) === 1 ? a : this.apply('divide', [a, b]);
  }

  power(a: E, b: E): E {
    const exponent = this.nodes.valueOf(b);
    if (exponent === 1) return a;
    return exponent === 0 ? this.nodes.constant(1) : this.apply('power', [a, b]);
  }

  extreme(operator: 'minimum' | 'maximum', args: readonly E[]): E {
    if (args.length === 0) throw new InputError(`${operator} of an empty list`);
    return args.length === 1 ? args[0]! : this.apply(operator, args);
  }

  /** `max(a − b, 0)`. */
  positivePart(a: E, b: E): E {
    return this.extreme('maximum', [this.subtract(a, b), this.nodes.constant(0)]);
  }

  compare(a: E, comparison: Comparison, b: E): E {
    switch (comparison) {
      case '<':
        return this.apply('less', [a, b]);
      case '<=':
        return this.apply('lessEqual', [a, b]);
      case '=':
        return this.apply('equal', [a, b]);
      case '!=':
        return this.apply('notEqual', [a, b]);
      case '>':
        return this.apply('less', [b, a]);
      case '>=':
        return this.apply('lessEqual', [b, a]);
      default:
        throw new InputError(`unknown comparison ${told(comparison)}; use < <= = >= > !=`);
    }
  }

  conditional(test: E, a: E, b: E): E {
    const value = this.nodes.valueOf(test);
    if (value !== undefined) return value !== 0 ? a : b;
    return this.apply('conditional', [test, a, b]);
  }
}

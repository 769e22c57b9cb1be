import { type ScalarOperation, scalarOperations } from './scalar-operations.js';

/** A number computed by the tape: position of an instruction or a leaf. */
export type Id = number;

type Code = ScalarOperation | 'variable' | 'constant' | 'literal';

/**
 * A straight-line tape under construction. Equal operations are one, literals fold, and products and sums with
 * 0 and 1 vanish, so that structural zeros of derivatives show as the literal 0.
 */
export class ScalarTape {
  readonly code: Code[] = [];
  /** Operands, three per instruction, −1 where absent; a leaf's slot stands in the first. */
  readonly operands: Id[] = [];
  /** Values of literals, NaN elsewhere. */
  readonly literals: number[] = [];
  readonly #known = new Map<string, Id>();

  get length(): number {
    return this.code.length;
  }

  variable(slot: number): Id {
    return this.#intern('variable', slot, -1, -1, Number.NaN);
  }

  constant(slot: number): Id {
    return this.#intern('constant', slot, -1, -1, Number.NaN);
  }

  literal(value: number): Id {
    return this.#intern('literal', -1, -1, -1, value);
  }

  /** The value of a literal, undefined for anything else. */
  value(id: Id): number | undefined {
    return this.code[id] === 'literal' ? this.literals[id]! : undefined;
  }

  isZero(id: Id): boolean {
    return this.value(id) === 0;
  }

  add(a: Id, b: Id): Id {
    if (this.isZero(a)) return b;
    if (this.isZero(b)) return a;
    if (this.code[b] === 'negate') return this.subtract(a, this.operands[3 * b]!);
    if (this.code[a] === 'negate') return this.subtract(b, this.operands[3 * a]!);
    return a <= b ? this.apply('add', a, b) : this.apply('add', b, a);
  }

  subtract(a: Id, b: Id): Id {
    if (this.isZero(b)) return a;
    if (this.isZero(a)) return this.negate(b);
    if (this.code[b] === 'negate') return this.add(a, this.operands[3 * b]!);
    return this.apply('subtract', a, b);
  }

  multiply(a: Id, b: Id): Id {
    const left = this.value(a);
    const right = this.value(b);
    if (left === 0 || right === 0) return this.literal(0);
    if (left === 1) return b;
    if (right === 1) return a;
    if (left === -1) return this.negate(b);
    if (right === -1) return this.negate(a);
    if (this.code[a] === 'negate') return this.negate(this.multiply(this.operands[3 * a]!, b));
    if (this.code[b] === 'negate') return this.negate(this.multiply(a, this.operands[3 * b]!));
    return a <= b ? this.apply('multiply', a, b) : this.apply('multiply', b, a);
  }

  /** `a · b`, and 0 where `a` is 0 even if `b` is infinite or undefined. */
  guarded(a: Id, b: Id): Id {
    const left = this.value(a);
    if (left !== undefined || this.value(b) !== undefined) return this.multiply(a, b);
    return this.apply('guarded', a, b);
  }

  divide(a: Id, b: Id): Id {
    if (this.isZero(a)) return a;
    if (this.value(b) === 1) return a;
    return this.apply('divide', a, b);
  }

  negate(a: Id): Id {
    return this.code[a] === 'negate' ? this.operands[3 * a]! : this.apply('negate', a);
  }

  /** `factor · a`. */
  times(factor: number, a: Id): Id {
    return this.multiply(this.literal(factor), a);
  }

  select(test: Id, a: Id, b: Id): Id {
    if (a === b) return a;
    const known = this.value(test);
    if (known !== undefined) return known !== 0 ? a : b;
    return this.apply('select', test, a, b);
  }

  /** `aⁿ` by multiplications up to n = 16, exact where they are. */
  integerPower(a: Id, n: number): Id {
    if (n === 0) return this.literal(1);
    if (n < 0) return this.divide(this.literal(1), this.integerPower(a, -n));
    if (n === 1) return a;
    if (n > 16) return this.apply('power', a, this.literal(n));
    const half = this.integerPower(a, n >> 1);
    const square = this.multiply(half, half);
    return n % 2 === 0 ? square : this.multiply(square, a);
  }

  apply(code: ScalarOperation, a: Id, b: Id = -1, c: Id = -1): Id {
    const u = this.value(a);
    const v = b < 0 ? 0 : this.value(b);
    const w = c < 0 ? 0 : this.value(c);
    if (u !== undefined && v !== undefined && w !== undefined)
      return this.literal(scalarOperations[code].evaluate(u, v, w));
    return this.#intern(code, a, b, c, Number.NaN);
  }

  #intern(code: Code, a: Id, b: Id, c: Id, literal: number): Id {
    const key = code === 'literal' ? `#${Object.is(literal, -0) ? 0 : literal}` : `${code} ${a} ${b} ${c}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const id = this.code.length;
    this.code.push(code);
    this.operands.push(a, b, c);
    this.literals.push(literal);
    this.#known.set(key, id);
    return id;
  }
}

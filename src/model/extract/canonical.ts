import { Float64List, Int32List } from '../../core/lists.js';
import { operatorCode } from '../../problem/operators.js';
import { constantDraft, Drafts } from './drafts.js';
import type { Split, Splitter } from './split.js';

const { add, multiply, divide, negate, power, sqrt } = operatorCode;

/** A shared product longer than this stays one factor. */
const longestSplice = 4;

/**
 * The rules that bring drafts into canonical form: sums and products ordered, repeated factors as powers, constants
 * moved to the front of products.
 */
export class Canonical {
  readonly drafts = new Drafts();
  /** The constant that {@link strip} took off. */
  factor = 1;
  /** What a sum or product collects: distinct drafts and their weights or exponents. */
  readonly #collected = new Int32List();
  readonly #amounts = new Float64List();
  /** Where a draft stands in `#collected`, kept once there are many. */
  readonly #placeOf = new Map<number, number>();

  constructor(readonly splitter: Splitter) {}

  /** `ids` are the drafts of the split's terms. */
  sum(split: Split, ids: Int32List, idsFrom: number): number {
    const { drafts } = this;
    const { columns, coefficients, weights } = this.splitter;
    const { pending } = drafts;
    const from = pending.length;
    for (let k = split.columns; k < split.columnsEnd; k++) {
      const coefficient = coefficients.data[k]!;
      if (coefficient !== 0) pending.push(this.#scaled(coefficient, drafts.variable(columns.data[k]!)));
    }
    let rest = split.constant;
    this.#begin();
    for (let k = split.terms, i = idsFrom; k < split.termsEnd; k++, i++) {
      const core = this.strip(ids.data[i]!);
      const weight = weights.data[k]! * this.factor;
      if (drafts.operator[core] === constantDraft) rest += weight * drafts.value[core]!;
      else this.#collect(core, weight);
    }
    for (let k = 0; k < this.#collected.length; k++) {
      const weight = this.#amounts.data[k]!;
      if (weight !== 0) pending.push(this.#scaled(weight, this.#collected.data[k]!));
    }
    this.#order(from);
    if (rest !== 0 || pending.length === from) pending.push(drafts.constant(rest));
    if (pending.length > from + 1) return drafts.call(add, from);
    return pending.data[--pending.length]!;
  }

  /** `coefficient · Π ids[k]`, k from `idsFrom` on. */
  product(coefficient: number, ids: Int32List, idsFrom: number, idsEnd: number): number {
    const { drafts } = this;
    const { pending } = drafts;
    let factor = coefficient;
    this.#begin();
    for (let k = idsFrom; k < idsEnd; k++) {
      const core = this.strip(ids.data[k]!);
      factor *= this.factor;
      if (drafts.operator[core] === constantDraft) factor *= drafts.value[core]!;
      else if (drafts.operator[core] === multiply && drafts.count[core]! <= longestSplice) {
        const first = drafts.first[core]!;
        for (let i = first; i < first + drafts.count[core]!; i++) this.#countFactor(drafts.args.data[i]!);
      } else this.#countFactor(core);
    }
    const from = pending.length;
    for (let k = 0; k < this.#collected.length; k++) {
      const base = this.#collected.data[k]!;
      const exponent = this.#amounts.data[k]!;
      pending.push(exponent === 1 ? base : drafts.call2(power, base, drafts.constant(exponent)));
    }
    this.#order(from);
    if (pending.length === from) return drafts.constant(factor);
    if (pending.length > from + 1) return this.#scaled(factor, drafts.call(multiply, from));
    return this.#scaled(factor, pending.data[--pending.length]!);
  }

  quotient(a: number, b: number): number {
    const { drafts } = this;
    const numerator = this.strip(a);
    const above = this.factor;
    const denominator = this.strip(b);
    const below = this.factor;
    if (drafts.operator[denominator] === constantDraft) return this.#scaled(above / below, numerator);
    return this.#scaled(above / below, drafts.call2(divide, numerator, denominator));
  }

  power(base: number, exponent: number): number {
    const { drafts } = this;
    if (drafts.operator[exponent] === constantDraft) {
      const value = drafts.value[exponent]!;
      if (value === 1) return base;
      if (value === 0) return drafts.constant(1);
      if (value === 0.5) return drafts.call1(sqrt, base);
      if (value === -1) return this.quotient(drafts.constant(1), base);
    }
    return drafts.call2(power, base, exponent);
  }

  /** Takes the leading constant off into `factor` and returns the rest; a constant leaves 1. */
  strip(id: number): number {
    const { drafts } = this;
    const operator = drafts.operator[id]!;
    const first = drafts.first[id]!;
    this.factor = 1;
    if (operator === constantDraft) {
      this.factor = drafts.value[id]!;
      return drafts.constant(1);
    }
    if (operator === negate) {
      const core = this.strip(drafts.args.data[first]!);
      this.factor = -this.factor;
      return core;
    }
    if (operator !== multiply) return id;
    const leading = drafts.args.data[first]!;
    if (drafts.operator[leading] !== constantDraft) return id;
    this.factor = drafts.value[leading]!;
    const count = drafts.count[id]!;
    if (count === 2) return drafts.args.data[first + 1]!;
    const from = drafts.pending.length;
    drafts.pending.append(drafts.args.data, first + 1, first + count);
    return drafts.call(multiply, from);
  }

  #scaled(factor: number, id: number): number {
    const { drafts } = this;
    if (factor === 1) return id;
    if (factor === 0) return drafts.constant(0);
    const operator = drafts.operator[id]!;
    if (operator === constantDraft) return drafts.constant(factor * drafts.value[id]!);
    if (factor === -1) return drafts.call1(negate, id);
    const constant = drafts.constant(factor);
    if (operator !== multiply) return drafts.call2(multiply, constant, id);
    const from = drafts.pending.length;
    drafts.pending.push(constant);
    drafts.pending.append(drafts.args.data, drafts.first[id]!, drafts.first[id]! + drafts.count[id]!);
    return drafts.call(multiply, from);
  }

  #countFactor(id: number): void {
    const { drafts } = this;
    if (drafts.operator[id] === power) {
      const first = drafts.first[id]!;
      const exponent = drafts.args.data[first + 1]!;
      const value = drafts.value[exponent]!;
      if (drafts.operator[exponent] === constantDraft && Number.isInteger(value) && value > 0) {
        this.#collect(drafts.args.data[first]!, value);
        return;
      }
    }
    this.#collect(id, 1);
  }

  #begin(): void {
    if (this.#collected.length > 16) this.#placeOf.clear();
    this.#collected.length = 0;
    this.#amounts.length = 0;
  }

  /** Adds `amount` to what stands at `id`. */
  #collect(id: number, amount: number): void {
    const { length, data } = this.#collected;
    let place = length;
    if (length <= 16) {
      for (let k = 0; k < length; k++) if (data[k] === id) place = k;
    } else place = this.#placeOf.get(id) ?? length;
    if (place < length) {
      this.#amounts.data[place]! += amount;
      return;
    }
    this.#collected.push(id);
    this.#amounts.push(amount);
    if (length === 16) for (let k = 0; k < 16; k++) this.#placeOf.set(data[k]!, k);
    if (length >= 16) this.#placeOf.set(id, length);
  }

  /** Orders the pending arguments from `from` on by signature, equal ones as they stand. */
  #order(from: number): void {
    const { pending, signature } = this.drafts;
    const { data, length } = pending;
    if (length - from > 16) {
      const sorted = Array.from(data.subarray(from, length)).sort((a, b) => signature[a]! - signature[b]!);
      data.set(sorted, from);
      return;
    }
    for (let k = from + 1; k < length; k++) {
      const id = data[k]!;
      const key = signature[id]!;
      let i = k;
      for (; i > from && signature[data[i - 1]!]! > key; i--) data[i] = data[i - 1]!;
      data[i] = id;
    }
  }
}

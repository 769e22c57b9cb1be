import { mix, mixNumber } from '../../core/hash.js';
import { HashIndex } from '../../core/hash-index.js';
import { Int32List } from '../../core/lists.js';
import { applyOperator } from '../../problem/apply.js';
import { operatorCode, operators } from '../../problem/operators.js';

/** What a draft is besides a call: codes that follow those of the operators. */
export const variableDraft = operators.length;
export const constantDraft = operators.length + 1;

/** Greater exponents are constants like any other. */
const largestLiteral = 64;
const { power, divide } = operatorCode;

/**
 * Nodes of one term while it is brought into canonical form, equal ones once. A draft is a number; its arguments are
 * drafts made before it.
 */
export class Drafts {
  length = 0;
  operator = new Uint8Array(64);
  /** Place of the first argument in `args`; the column of a variable. */
  first = new Int32Array(64);
  /** Number of arguments. */
  count = new Int32Array(64);
  /** Of constants. */
  value = new Float64Array(64);
  /** Equal for drafts that differ in variables and constants only: orders the arguments of sums and products. */
  signature = new Int32Array(64);
  readonly args = new Int32List(256);
  /** Arguments of the call to make. */
  readonly pending = new Int32List(64);

  readonly #signatures = new HashIndex();
  /** Open addressing: `#base + draft`, smaller numbers are left from earlier terms. */
  #table = new Int32Array(256);
  #base = 1;

  clear(): void {
    this.#base += this.length;
    if (this.#base > 0x3fffffff) {
      this.#table.fill(0);
      this.#base = 1;
    }
    this.length = 0;
    this.args.length = 0;
  }

  variable(column: number): number {
    const hash = mix(variableDraft, column);
    for (let slot = hash & (this.#table.length - 1); ; slot = (slot + 1) & (this.#table.length - 1)) {
      const id = this.#table[slot]! - this.#base;
      if (id < 0) return this.#append(slot, variableDraft, column, 0, 0, 0);
      if (this.operator[id] === variableDraft && this.first[id] === column) return id;
    }
  }

  constant(value: number): number {
    const hash = mixNumber(constantDraft, value);
    for (let slot = hash & (this.#table.length - 1); ; slot = (slot + 1) & (this.#table.length - 1)) {
      const id = this.#table[slot]! - this.#base;
      if (id < 0) return this.#append(slot, constantDraft, 0, 0, value, 1);
      if (this.operator[id] === constantDraft && Object.is(this.value[id], value)) return id;
    }
  }

  call1(operator: number, a: number): number {
    this.pending.push(a);
    return this.call(operator, this.pending.length - 1);
  }

  call2(operator: number, a: number, b: number): number {
    this.pending.push(a);
    this.pending.push(b);
    return this.call(operator, this.pending.length - 2);
  }

  /** The operator applied to the pending arguments from `from` on, which are taken off; constants alone fold. */
  call(operator: number, from: number): number {
    const { pending } = this;
    const end = pending.length;
    let signature = mix(0, operator);
    let hash = signature;
    let constant = true;
    for (let k = from; k < end; k++) {
      const arg = pending.data[k]!;
      hash = mix(hash, arg);
      signature = this.isLiteral(operator, k - from, arg)
        ? mixNumber(signature, this.value[arg]!)
        : mix(signature, this.signature[arg]!);
      constant &&= this.operator[arg] === constantDraft;
    }
    if (constant) return this.#fold(operator, from);
    const table = this.#table;
    for (let slot = hash & (table.length - 1); ; slot = (slot + 1) & (table.length - 1)) {
      const id = table[slot]! - this.#base;
      if (id >= 0 && !this.#isCall(id, operator, from)) continue;
      pending.length = from;
      if (id >= 0) return id;
      const first = this.args.length;
      this.args.append(pending.data, from, end);
      return this.#append(slot, operator, first, end - from, 0, this.#numberOf(signature));
    }
  }

  /** Constants that stand in the shape itself: integer exponents and the numerator 1. */
  isLiteral(operator: number, position: number, id: number): boolean {
    if (this.operator[id] !== constantDraft) return false;
    const value = this.value[id]!;
    if (operator === power)
      return position === 1 && Number.isInteger(value) && Math.abs(value) <= largestLiteral;
    return operator === divide && position === 0 && value === 1;
  }

  /** Signatures of calls are numbered as they are met, so that terms stay about as they were written. */
  #numberOf(signature: number): number {
    const known = this.#signatures.first(signature);
    return 2 + (known >= 0 ? known : this.#signatures.add());
  }

  #isCall(id: number, operator: number, from: number): boolean {
    const { pending, args } = this;
    const count = pending.length - from;
    if (this.operator[id] !== operator || this.count[id] !== count) return false;
    const first = this.first[id]!;
    for (let k = 0; k < count; k++) if (args.data[first + k] !== pending.data[from + k]) return false;
    return true;
  }

  #fold(operator: number, from: number): number {
    const { pending } = this;
    const values: number[] = [];
    for (let k = from; k < pending.length; k++) values.push(this.value[pending.data[k]!]!);
    pending.length = from;
    return this.constant(applyOperator(operators[operator]!, values));
  }

  #append(
    slot: number,
    operator: number,
    first: number,
    count: number,
    value: number,
    signature: number,
  ): number {
    const id = this.length;
    if (id === this.operator.length) this.#grow();
    this.#table[slot] = this.#base + id;
    this.operator[id] = operator;
    this.first[id] = first;
    this.count[id] = count;
    this.value[id] = value;
    this.signature[id] = signature;
    this.length++;
    if (2 * this.length > this.#table.length) this.#rehash();
    return id;
  }

  #grow(): void {
    const longer = <A extends Uint8Array | Int32Array | Float64Array>(
      make: new (n: number) => A,
      old: A,
    ): A => {
      const made = new make(2 * old.length);
      made.set(old);
      return made;
    };
    this.operator = longer(Uint8Array, this.operator);
    this.first = longer(Int32Array, this.first);
    this.count = longer(Int32Array, this.count);
    this.value = longer(Float64Array, this.value);
    this.signature = longer(Int32Array, this.signature);
  }

  #rehash(): void {
    const table = new Int32Array(4 * this.#table.length);
    this.#table = table;
    for (let id = 0; id < this.length; id++) {
      let slot = this.#hashOf(id) & (table.length - 1);
      while (table[slot]! >= this.#base) slot = (slot + 1) & (table.length - 1);
      table[slot] = this.#base + id;
    }
  }

  #hashOf(id: number): number {
    const operator = this.operator[id]!;
    if (operator === variableDraft) return mix(variableDraft, this.first[id]!);
    if (operator === constantDraft) return mixNumber(constantDraft, this.value[id]!);
    let hash = mix(0, operator);
    const first = this.first[id]!;
    for (let k = first; k < first + this.count[id]!; k++) hash = mix(hash, this.args.data[k]!);
    return hash;
  }
}

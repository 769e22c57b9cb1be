import { mix, mixNumber } from '../../core/hash.js';
import { HashIndex } from '../../core/hash-index.js';
import { Float64List, Int32List } from '../../core/lists.js';
import type { ElementGroup } from '../../problem/problem.js';
import { constantSlot, earlierCall, literal, symbol, variableSlot } from '../../problem/shape.js';
import { type Drafts, variableDraft } from './drafts.js';

/** Terms of one shape, growing. */
export class Group {
  readonly rows = new Int32List();
  readonly weights = new Float64List();
  readonly variables: Int32List;
  readonly constants: Float64List;

  constructor(
    readonly code: Int32Array,
    readonly literals: Float64Array,
    readonly variableSlots: number,
    readonly constantSlots: number,
  ) {
    this.variables = new Int32List(16 * variableSlots);
    this.constants = new Float64List(Math.max(1, 16 * constantSlots));
  }

  is(code: Int32List, literals: Float64List): boolean {
    if (this.code.length !== code.length || this.literals.length !== literals.length) return false;
    for (let k = 0; k < code.length; k++) if (this.code[k] !== code.data[k]) return false;
    for (let k = 0; k < literals.length; k++) if (this.literals[k] !== literals.data[k]) return false;
    return true;
  }
}

/** Puts finished terms into slots and collects those of one shape. */
export class Groups {
  readonly #groups: Group[] = [];
  readonly #index = new HashIndex();
  readonly #code = new Int32List(64);
  readonly #literals = new Float64List();
  readonly variables = new Int32List();
  readonly constants = new Float64List();
  readonly #stack = new Int32List();
  /** Slot of a variable or place of a call: `#base + place`, smaller numbers are left from earlier terms. */
  #places = new Int32Array(256);
  #base = 1;

  constructor(readonly drafts: Drafts) {}

  /** The group of a term, whose {@link variables} and {@link constants} are then those of its slots; `root` is a call. */
  of(root: number): Group {
    const hash = this.#finish(root);
    for (let place = this.#index.first(hash); place >= 0; place = this.#index.next()) {
      const group = this.#groups[place]!;
      if (group.is(this.#code, this.#literals)) return group;
    }
    const group = new Group(
      this.#code.toArray(),
      this.#literals.toArray(),
      this.variables.length,
      this.constants.length,
    );
    this.#groups[this.#index.add()] = group;
    return group;
  }

  list(): ElementGroup[] {
    return this.#groups.map((group) => ({
      shape: { code: group.code, literals: group.literals },
      count: group.rows.length,
      variableSlots: group.variableSlots,
      constantSlots: group.constantSlots,
      variables: group.variables.toArray(),
      constants: group.constants.toArray(),
      weight: group.weights.toArray(),
      row: group.rows.toArray(),
    }));
  }

  /** Writes the code of a term, numbering variables and constants by first use and calls in postorder. */
  #finish(root: number): number {
    const { drafts } = this;
    const { operator, first, count } = drafts;
    const args = drafts.args.data;
    const stack = this.#stack;
    const list = this.#code;
    this.#begin();
    const places = this.#places;
    const base = this.#base;
    const code = list.data;
    let length = 0;
    let calls = 0;
    stack.push(root);
    while (stack.length > 0) {
      const id = stack.data[stack.length - 1]!;
      if (places[id]! >= base) {
        stack.length--;
        continue;
      }
      const from = first[id]!;
      const end = from + count[id]!;
      const depth = stack.length;
      for (let k = end - 1; k >= from; k--) {
        const arg = args[k]!;
        if (operator[arg]! < variableDraft && places[arg]! < base) stack.push(arg);
      }
      if (stack.length > depth) continue;
      stack.length--;
      places[id] = base + calls++;
      code[length++] = operator[id]!;
      code[length++] = end - from;
      for (let k = from; k < end; k++) code[length++] = this.#symbol(operator[id]!, k - from, args[k]!);
    }
    let hash = 0;
    for (let k = 0; k < length; k++) hash = mix(hash, code[k]!);
    for (let k = 0; k < this.#literals.length; k++) hash = mixNumber(hash, this.#literals.data[k]!);
    list.length = length;
    return hash;
  }

  #symbol(operator: number, position: number, arg: number): number {
    const { drafts } = this;
    const kind = drafts.operator[arg]!;
    const place = this.#places[arg]! - this.#base;
    if (kind < variableDraft) return symbol(earlierCall, place);
    if (kind === variableDraft) {
      if (place >= 0) return symbol(variableSlot, place);
      const slot = this.variables.length;
      this.#places[arg] = this.#base + slot;
      this.variables.push(drafts.first[arg]!);
      return symbol(variableSlot, slot);
    }
    if (drafts.isLiteral(operator, position, arg)) {
      this.#literals.push(drafts.value[arg]!);
      return symbol(literal, this.#literals.length - 1);
    }
    this.constants.push(drafts.value[arg]!);
    return symbol(constantSlot, this.constants.length - 1);
  }

  #begin(): void {
    const { drafts } = this;
    this.#code.reserve(2 * drafts.length + drafts.args.length);
    this.#literals.length = 0;
    this.variables.length = 0;
    this.constants.length = 0;
    this.#base += this.#places.length;
    if (drafts.length > this.#places.length || this.#base > 0x3fffffff) {
      this.#places = new Int32Array(Math.max(drafts.length, 2 * this.#places.length));
      this.#base = 1;
    }
  }
}

import { mix } from '../../core/hash.js';
import { HashIndex } from '../../core/hash-index.js';
import { Float64List, Int32List } from '../../core/lists.js';
import { linearForm, nodeKind, reference, variableKind } from '../tape.js';
import type { Cuts } from './cuts.js';
import type { Graph } from './graph.js';
import type { Group } from './groups.js';

/** Longer expressions are not compared. */
const longest = 256;
/** A form that occurs with more different constants is not looked up. */
const mostConstants = 32;

/** What an expression comes down to, in the variables that it names, numbered by first use. */
export interface Pattern {
  readonly constant: number;
  readonly columns: Int32Array;
  readonly coefficients: Float64Array;
  readonly terms: readonly PatternTerm[];
}

export interface PatternTerm {
  readonly group: Group;
  readonly weight: number;
  readonly variables: Int32Array;
  readonly constants: Float64Array;
}

/** Expressions that differ in variables and constants only, with what those of certain constants come down to. */
interface Form {
  readonly code: Int32Array;
  readonly known: { readonly constants: Float64Array; readonly pattern: Pattern }[];
}

/** Remembers what expressions came down to, so that rows that repeat with other variables are taken apart once. */
export class Patterns {
  /** Variables of the expression last looked up, by first use. */
  readonly variables = new Int32List();
  readonly #code = new Int32List(longest);
  readonly #constants = new Float64List();
  readonly #stack = new Int32List();
  /** Number of each variable in this expression: `#base + number`, smaller ones are left from earlier expressions. */
  readonly #numbers: Int32Array;
  #base = 1;
  readonly #forms: Form[] = [];
  readonly #index = new HashIndex();
  #form: Form | undefined;

  constructor(
    readonly graph: Graph,
    readonly cuts: Cuts,
  ) {
    this.#numbers = new Int32Array(cuts.columns);
  }

  /** True where node `v` can have a pattern; {@link pattern} is then that known for it. */
  look(v: number): boolean {
    this.#form = undefined;
    if (!this.#write(v)) return false;
    const form = this.#find();
    if (form.known.length > mostConstants) return false;
    this.#form = form;
    return true;
  }

  /** Of the node last looked at, undefined where none is known yet. */
  get pattern(): Pattern | undefined {
    const constants = this.#constants;
    for (const { constants: own, pattern } of this.#form!.known) {
      let same = true;
      for (let k = 0; k < own.length && same; k++) same = Object.is(own[k], constants.data[k]);
      if (same) return pattern;
    }
    return undefined;
  }

  /** Remembers what the node last looked at comes down to. */
  learn(pattern: Pattern): void {
    this.#form!.known.push({ constants: this.#constants.toArray(), pattern });
  }

  /** The number of a variable of the node last looked at. */
  numberOf(column: number): number {
    return this.#numbers[column]! - this.#base;
  }

  /** Writes the expression down; false where it is long or shares nodes with others. */
  #write(root: number): boolean {
    const { tape, uses, roots } = this.graph;
    const { operators, start, args, values } = tape;
    const stack = this.#stack;
    const code = this.#code.data;
    let length = 0;
    this.#begin();
    stack.length = 0;
    stack.push(reference(nodeKind, root));
    while (stack.length > 0) {
      const ref = stack.data[--stack.length]!;
      const index = ref >> 2;
      if (length + 2 > longest) return false;
      if ((ref & 3) === nodeKind) {
        if (index !== root && (uses[index]! > 1 || roots[index]! > 0)) return false;
        if (operators[index] === linearForm || this.cuts.column[index]! >= 0) return false;
        const end = start[index + 1]!;
        const first = start[index]!;
        code[length++] = operators[index]!;
        code[length++] = end - first;
        for (let k = end - 1; k >= first; k--) stack.push(args[k]!);
      } else if ((ref & 3) === variableKind) {
        if (this.#numbers[index]! < this.#base) {
          this.#numbers[index] = this.#base + this.variables.length;
          this.variables.push(index);
        }
        code[length++] = -1 - (this.#numbers[index]! - this.#base);
      } else {
        this.#constants.push(values[index]!);
        code[length++] = -1 - longest;
      }
    }
    this.#code.length = length;
    return true;
  }

  #begin(): void {
    this.#base += this.variables.length;
    if (this.#base > 0x3fffffff) {
      this.#numbers.fill(0);
      this.#base = 1;
    }
    this.variables.length = 0;
    this.#constants.length = 0;
  }

  #find(): Form {
    const { data, length } = this.#code;
    let hash = length;
    for (let k = 0; k < length; k++) hash = mix(hash, data[k]!);
    for (let place = this.#index.first(hash); place >= 0; place = this.#index.next())
      if (this.#isCode(this.#forms[place]!.code)) return this.#forms[place]!;
    const form = { code: this.#code.toArray(), known: [] };
    this.#forms[this.#index.add()] = form;
    return form;
  }

  #isCode(code: Int32Array): boolean {
    const { data, length } = this.#code;
    if (code.length !== length) return false;
    for (let k = 0; k < length; k++) if (code[k] !== data[k]) return false;
    return true;
  }
}

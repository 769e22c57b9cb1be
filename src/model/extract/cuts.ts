import { Int32List } from '../../core/lists.js';
import type { Ticker } from '../../core/ticker.js';
import { operatorCode } from '../../problem/operators.js';
import { constantKind, linearForm, nodeKind, variableKind } from '../tape.js';
import type { Graph } from './graph.js';
import { Twins } from './twins.js';

/** Sums of more terms become auxiliary sums where a nonlinear function is applied to them. */
const mostTerms = 16;
/** A term has no more variables: its Hessian is generated entry by entry. */
const mostVariables = 16;
/** … and about so many nodes at most. */
const mostNodes = 400;
/** A shared expression becomes an auxiliary sum where repeating it would cost more nodes than this. */
const mostRepeated = 200;
/** Nodes looked at to count the variables of a term; a term of more counts as one of many variables. */
const searched = 512;
/** A sum of more terms is multiplied out where a variable times it is a whole term. */
export const longestFactor = 8;

/** Expressions of no more nodes are looked up among those met before. */
const fewNodes = 64;

const { divide, multiply, negate } = operatorCode;
const many = mostVariables + 1;
/** Nodes are counted up to here: shared ones count each time, which can grow without bound. */
const mostCounted = 1e6;

/**
 * Decides where expressions are cut: the value of a node that is an auxiliary sum is a column of its own behind the
 * variables, so that every term stays small: functions of long sums, deep nestings of many variables, and large
 * expressions that are used in several places.
 */
export class Cuts {
  /** Column of a node's value, −1 where it is not cut. */
  readonly column: Int32Array;
  /** The node of each auxiliary sum; each uses only sums before it. */
  readonly nodes: Int32Array;
  /** Variables and auxiliary sums. */
  readonly columns: number;

  readonly #graph: Graph;
  readonly #cut: Uint8Array;
  /** What an argument of a nonlinear function brings along: terms of a sum, variables (at most), nodes. */
  readonly #terms: Int32Array;
  readonly #variables: Int32Array;
  readonly #work: Int32Array;
  readonly #nonlinear: Uint8Array;
  /** Marks of the search that counts variables, by column and by node. */
  readonly #seenColumn: Int32Array;
  readonly #seenNode: Int32Array;
  #search = 0;
  readonly #stack = new Int32List();

  /** Columns from `given` on to `variables` are no variables but constants, when it comes to counting. */
  constructor(
    graph: Graph,
    variables: number,
    private readonly given: number,
    ticker: Ticker,
  ) {
    const { size } = graph;
    this.#graph = graph;
    this.#cut = new Uint8Array(size);
    this.#terms = new Int32Array(size);
    this.#variables = new Int32Array(size);
    this.#work = new Int32Array(size);
    this.#nonlinear = new Uint8Array(size);
    this.#seenColumn = new Int32Array(variables);
    this.#seenNode = new Int32Array(size);
    for (let v = 0; v < size; v++) {
      ticker.tick();
      if (!graph.reached(v)) continue;
      if (graph.isSum(v)) this.#measureSum(v);
      else this.#measureCall(v);
      const places = graph.uses[v]! + graph.roots[v]!;
      if (places > 1 && this.#nonlinear[v] === 1 && (places - 1) * this.#work[v]! > mostRepeated)
        this.#cut[v] = 1;
    }
    this.column = new Int32Array(size).fill(-1);
    this.nodes = this.#number(variables, ticker);
    this.columns = variables + this.nodes.length;
  }

  /** The sum S where the call `v` is `variable · S` and S is long enough to be multiplied out, else −1. */
  sumToMultiplyOut(v: number): number {
    const { tape, uses } = this.#graph;
    const { operators, start, args } = tape;
    const [first, end] = [start[v]!, start[v + 1]!];
    if (operators[v] !== multiply || end - first > 3) return -1;
    let sum = -1;
    let variables = 0;
    for (let k = first; k < end; k++) {
      const kind = args[k]! & 3;
      if (kind === variableKind) variables++;
      else if (kind === nodeKind) {
        if (sum >= 0) return -1;
        sum = args[k]! >> 2;
      }
    }
    if (variables !== 1 || sum < 0 || uses[sum]! > 1 || this.#cut[sum] === 1) return -1;
    return this.#graph.isSum(sum) && this.#terms[sum]! > longestFactor ? sum : -1;
  }

  /** True for nonlinear expressions of few nodes. */
  isSmall(v: number): boolean {
    return this.#nonlinear[v] === 1 && this.#work[v]! <= fewNodes;
  }

  #measureSum(v: number): void {
    const graph = this.#graph;
    const { operators, start, args } = graph.tape;
    const [first, end] = [start[v]!, start[v + 1]!];
    if (operators[v] === linearForm) {
      this.#set(v, end - first - 1, end - first - 1, 1);
      return;
    }
    let [terms, variables, work] = [0, 0, 1];
    for (let k = first; k < end; k++) {
      const a = args[k]! >> 2;
      const kind = args[k]! & 3;
      if (kind === constantKind) continue;
      if (kind === variableKind || this.#cut[a] === 1) {
        terms++;
        if (!this.#isGiven(kind, a)) variables++;
        continue;
      }
      // A call of many variables is a product with a long sum.
      terms += graph.isSum(a) ? this.#terms[a]! : this.#variables[a]! > mostVariables ? many : 1;
      variables += this.#variables[a]!;
      work += this.#work[a]!;
      if (this.#nonlinear[a] === 1) this.#nonlinear[v] = 1;
    }
    this.#set(v, terms, variables, work);
  }

  #measureCall(v: number): void {
    const { start, args } = this.#graph.tape;
    const [first, end] = [start[v]!, start[v + 1]!];
    this.#nonlinear[v] = 1;
    const sum = this.sumToMultiplyOut(v);
    if (sum >= 0 && (this.#terms[sum]! > mostTerms || this.#variables[sum]! > mostVariables)) {
      // Whether it is multiplied out shows above it: see #prepare.
      this.#set(v, 1, many, this.#work[sum]!);
      return;
    }
    for (let k = first; k < end; k++) if ((args[k]! & 3) === nodeKind) this.#prepare(args[k]! >> 2);
    while (this.#sumOver(first, end, this.#work) > mostNodes && this.#cutLargest(first, end, this.#work, 8));
    let variables = this.#sumOver(first, end, this.#variables);
    while (variables > mostVariables) {
      variables = this.#count(v);
      if (variables > mostVariables && !this.#cutLargest(first, end, this.#variables, 1)) break;
    }
    this.#set(v, 1, variables, this.#sumOver(first, end, this.#work) + 1);
  }

  #isGiven(kind: number, index: number): boolean {
    return kind === variableKind && index >= this.given;
  }

  #set(v: number, terms: number, variables: number, work: number): void {
    this.#terms[v] = terms;
    this.#variables[v] = Math.min(variables, many);
    this.#work[v] = Math.min(work, mostCounted);
  }

  /** Cuts what cannot stand as it is below a nonlinear function. */
  #prepare(a: number): void {
    if (this.#cut[a] === 1) return;
    if (!this.#graph.isSum(a)) {
      if (this.#variables[a]! <= mostVariables) return;
      this.#cut[this.sumToMultiplyOut(a)] = 1;
      this.#set(a, 1, 2, 2);
      return;
    }
    if (this.#variables[a]! > mostVariables) this.#variables[a] = this.#count(a);
    if (this.#terms[a]! > mostTerms || this.#variables[a]! > mostVariables) this.#cutSum(a);
  }

  /** Cuts a sum; of a multiple of a node that node, which others may use with other factors. */
  #cutSum(a: number): void {
    let v = a;
    for (let inner = this.#multipleOf(v); inner >= 0; inner = this.#multipleOf(v)) {
      this.#set(v, 1, 1, 1);
      v = inner;
    }
    this.#cut[v] = 1;
  }

  /** The node of which `v` is the constant multiple, else −1. */
  #multipleOf(v: number): number {
    const { operators, start, args } = this.#graph.tape;
    const op = operators[v];
    if (!this.#graph.isSum(v) || (op !== negate && op !== multiply && op !== divide)) return -1;
    const ref = args[op === multiply ? start[v]! + 1 : start[v]!]!;
    return (ref & 3) === nodeKind ? ref >> 2 : -1;
  }

  /** Total over arguments, leaves and auxiliary sums counting 1. */
  #sumOver(first: number, end: number, amounts: Int32Array): number {
    const { args } = this.#graph.tape;
    let total = 0;
    for (let k = first; k < end; k++) {
      const a = args[k]! >> 2;
      const kind = args[k]! & 3;
      if (this.#isGiven(kind, a)) continue;
      if (kind === variableKind || (kind === nodeKind && this.#cut[a] === 1)) total++;
      else if (kind === nodeKind) total += amounts[a]!;
    }
    return total;
  }

  /** Cuts the argument of the largest amount; false where none has more than `least`. */
  #cutLargest(first: number, end: number, amounts: Int32Array, least: number): boolean {
    const { args } = this.#graph.tape;
    let largest = -1;
    let amount = least;
    for (let k = first; k < end; k++) {
      const a = args[k]! >> 2;
      if ((args[k]! & 3) !== nodeKind || this.#cut[a] === 1 || amounts[a]! <= amount) continue;
      amount = amounts[a]!;
      largest = a;
    }
    if (largest < 0) return false;
    this.#cut[largest] = 1;
    return true;
  }

  /** Distinct variables and auxiliary sums below `v`, `many` as soon as there are more than allowed. */
  #count(v: number): number {
    const { operators, start, args } = this.#graph.tape;
    const stack = this.#stack;
    const search = ++this.#search;
    let [variables, nodes] = [0, 0];
    stack.length = 0;
    stack.push(v);
    while (stack.length > 0) {
      const u = stack.data[--stack.length]!;
      const own = operators[u] === linearForm;
      for (let k = start[u]! + (own ? 1 : 0); k < start[u + 1]!; k++) {
        const index = own ? args[k]! : args[k]! >> 2;
        const kind = own ? variableKind : args[k]! & 3;
        if (kind === variableKind) {
          if (this.#seenColumn[index] === search || this.#isGiven(kind, index)) continue;
          this.#seenColumn[index] = search;
          variables++;
        } else if (kind === nodeKind && this.#seenNode[index] !== search) {
          this.#seenNode[index] = search;
          if (this.#cut[index] === 1) variables++;
          else if (++nodes <= searched) stack.push(index);
          else return many;
        }
        if (variables > mostVariables) return many;
      }
    }
    return variables;
  }

  /** Numbers the auxiliary sums along the tape, equal ones once. */
  #number(variables: number, ticker: Ticker): Int32Array {
    const nodes = new Int32List();
    const twins = new Twins(this.#graph, this.column, ticker);
    for (let v = 0; v < this.#cut.length; v++) {
      if (this.#cut[v] === 0 || !this.#graph.reached(v)) continue;
      const twin = twins.find(v);
      if (twin >= 0) this.column[v] = this.column[twin]!;
      else {
        this.column[v] = variables + nodes.length;
        nodes.push(v);
      }
    }
    return nodes.toArray();
  }
}

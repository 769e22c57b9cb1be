import { operatorCode } from '../../problem/operators.js';
import { constantKind, linearForm, nodeKind, type Tape } from '../tape.js';

const { add, subtract, negate, multiply, divide } = operatorCode;

/** The part of a tape that its roots reach. */
export class Graph {
  /** Arguments of reached nodes that are this node. */
  readonly uses: Int32Array;
  /** Roots that are this node. */
  readonly roots: Int32Array;
  readonly size: number;

  /** `roots` are references; negative ones stand for nothing. */
  constructor(
    readonly tape: Tape,
    roots: Int32Array,
  ) {
    const { operators, start, args } = tape;
    this.size = operators.length;
    this.uses = new Int32Array(this.size);
    this.roots = new Int32Array(this.size);
    for (const root of roots) if (root >= 0 && (root & 3) === nodeKind) this.roots[root >> 2]!++;
    for (let v = this.size - 1; v >= 0; v--) {
      if (!this.reached(v) || operators[v] === linearForm) continue;
      for (let k = start[v]!, end = start[v + 1]!; k < end; k++)
        if ((args[k]! & 3) === nodeKind) this.uses[args[k]! >> 2]!++;
    }
  }

  reached(v: number): boolean {
    return this.uses[v]! > 0 || this.roots[v]! > 0;
  }

  /** True for what is taken apart into terms: sums, differences, constant multiples and linear forms. */
  isSum(v: number): boolean {
    const { operators, start, args } = this.tape;
    const first = start[v]!;
    switch (operators[v]) {
      case linearForm:
      case add:
      case subtract:
      case negate:
        return true;
      case multiply:
        return start[v + 1]! - first === 2 && (args[first]! & 3) === constantKind;
      case divide:
        return (args[first + 1]! & 3) === constantKind;
      default:
        return false;
    }
  }

  /** A shared sum is repeated rather than kept whole only where that is cheap. */
  isShort(v: number): boolean {
    const { operators, start, args } = this.tape;
    const [first, end] = [start[v]!, start[v + 1]!];
    if (operators[v] === linearForm || end - first > 8) return false;
    for (let k = first; k < end; k++) if ((args[k]! & 3) === nodeKind) return false;
    return true;
  }
}

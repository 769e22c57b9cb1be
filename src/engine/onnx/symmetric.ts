import type { Block } from '../programs.js';
import type { Float } from '../trained.js';
import type { Nodes } from './operators.js';

export interface HessianBlock extends Block {
  readonly name: string;
}

/** A symmetric sum by the names of its operands; `left` and `right` of a term have `n` rows, and may be stacks of such. */
export interface NamedSum {
  readonly n: number;
  readonly terms: readonly { readonly left: string; readonly right: string; readonly stacked: boolean }[];
  readonly diagonal: string | null;
  readonly float: Float;
}

/**
 * Symmetric sums, computed in square blocks of about `blockRows` rows on and below the diagonal, so that one triangle
 * suffices.
 */
export class SymmetricSums {
  readonly #split = new Map<string, readonly string[]>();
  readonly #eyes = new Map<string, string>();

  constructor(
    private readonly nodes: Nodes,
    private readonly blockRows: number,
  ) {}

  /** The blocks on and below the diagonal, each under a name `label(i, j)`; of the matrix `added` too, `n × n`. */
  blocks(sum: NamedSum, label: (i: number, j: number) => string, added?: string): HessianBlock[] {
    const edges = this.#edges(sum.n);
    const found: HessianBlock[] = [];
    for (let i = 0; i + 1 < edges.length; i++)
      for (let j = 0; j <= i; j++) {
        const [row, column] = [edges[i]!, edges[j]!];
        const block = { row, rows: edges[i + 1]! - row, column, columns: edges[j + 1]! - column };
        found.push({ ...block, name: this.#block(sum, edges, i, j, label(i, j), added) });
      }
    return found;
  }

  /** The whole matrix under `name`: blocks above the diagonal transposed from those below. */
  whole(sum: NamedSum, name: string): void {
    const { nodes } = this;
    const count = this.#edges(sum.n).length - 1;
    if (count === 1) {
      this.blocks(sum, () => name);
      return;
    }
    const own = this.blocks(sum, () => nodes.fresh());
    const block = (i: number, j: number): string => own[(i * (i + 1)) / 2 + j]!.name;
    const rows = Array.from({ length: count }, (_, i) => {
      const parts = Array.from({ length: count }, (_, j) =>
        j <= i ? block(i, j) : nodes.add('Transpose', [block(j, i)], undefined, { perm: [1, 0] }),
      );
      return nodes.add('Concat', parts, undefined, { axis: 1 });
    });
    nodes.add('Concat', rows, name, { axis: 0 });
  }

  /** A stack of whole matrices under `name`; operands without the stack axis serve all of them. */
  stack({ n, terms, diagonal, float }: NamedSum, name: string): void {
    const { nodes } = this;
    const summands = terms.map(({ left, right, stacked }) => {
      const perm = stacked ? [0, 2, 1] : [1, 0];
      return nodes.add('MatMul', [left, nodes.add('Transpose', [right], undefined, { perm })]);
    });
    if (diagonal !== null) {
      const column = nodes.add('Unsqueeze', [diagonal, nodes.integers([-1])]);
      summands.push(nodes.add('Mul', [column, this.#eye(n, float)]));
    }
    const total = summands.reduce((sum, own) => nodes.add('Add', [sum, own]));
    nodes.add('Identity', [total], name);
  }

  #block(
    { terms, diagonal, float }: NamedSum,
    edges: readonly number[],
    i: number,
    j: number,
    name: string,
    added?: string,
  ): string {
    const { nodes } = this;
    const [rows, columns] = [edges[i + 1]! - edges[i]!, edges[j + 1]! - edges[j]!];
    let sum = added === undefined ? undefined : this.#cut(added, edges, i, j);
    if (diagonal !== null && i === j) {
      const last = terms.length === 0 && sum === undefined ? name : nodes.fresh();
      const own = nodes.add('Mul', [this.#eye(rows, float), this.#parts(diagonal, edges)[i]!], last);
      sum = sum === undefined ? own : nodes.add('Add', [own, sum], terms.length === 0 ? name : undefined);
    } else if (terms.length === 0 && sum !== undefined) nodes.add('Identity', [sum], name);
    else if (terms.length === 0) {
      const zero = nodes.arrays.numbers([0], [1, 1], float);
      nodes.add('Expand', [zero, nodes.integers([rows, columns])], name);
    }
    terms.forEach(({ left, right }, k) => {
      const factors = [this.#parts(left, edges)[i]!, this.#parts(right, edges)[j]!];
      const output = k === terms.length - 1 ? name : nodes.fresh();
      sum = nodes.add('Gemm', sum === undefined ? factors : [...factors, sum], output, { transB: 1 });
    });
    return name;
  }

  /** A block of a matrix. */
  #cut(a: string, edges: readonly number[], i: number, j: number): string {
    if (edges.length === 2) return a;
    const { nodes } = this;
    const [from, to] = [
      [edges[i]!, edges[j]!],
      [edges[i + 1]!, edges[j + 1]!],
    ];
    return nodes.add('Slice', [a, nodes.integers(from), nodes.integers(to), nodes.integers([0, 1])]);
  }

  /** Where blocks of an `n × n` matrix begin, and its end. Small matrices stay whole: copies would cost what they save. */
  #edges(n: number): readonly number[] {
    const count = n < 2 * this.blockRows ? 1 : Math.round(n / this.blockRows);
    return Array.from({ length: count + 1 }, (_, k) => Math.round((n * k) / count));
  }

  /** `a` split along its first axis. */
  #parts(a: string, edges: readonly number[]): readonly string[] {
    if (edges.length === 2) return [a];
    const key = `${a}: ${edges}`;
    let parts = this.#split.get(key);
    if (parts === undefined) {
      const sizes = edges.slice(1).map((edge, k) => edge - edges[k]!);
      parts = sizes.map(() => this.nodes.fresh());
      const inputs = [a, this.nodes.integers(sizes)];
      this.nodes.list.push({ op: 'Split', inputs, outputs: parts, attributes: { axis: 0 } });
      this.#split.set(key, parts);
    }
    return parts;
  }

  #eye(size: number, float: Float): string {
    const key = `${float} ${size}`;
    let name = this.#eyes.get(key);
    if (name === undefined) {
      const data = new Float64Array(size * size);
      for (let i = 0; i < size; i++) data[i * size + i] = 1;
      name = this.nodes.arrays.trained({ shape: [size, size], data }, float);
      this.#eyes.set(key, name);
    }
    return name;
  }
}

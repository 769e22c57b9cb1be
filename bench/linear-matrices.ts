import type { Structure } from '../src/core/structure/structure.js';

/** A symmetric test matrix: lower-triangle triplets with values. */
export interface TestMatrix {
  readonly name: string;
  readonly order: number;
  readonly row: Int32Array;
  readonly column: Int32Array;
  readonly values: Float64Array;
  /** The matrix with its dense blocks, where it has some; then with the values of its triplets. */
  readonly structure?: Structure;
}

/** Reproducible numbers in [0, 1). Source: Marsaglia's xorshift, J. Stat. Soft. 8 (2003). */
function randomNumbers(seed: number): () => number {
  let state = (seed * 2654435761 + 88675123) | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

class Builder {
  #row = new Int32Array(1024);
  #column = new Int32Array(1024);
  #values = new Float64Array(1024);
  #count = 0;

  add(i: number, j: number, value: number): void {
    if (this.#count === this.#row.length) {
      const grow = <T extends Int32Array | Float64Array>(old: T, larger: T): T => {
        larger.set(old);
        return larger;
      };
      this.#row = grow(this.#row, new Int32Array(2 * this.#count));
      this.#column = grow(this.#column, new Int32Array(2 * this.#count));
      this.#values = grow(this.#values, new Float64Array(2 * this.#count));
    }
    this.#row[this.#count] = Math.max(i, j);
    this.#column[this.#count] = Math.min(i, j);
    this.#values[this.#count++] = value;
  }

  build(name: string, order: number): TestMatrix {
    return {
      name,
      order,
      row: this.#row.slice(0, this.#count),
      column: this.#column.slice(0, this.#count),
      values: this.#values.slice(0, this.#count),
    };
  }
}

/**
 * The interior-point system of the reduced-space image problem: x (784, dense indefinite block of low rank plus
 * barrier), y (10), s⁺ and s⁻ (784 each, barrier only), 11 slacks; rows x − s⁺ + s⁻ (784), NN(x) − y (10 × 784 dense),
 * bounds on y (11). Barrier diagonals spread over ten orders of magnitude.
 */
export function imageSystem(pixels = 784, classes = 10): TestMatrix {
  const random = randomNumbers(1);
  const barrier = (): number => 10 ** (10 * random() - 8);
  const matrix = new Builder();
  const rank = 2 * classes;
  const factors = Array.from({ length: rank }, () =>
    Float64Array.from({ length: pixels }, () => random() - 0.5),
  );
  const y0 = pixels;
  const plus = y0 + classes;
  const minus = plus + pixels;
  const slack = minus + pixels;
  const link = slack + classes + 1;
  const network = link + pixels;
  const bound = network + classes;
  for (let i = 0; i < pixels; i++) {
    for (let j = 0; j <= i; j++) {
      let h = 0;
      for (let k = 0; k < rank; k++) h += (k % 2 ? -0.1 : 0.1) * factors[k]![i]! * factors[k]![j]!;
      matrix.add(i, j, h + (i === j ? barrier() : 0));
    }
    matrix.add(plus + i, plus + i, barrier());
    matrix.add(minus + i, minus + i, barrier());
    matrix.add(link + i, i, 1);
    matrix.add(link + i, plus + i, -1);
    matrix.add(link + i, minus + i, 1);
    matrix.add(link + i, link + i, 0);
  }
  for (let k = 0; k < classes; k++) {
    matrix.add(y0 + k, y0 + k, 0);
    for (let j = 0; j < pixels; j++) matrix.add(network + k, j, 0.2 * (random() - 0.5));
    matrix.add(network + k, y0 + k, -1);
    matrix.add(network + k, network + k, 0);
  }
  for (let k = 0; k <= classes; k++) {
    matrix.add(bound + k, y0 + (k % classes), 1);
    matrix.add(slack + k, slack + k, barrier());
    matrix.add(bound + k, slack + k, -1);
    matrix.add(bound + k, bound + k, 0);
  }
  return matrix.build('image', bound + classes + 1);
}

/** Discretized optimal control: stages of states and controls linked by sparse dynamics rows, barrier diagonals. */
export function controlSystem(stages: number, states = 6, controls = 2): TestMatrix {
  const random = randomNumbers(2);
  const matrix = new Builder();
  const width = states + controls;
  const variables = stages * width;
  for (let k = 0; k < stages; k++) {
    const at = k * width;
    for (let i = 0; i < width; i++) {
      matrix.add(at + i, at + i, random() + 10 ** (8 * random() - 7));
      if (i > 0) matrix.add(at + i, at + i - 1, 0.3 * (random() - 0.5));
    }
    if (k === stages - 1) break;
    for (let i = 0; i < states; i++) {
      const row = variables + k * states + i;
      matrix.add(row, at + width + i, -1);
      matrix.add(row, at + i, 1 + 0.1 * random());
      matrix.add(row, at + ((i + 1) % states), 0.1 * random());
      matrix.add(row, at + states + (i % controls), 0.1 + random());
      matrix.add(row, row, 0);
    }
  }
  return matrix.build(`control-${variables}`, variables + (stages - 1) * states);
}

/** Control of the Bratu equation on a square grid: state u and control q per node, rows Δu + λ·eᵘ·u − q = 0. */
export function bratuSystem(side: number): TestMatrix {
  const random = randomNumbers(3);
  const matrix = new Builder();
  const nodes = side * side;
  for (let i = 0; i < side; i++) {
    for (let j = 0; j < side; j++) {
      const k = i * side + j;
      const row = 2 * nodes + k;
      matrix.add(k, k, 1 + random());
      matrix.add(nodes + k, nodes + k, 10 ** (8 * random() - 6));
      matrix.add(row, k, -4 + 0.1 * random());
      if (i > 0) matrix.add(row, k - side, 1);
      if (i + 1 < side) matrix.add(row, k + side, 1);
      if (j > 0) matrix.add(row, k - 1, 1);
      if (j + 1 < side) matrix.add(row, k + 1, 1);
      matrix.add(row, nodes + k, -1);
      matrix.add(row, row, 0);
    }
  }
  return matrix.build(`bratu-${side}²`, 3 * nodes);
}

/** A full symmetric indefinite matrix. */
export function denseSystem(order: number): TestMatrix {
  const random = randomNumbers(4);
  const matrix = new Builder();
  for (let i = 0; i < order; i++)
    for (let j = 0; j <= i; j++) matrix.add(i, j, random() - 0.5 + (i === j ? 1 : 0));
  return matrix.build(`dense-${order}`, order);
}

export const matrices: Readonly<Record<string, () => TestMatrix>> = {
  image: () => imageSystem(),
  control25: () => controlSystem(3_125),
  control200: () => controlSystem(25_000),
  bratu60: () => bratuSystem(60),
  bratu150: () => bratuSystem(150),
  dense500: () => denseSystem(500),
  dense1000: () => denseSystem(1000),
  dense2000: () => denseSystem(2000),
};

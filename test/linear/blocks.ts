import type { PieceShape } from '../../src/core/structure/piece.js';
import { Structure } from '../../src/core/structure/structure.js';
import { randomNumbers, type Triplets } from './matrices.js';

/** A symmetric matrix stated by pieces. */
export interface Blocked {
  readonly structure: Structure;
  readonly values: Float64Array;
}

/** The same matrix as triplets. */
export function asTriplets({ structure, values }: Blocked): Triplets {
  const { row, column, expand } = structure.triplets();
  return { order: structure.rows, row, column, values: expand(values) };
}

const range = (from: number, to: number): Int32Array =>
  Int32Array.from({ length: to - from }, (_, k) => from + k);

/**
 * A KKT matrix of `boxes` functions of `inputs` variables each (some shared) with `outputs` rows, a dense Hessian and a
 * dense Jacobian block per function, and a barrier diagonal over ten orders of magnitude; indices shuffled.
 */
export function boxesMatrix(boxes: number, inputs: number, outputs: number, seed: number): Blocked {
  const random = randomNumbers(seed);
  const variables = boxes * Math.ceil(0.8 * inputs) + inputs;
  const order = variables + boxes * outputs;
  const shuffled = range(0, variables).sort(() => random() - 0.5);
  const pieces: PieceShape[] = [];
  const fill: ((count: number) => Float64Array)[] = [];
  const numbers = (size: number) => (count: number) =>
    Float64Array.from({ length: count }, () => size * (2 * random() - 1));
  for (let b = 0; b < boxes; b++) {
    const from = b * Math.ceil(0.8 * inputs);
    const columns = shuffled.slice(from, from + inputs);
    const rows = range(variables + b * outputs, variables + (b + 1) * outputs);
    pieces.push({ kind: 'dense', rows: null, columns }, { kind: 'dense', rows, columns });
    fill.push(numbers(0.3), numbers(1));
  }
  pieces.push({ kind: 'entries', row: range(0, order), column: range(0, order) });
  fill.push((count) =>
    Float64Array.from({ length: count }, (_, k) => (k < variables ? 10 ** (10 * random() - 4) : -1e-8)),
  );
  return filled(new Structure(order, order, true, pieces), fill);
}

/**
 * `columns` pairs (x, c) that share a dense border of `block` rows and nothing else, the border first; c is coupled to its
 * x by 1 and has a diagonal so small, in every third pair, that it has to wait for x.
 */
export function borderedMatrix(columns: number, block: number, seed: number): Blocked {
  const random = randomNumbers(seed);
  const order = block + 2 * columns;
  const x = range(block, block + columns);
  const c = range(block + columns, order);
  const tiny = (j: number): number => (j % 3 === 0 ? -1e-13 : -0.1 - random());
  return filled(
    new Structure(order, order, true, [
      { kind: 'dense', rows: x, columns: range(0, block) },
      { kind: 'entries', row: c, column: x },
      { kind: 'entries', row: range(0, order), column: range(0, order) },
    ]),
    [
      (count) => Float64Array.from({ length: count }, () => 2 * random() - 1),
      (count) => new Float64Array(count).fill(1),
      (count) =>
        Float64Array.from({ length: count }, (_, k) =>
          k < block ? -1e-3 : k < block + columns ? 10 ** (6 * random() - 3) : tiny(k - block - columns),
        ),
    ],
  );
}

function filled(structure: Structure, fill: readonly ((count: number) => Float64Array)[]): Blocked {
  const values = new Float64Array(structure.length);
  structure.pieces.forEach(({ first, count }, p) => {
    values.set(fill[p]!(count), first);
  });
  return { structure, values };
}

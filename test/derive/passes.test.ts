import { describe, expect, it } from 'vitest';
import { derive } from '../../src/derive/derive.js';
import { execute } from '../../src/derive/execute.js';
import { flops } from '../../src/derive/flops.js';
import { batched } from '../../src/derive/passes/batch.js';
import { merged } from '../../src/derive/passes/merge.js';
import { stacked } from '../../src/derive/passes/stack.js';
import { inStrips } from '../../src/derive/passes/strips.js';
import type { Instruction, Program, Programs } from '../../src/derive/program.js';
import type { Network } from '../../src/network/graph.js';
import { expectClose, pointOf } from '../engine/contract.js';
import { architectures, chain, elementwiseNetworks, smooth } from '../engine/networks.js';
import { tolerances } from '../tolerances.js';

const networks: readonly Network[] = [
  ...architectures.filter(({ inputSize }) => inputSize < 50),
  ...elementwiseNetworks(smooth),
];
const each = networks.map((network): [string, Network] => [network.name, network]);
const orders = ['value', 'jacobian', 'hessian', 'mixed'] as const satisfies readonly (keyof Programs)[];

/** All outputs of a program at some points, joined. */
function outputs(program: Program, points: readonly ReturnType<typeof pointOf>[]): Record<string, number[]> {
  const x = points.flatMap((point) => [...point.x]);
  const λ = points.flatMap((point) => [...point.λ]);
  const values = execute(program, { x, λ });
  return Object.fromEntries(
    Object.entries(program.outputs).map(([name, ref]) => [name, Array.from(values[ref as number]!.data)]),
  );
}
const products = ({ instructions }: Program): Instruction[] =>
  instructions.filter(({ kind }) => kind === 'matmul');

describe.each(each)('%s', (_, network) => {
  const programs = derive(network);
  const points = [1, 2, 3].map((seed) => pointOf(network, seed));

  it.each(orders)('batched, answers what it answers point by point: %s', (order) => {
    const program = programs[order];
    const together = outputs(batched(program, 3), points);
    const apart = points.map((point) => outputs(program, [point]));
    for (const [name, numbers] of Object.entries(together))
      expectClose(
        numbers,
        apart.flatMap((own) => own[name]!),
        tolerances.f64,
      );
  });

  it.each(orders)('in strips, answers the same: %s', (order) => {
    const program = programs[order];
    const found = outputs(inStrips(program, { numbers: 12, rows: 3 }), points.slice(0, 1));
    const expected = outputs(program, points.slice(0, 1));
    for (const [name, numbers] of Object.entries(found))
      expectClose(numbers, expected[name]!, tolerances.f64);
  });

  it.each(orders)('merged and stacked, answers the same: %s', (order) => {
    const program = programs[order];
    const expected = outputs(program, points.slice(0, 1));
    for (const other of [
      merged(program, () => true),
      stacked(program),
      stacked(merged(program, () => true)),
    ]) {
      const found = outputs(other, points.slice(0, 1));
      for (const [name, numbers] of Object.entries(found))
        expectClose(numbers, expected[name]!, tolerances.f64);
    }
  });
});

describe('passes', () => {
  const network = chain([12, 20, 20, 20, 3]);
  const programs = derive(network);

  it('batch products with constants into as many products of more rows', () => {
    for (const order of orders) {
      const [one, many] = [programs[order], batched(programs[order], 9)];
      expect(products(many)).toHaveLength(products(one).length);
      expect(products(many).every(({ shape }) => shape.length === 2)).toBe(true);
      expect(flops(many)).toBeGreaterThan(8.5 * flops(one));
    }
  });

  it('read every factor once where value and tangents are merged', () => {
    const { hessian } = programs;
    const together = merged(hessian, () => true);
    expect(products(together).length).toBeLessThan(products(hessian).length);
    expect(merged(hessian, () => false)).toBe(hessian);
    const rows = products(together).map(({ shape }) => shape[0]);
    expect(rows).toContain(1 + 12);
  });

  it('stack the second derivatives of all layers into one product', () => {
    const { instructions, outputs: ends } = stacked(programs.hessian);
    const H = instructions[ends.H!]!;
    expect(H.kind === 'symmetric' && H.terms).toHaveLength(1);
    expect(flops(stacked(programs.hessian))).toBe(flops(programs.hessian));
  });
});

import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/errors.js';
import { derive } from '../../src/derive/derive.js';
import { flops } from '../../src/derive/flops.js';
import { levels } from '../../src/derive/levels.js';
import { stackOf } from '../../src/derive/shape.js';
import { referenceEngine } from '../../src/engine/reference/engine.js';
import type { Network } from '../../src/network/graph.js';
import { evaluated, expectClose, pointOf } from '../engine/contract.js';
import { architectures, chain, elementwiseNetworks, kinked, smooth } from '../engine/networks.js';

const step = 1e-5;
const open = (network: Network, kinks: 'allow' | 'refuse' = 'refuse') =>
  referenceEngine.compile(derive(network, { kinks }), { precision: 'f64', device: 'cpu' });

/** `J` by central differences of `y`, and the full `H` by central differences of `Jᵀλ`. */
async function differences(network: Network, kinks: 'allow' | 'refuse') {
  const executable = await open(network, kinks);
  const { x, λ } = pointOf(network);
  const n = network.inputSize;
  const J = new Float64Array(network.outputSize * n);
  const H = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const at = (shift: number) => evaluated(executable, 1, { x: x.with(j, x[j]! + shift), λ });
    const [plus, minus] = [await at(step), await at(-step)];
    for (let i = 0; i < λ.length; i++) {
      J[i * n + j] = (plus.y[i]! - minus.y[i]!) / (2 * step);
      for (let k = 0; k < n; k++)
        H[k * n + j]! += (λ[i]! * (plus.J[i * n + k]! - minus.J[i * n + k]!)) / (2 * step);
    }
  }
  return { J, H };
}

const smoothCases = [
  ...architectures.filter(({ inputSize }) => inputSize < 100),
  ...elementwiseNetworks(smooth),
];

describe('derivative programs against central differences', () => {
  it.each(smoothCases.map((n): [string, Network] => [n.name, n]))('%s', async (_, network) => {
    const { J, H } = await differences(network, 'refuse');
    const executable = await open(network);
    const result = await evaluated(executable, 2, pointOf(network));
    expectClose(result.J, J, 1e-8);
    const lower = Float64Array.from({ length: result.H.length }, (_, k) => {
      const i = Math.floor((Math.sqrt(8 * k + 1) - 1) / 2);
      return H[i * network.inputSize + k - (i * (i + 1)) / 2]!;
    });
    expectClose(result.H, lower, 1e-8);
  });

  it.each(
    elementwiseNetworks(kinked).map((n): [string, Network] => [n.name, n]),
  )('kinks, Jacobian: %s', async (_, network) => {
    const { J } = await differences(network, 'allow');
    const executable = await open(network, 'allow');
    const result = await evaluated(executable, 2, pointOf(network));
    expectClose(result.J, J, 1e-8);
    expect(result.H.every((h) => h === 0)).toBe(true);
  });
});

describe('derive', () => {
  it.each(
    elementwiseNetworks(kinked).map((n): [string, Network] => [n.name, n]),
  )('refuses %s unless told how to take it, naming the layer', (name, network) => {
    expect(() => derive(network)).toThrow(InputError);
    expect(() => derive(network)).toThrow(new RegExp(`elementwise_\\d+.*${name}.*kinks`));
  });

  it('shares trained arrays among the programs by reference', () => {
    const network = chain([6, 5, 4, 3]);
    const { value, jacobian, hessian } = derive(network);
    const weights = network.nodes.flatMap(({ op }) => (op.kind === 'affine' ? [op.weight] : []));
    for (const { instructions } of [value, jacobian, hessian])
      for (const weight of weights)
        expect(instructions.some((i) => i.kind === 'constant' && i.tensor === weight)).toBe(true);
  });

  it('takes the tangents behind a narrow affine prefix', () => {
    const { hessian } = derive(chain([100, 10, 10, 5]));
    const products = hessian.instructions.filter(({ kind }) => kind === 'matmul');
    // Behind the prefix all products have at most 10 rows, but for the two that go through it: J and M S.
    expect(products.filter(({ shape }) => shape.some((d) => d === 100)).length).toBe(2);
  });

  it('uses adjoints for J where outputs are few and tangents where inputs are few', () => {
    const { jacobian: wide } = derive(chain([300, 200, 200, 2]));
    const { jacobian: tall } = derive(chain([2, 200, 200, 300]));
    expect(flops(wide)).toBeLessThan(2 * 2 * 3 * 101_000);
    expect(flops(tall)).toBeLessThan(2 * 2 * 3 * 101_000);
  });

  it('has no Hessian for an affine network', () => {
    const { hessian } = derive(architectures.find(({ name }) => name === 'affine only')!);
    expect(hessian.outputs.H).toBeUndefined();
  });

  it('costs about 2Pn + Σ widths·n² for J and H together', () => {
    const n = 30;
    const width = 60;
    const network = chain([n, width, width, width, width, 8]);
    const estimate = 2 * network.parameters * n + 4 * width * n * n;
    expect(flops(derive(network).hessian)).toBeLessThan(1.1 * estimate);
  });
});

describe('mixed programs', () => {
  it.each([
    ['few outputs', chain([30, 40, 40, 40, 40, 3])],
    ['few inputs', chain([3, 40, 40, 40, 40, 30])],
  ])('lower what leads to H alone: %s', (_, network) => {
    const { mixed, hessian } = derive(network);
    const level = levels(mixed);
    const { y, J, H } = mixed.outputs;
    expect([y, J!, H!].map((ref) => level[ref])).toEqual(['full', 'full', 'lower']);
    expect(hessian.instructions.some(({ kind }) => kind === 'lower')).toBe(false);
  });

  it('take J from adjoints where outputs are few, and from tangents where inputs are few', () => {
    const rows = (network: Network): number[] => {
      const { mixed } = derive(network);
      const level = levels(mixed);
      return mixed.instructions.flatMap(({ kind, shape }, k) =>
        kind === 'matmul' && level[k] === 'full' ? [stackOf(shape)[1]] : [],
      );
    };
    const few = rows(chain([30, 40, 40, 40, 40, 3]));
    expect(few.filter((count) => count === 3 + 1)).toHaveLength(5);
    expect(Math.max(...few)).toBe(3 + 1);
    expect(Math.max(...rows(chain([3, 40, 40, 40, 40, 30])))).toBe(3);
  });
});

describe('derivatives behind a narrow affine beginning', () => {
  const network = chain([100, 10, 10, 5]);
  const { through, hessian, jacobian } = derive(network, { through: 'keep' });

  it('have the weights as their constant factor', () => {
    const [weight] = network.nodes.flatMap(({ op }) => (op.kind === 'affine' ? [op.weight] : []));
    expect(through).toMatchObject({ rank: 10, columns: 100 });
    for (let l = 0; l < 10; l++)
      for (let j = 0; j < 100; j++) expect(through!.data[l * 100 + j]).toBe(weight!.data[j * 10 + l]);
  });

  it('have no row or column per input', () => {
    for (const { instructions, outputs } of [jacobian, hessian]) {
      for (const { kind, shape } of instructions)
        if (kind !== 'x' && kind !== 'reshape' && kind !== 'constant') expect(shape).not.toContain(100);
      expect(instructions[outputs.J!]!.shape).toEqual([5, 10]);
    }
    expect(hessian.instructions[hessian.outputs.H!]!.shape).toEqual([10, 10]);
  });

  it('are those by x where the network does not begin so', () => {
    expect(derive(chain([5, 10, 3]), { through: 'keep' }).through).toBeUndefined();
  });
});

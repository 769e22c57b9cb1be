import { describe, expect, it } from 'vitest';
import { openProducts } from '../../../runtime/node/products.js';
import { InputError } from '../../../src/core/errors.js';
import { derive } from '../../../src/derive/derive.js';
import { blasEngineOver } from '../../../src/engine/blas/engine.js';
import type { Executable } from '../../../src/engine/contract.js';
import { bands, type Product, type ProductTask, parted } from '../../../src/engine/wasm/products.js';
import { buffers, pointOf } from '../contract.js';
import { chain } from '../networks.js';
import { lack } from './here.js';

/** Where in C every entry of a product is computed, how often. */
function covered(tasks: readonly ProductTask[], m: number, n: number): number[][] {
  const counts = Array.from({ length: m }, () => new Array<number>(n).fill(0));
  for (const [own] of tasks) {
    const at = own!.c / 8;
    const [row, column] = [Math.floor(at / own!.ldc), at % own!.ldc];
    for (let i = 0; i < own!.m; i++) for (let j = 0; j < own!.n; j++) counts[row + i]![column + j]!++;
  }
  return counts;
}

const product = (m: number, n: number, k: number): Product => ({
  ...{ float: 'f64', m, n, k, lda: k, ldb: n, ldc: n, transposeA: false, transposeB: false, add: false },
  ...{ a: { at: 0 }, b: { at: 0 }, c: 0 },
});

describe('parts of products', () => {
  it.each([
    [784, 512, 300],
    [1, 4000, 4000],
    [9, 7, 100_000],
    [3, 2, 1],
  ])('make every entry of %i × %i once', (m, n, k) => {
    for (const threads of [1, 2, 16]) {
      const tasks = parted(product(m, n, k), threads).map((part) => [part]);
      expect(
        covered(tasks, m, n)
          .flat()
          .every((count) => count === 1),
      ).toBe(true);
    }
  });

  it('make the lower triangle of a symmetric sum once', () => {
    const [n, threads] = [117, 2];
    const tasks = bands([{ ...product(n, n, 50), ldb: 50, transposeB: true }], threads);
    expect(tasks.length).toBeGreaterThan(2);
    for (const [i, row] of covered(tasks, n, n).entries())
      expect(row.slice(0, i + 1).every((count) => count === 1)).toBe(true);
    expect(tasks.every(([own]) => own!.a.at === (own!.c / 8 / n) * 50 * 8)).toBe(true);
  });
});

it('says in one line what is missing', async () => {
  const engine = blasEngineOver(() => 'engine blas: found none; apt-get install libopenblas0-pthread');
  expect(await engine.available()).toMatch(/^engine blas: found none; apt-get [^\n]*$/);
  const asked = engine.compile(derive(chain([3, 4, 2])), { precision: 'f64', device: 'cpu' });
  await expect(asked).rejects.toThrow(InputError);
});

describe.skipIf(lack !== '')(`threads that share products: ${lack || 'here'}`, () => {
  const network = chain([117, 300, 300, 300, 37]);
  const point = pointOf(network);
  const open = (threads: number): Promise<Executable> =>
    blasEngineOver(openProducts).compile(derive(network), { precision: 'f64', device: 'cpu', threads });
  const answer = async (executable: Executable) => {
    const own = { ...point, ...buffers(37, 117) };
    await executable.evaluate(2, [own]);
    return own;
  };

  it('give the same bits however often they are asked, whoever is busy', async () => {
    const [first, twin] = [await open(2), await open(2)];
    const expected = await answer(first);
    for (let k = 0; k < 20; k++) expect(await answer(k % 2 ? first : twin)).toEqual(expected);
    await first.dispose();
    expect(await answer(twin)).toEqual(expected);
    await twin.dispose();
  });

  it('agree with one thread to rounding', async () => {
    const [one, two] = [await open(1), await open(2)];
    const [a, b] = [await answer(one), await answer(two)];
    for (const name of ['y', 'J', 'H'] as const)
      for (const [k, value] of a[name].entries()) expect(b[name][k]).toBeCloseTo(value, 10);
  });
});

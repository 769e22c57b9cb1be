import { afterAll, describe, expect, it } from 'vitest';
import { type DeriveOptions, derive } from '../../src/derive/derive.js';
import type { Device, Engine, Evaluation, Executable, Order, Precision } from '../../src/engine/contract.js';
import { referenceEngine } from '../../src/engine/reference/engine.js';
import type { Network } from '../../src/network/graph.js';
import { tolerances } from '../tolerances.js';
import { architectures, elementwiseNetworks, kinked, random, smooth } from './networks.js';

export interface Point {
  readonly x: Float64Array;
  readonly λ: Float64Array;
}
export const buffers = (n: number, m: number): Evaluation => ({
  y: new Float64Array(m).fill(Number.NaN),
  J: new Float64Array(m * n).fill(Number.NaN),
  H: new Float64Array((n * (n + 1)) / 2).fill(Number.NaN),
});
export function pointOf({ inputSize, outputSize }: Network, seed = 1): Point {
  const next = random(seed);
  return {
    x: Float64Array.from({ length: inputSize }, next),
    λ: Float64Array.from({ length: outputSize }, next),
  };
}
export async function evaluated(executable: Executable, order: Order, { x, λ }: Point): Promise<Evaluation> {
  const out = buffers(executable.inputs, executable.outputs);
  await executable.evaluate(order, x, λ, out);
  return out;
}

/** `‖a − b‖∞ ≤ tol (1 + ‖b‖∞)`. */
export function expectClose(a: ArrayLike<number>, b: ArrayLike<number>, tol: number): void {
  expect(a.length).toBe(b.length);
  let error = 0;
  let scale = 1;
  for (let i = 0; i < a.length; i++) {
    error = Math.max(error, Number.isNaN(a[i]!) ? Number.POSITIVE_INFINITY : Math.abs(a[i]! - b[i]!));
    scale = Math.max(scale, Math.abs(b[i]!));
  }
  expect(error / scale).toBeLessThanOrEqual(tol);
}

export interface EngineCase {
  readonly engine: Engine;
  readonly precision: Precision;
  readonly device?: Device;
}

/** What every engine must satisfy at every precision it offers. */
export function engineContract({ engine, precision, device = 'cpu' }: EngineCase): void {
  const tol = precision === 'f64' ? tolerances.f64 : tolerances.f32;
  const opened: Executable[] = [];
  const open = async (network: Network, options: DeriveOptions = {}): Promise<Executable> => {
    const executable = await engine.compile(derive(network, options), { precision, device, threads: 1 });
    opened.push(executable);
    return executable;
  };
  const reference = async (
    network: Network,
    point: Point,
    options: DeriveOptions = {},
  ): Promise<Evaluation> =>
    evaluated(
      await referenceEngine.compile(derive(network, options), { precision: 'f64', device: 'cpu' }),
      2,
      point,
    );

  describe(`engine ${engine.name}, ${precision}, ${device}`, () => {
    afterAll(async () => {
      for (const executable of opened) await executable.dispose();
    });

    const cases: [string, Network, DeriveOptions][] = [
      ...architectures.map((n): [string, Network, DeriveOptions] => [n.name, n, {}]),
      ...elementwiseNetworks(smooth).map((n): [string, Network, DeriveOptions] => [n.name, n, {}]),
      ...elementwiseNetworks(kinked).map((n): [string, Network, DeriveOptions] => [
        n.name,
        n,
        { kinks: 'allow' },
      ]),
    ];
    it.each(cases)('agrees with the reference at every order: %s', async (_, network, options) => {
      const executable = await open(network, options);
      expect(executable.inputs).toBe(network.inputSize);
      expect(executable.outputs).toBe(network.outputSize);
      const point = pointOf(network);
      const expected = await reference(network, point, options);
      const value = await evaluated(executable, 0, point);
      expectClose(value.y, expected.y, tol);
      expect(value.J.every(Number.isNaN) && value.H.every(Number.isNaN)).toBe(true);
      const jacobian = await evaluated(executable, 1, point);
      expectClose(jacobian.y, expected.y, tol);
      expectClose(jacobian.J, expected.J, tol);
      expect(jacobian.H.every(Number.isNaN)).toBe(true);
      const hessian = await evaluated(executable, 2, point);
      expectClose(hessian.y, expected.y, tol);
      expectClose(hessian.J, expected.J, tol);
      expectClose(hessian.H, expected.H, tol);
    });

    // λᵀ(y(x + tp) − y − t J p) − ½ t² pᵀHp = O(t³): halving t divides it by 8, where φ″ is continuous.
    const jumping = ['softsign', 'elu', 'selu'];
    const taylor = [
      architectures[1]!,
      ...elementwiseNetworks(smooth.filter(({ name }) => !jumping.includes(name))),
    ];
    it.runIf(precision === 'f64').each(taylor.map((n): [string, Network] => [n.name, n]))(
      'has Taylor remainders of third order: %s',
      async (_, network) => {
        const executable = await open(network);
        const { x, λ } = pointOf(network);
        const n = x.length;
        const { y, J, H } = await evaluated(executable, 2, { x, λ });
        const p = pointOf(network, 9).x;
        let slope = 0;
        let curvature = 0;
        for (let i = 0; i < n; i++) {
          for (let k = 0; k < λ.length; k++) slope += λ[k]! * J[k * n + i]! * p[i]!;
          for (let j = 0; j <= i; j++)
            curvature += (i === j ? 1 : 2) * H[(i * (i + 1)) / 2 + j]! * p[i]! * p[j]!;
        }
        const remainder = async (t: number) => {
          const { y: moved } = await evaluated(executable, 0, { x: x.map((v, i) => v + t * p[i]!), λ });
          const change = moved.reduce((sum, v, k) => sum + λ[k]! * (v - y[k]!), 0);
          return Math.abs(change - t * slope - (t * t * curvature) / 2);
        };
        const [coarse, fine] = [await remainder(2e-2), await remainder(1e-2)];
        expect(coarse / fine).toBeGreaterThan(6);
        expect(coarse / fine).toBeLessThan(11);
      },
    );

    it('gives identical numbers for identical calls, whatever came between', async () => {
      const network = architectures[2]!;
      const executable = await open(network);
      const first = await evaluated(executable, 2, pointOf(network, 1));
      await evaluated(executable, 2, pointOf(network, 2));
      await evaluated(executable, 0, pointOf(network, 3));
      expect(await evaluated(executable, 2, pointOf(network, 1))).toEqual(first);
    });

    it('gives H = 0 for λ = 0, and H linear in λ', async () => {
      const network = architectures[1]!;
      const executable = await open(network);
      const { x, λ } = pointOf(network);
      const zero = await evaluated(executable, 2, { x, λ: λ.map(() => 0) });
      expect(zero.H.every((h) => h === 0)).toBe(true);
      const once = await evaluated(executable, 2, { x, λ });
      const thrice = await evaluated(executable, 2, { x, λ: λ.map((l) => 3 * l) });
      expectClose(
        thrice.H,
        once.H.map((h) => 3 * h),
        tol,
      );
    });

    it('leaves its inputs alone', async () => {
      const network = architectures[0]!;
      const executable = await open(network);
      const point = pointOf(network);
      await evaluated(executable, 2, point);
      expect(point).toEqual(pointOf(network));
    });

    const flat = [...elementwiseNetworks(smooth).filter(({ name }) => name !== 'exp'), architectures[1]!];
    it.each(
      flat.map((n): [string, Network] => [n.name, n]),
    )('stays finite far out: %s', async (_, network) => {
      const executable = await open(network);
      const { λ } = pointOf(network);
      for (const size of [30, 1e3, 1e6]) {
        const x = pointOf(network, 5).x.map((v) => size * v);
        const { y, J, H } = await evaluated(executable, 2, { x, λ });
        for (const numbers of [y, J, H]) expect(numbers.every(Number.isFinite)).toBe(true);
      }
    });
  });
}

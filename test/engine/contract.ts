import { afterAll, describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/errors.js';
import { type DeriveOptions, derive } from '../../src/derive/derive.js';
import { widthOf } from '../../src/derive/program.js';
import type {
  Device,
  Engine,
  Evaluation,
  Executable,
  Order,
  Precision,
  Slot,
} from '../../src/engine/contract.js';
import { referenceEngine } from '../../src/engine/reference/engine.js';
import type { Network } from '../../src/network/graph.js';
import { tolerances } from '../tolerances.js';
import {
  architectures,
  bent,
  elementwiseNetworks,
  kinked,
  partial,
  partialNetworks,
  random,
  smooth,
} from './networks.js';

export type Question = Pick<Slot, 'x' | 'λ'>;
export const buffers = (m: number, width: number): Evaluation => ({
  y: new Float64Array(m).fill(Number.NaN),
  J: new Float64Array(m * width).fill(Number.NaN),
  H: new Float64Array((width * (width + 1)) / 2).fill(Number.NaN),
});
export function pointOf({ inputSize, outputSize }: Network, seed = 1): Question {
  const next = random(seed);
  return {
    x: Float64Array.from({ length: inputSize }, next),
    λ: Float64Array.from({ length: outputSize }, next),
  };
}
export async function evaluated(
  executable: Executable,
  order: Order,
  question: Question,
): Promise<Evaluation> {
  return (await evaluatedAll(executable, order, [question]))[0]!;
}
/** The answers at several points, asked for in one call. */
export async function evaluatedAll(
  executable: Executable,
  order: Order,
  questions: readonly Question[],
): Promise<Evaluation[]> {
  const points = questions.map(({ x, λ }) => ({ x, λ, ...buffers(executable.outputs, widthOf(executable)) }));
  await executable.evaluate(order, points);
  return points.map(({ y, J, H }) => ({ y, J, H }));
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
  /** What `H` is computed in at precision `mixed`. Default f32. */
  readonly lower?: 'f32' | 'tf32';
}

/** `J·B` and `BᵀMB` where an executable leaves derivatives behind a constant factor. */
export function expanded({ through }: Executable, { y, J, H }: Evaluation): Evaluation {
  if (!through) return { y, J, H };
  const { rank: k, columns: n, data: B } = through;
  const m = y.length;
  const full = new Float64Array(m * n);
  for (let i = 0; i < m; i++)
    for (let l = 0; l < k; l++) for (let j = 0; j < n; j++) full[i * n + j]! += J[i * k + l]! * B[l * n + j]!;
  const M = (i: number, j: number): number => H[i >= j ? (i * (i + 1)) / 2 + j : (j * (j + 1)) / 2 + i]!;
  const MB = new Float64Array(k * n);
  for (let i = 0; i < k; i++)
    for (let l = 0; l < k; l++) for (let j = 0; j < n; j++) MB[i * n + j]! += M(i, l) * B[l * n + j]!;
  const packed: number[] = [];
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let l = 0; l < k; l++) sum += B[l * n + i]! * MB[l * n + j]!;
      packed.push(sum);
    }
  return { y, J: full, H: Float64Array.from(packed) };
}

/** Answers of the reference engine, computed once for all suites of a file. */
const answers = new WeakMap<Network, Map<string, Promise<Evaluation>>>();

/** What every engine must satisfy at every precision it offers. */
export function engineContract({ engine, precision, device = 'cpu', lower = 'f32' }: EngineCase): void {
  const tol = tolerances[precision === 'mixed' ? 'f64' : precision];
  const tolH = tolerances[precision === 'mixed' ? lower : precision];
  const opened: Executable[] = [];
  const open = async (network: Network, options: DeriveOptions = {}): Promise<Executable> => {
    const executable = await engine.compile(derive(network, options), { precision, device, threads: 1 });
    opened.push(executable);
    return executable;
  };
  /** The reference's answer at a point of `pointOf`. */
  const reference = (network: Network, seed = 1, options: DeriveOptions = {}): Promise<Evaluation> => {
    const ofNetwork = answers.get(network) ?? new Map<string, Promise<Evaluation>>();
    answers.set(network, ofNetwork);
    const key = `${seed} ${options.kinks}`;
    const answer =
      ofNetwork.get(key) ??
      referenceEngine
        .compile(derive(network, options), { precision: 'f64', device: 'cpu' })
        .then((executable) => evaluated(executable, 2, pointOf(network, seed)));
    ofNetwork.set(key, answer);
    return answer;
  };

  /** What `order` asks for is right, the rest left alone. */
  const expectAnswer = (order: Order, answer: Evaluation, expected: Evaluation): void => {
    expectClose(answer.y, expected.y, tol);
    if (order >= 1) expectClose(answer.J, expected.J, tol);
    else expect(answer.J.every(Number.isNaN)).toBe(true);
    if (order === 2) expectClose(answer.H, expected.H, tolH);
    else expect(answer.H.every(Number.isNaN)).toBe(true);
  };

  describe(`engine ${engine.name}, ${precision}, ${device}`, () => {
    afterAll(async () => {
      for (const executable of opened) await executable.dispose();
    });

    const cases: [string, Network, DeriveOptions][] = [
      ...architectures.map((n): [string, Network, DeriveOptions] => [n.name, n, {}]),
      ...elementwiseNetworks(smooth).map((n): [string, Network, DeriveOptions] => [n.name, n, {}]),
      ...partialNetworks(partial).map((n): [string, Network, DeriveOptions] => [n.name, n, {}]),
      ...[...elementwiseNetworks(kinked), ...bent].map((n): [string, Network, DeriveOptions] => [
        n.name,
        n,
        { kinks: 'allow' },
      ]),
    ];
    it.each(cases)('agrees with the reference at every order: %s', async (_, network, options) => {
      const executable = await open(network, options);
      expect(executable.inputs).toBe(network.inputSize);
      expect(executable.outputs).toBe(network.outputSize);
      expect(widthOf(executable)).toBe(network.inputSize);
      const point = pointOf(network);
      const expected = await reference(network, 1, options);
      for (const order of [0, 1, 2] as const)
        expectAnswer(order, await evaluated(executable, order, point), expected);
    });

    it.each(
      cases.filter(([, { inputSize }]) => inputSize < 100),
    )('answers 1, 2 and 7 points in one call: %s', async (_, network, options) => {
      const executable = await open(network, options);
      for (const count of [7, 1, 2, 7]) {
        const questions = Array.from({ length: count }, (_, k) => pointOf(network, k + 1));
        for (const order of [0, 1, 2] as const) {
          const answers = await evaluatedAll(executable, order, questions);
          for (const [k, answer] of answers.entries())
            expectAnswer(order, answer, await reference(network, k + 1, options));
        }
      }
    });

    it.each(
      architectures.filter(({ inputSize }) => inputSize < 10).map((n): [string, Network] => [n.name, n]),
    )('answers 64 points in one call: %s', async (_, network) => {
      const executable = await open(network);
      const questions = Array.from({ length: 64 }, (_, k) => pointOf(network, k + 1));
      for (const [k, answer] of (await evaluatedAll(executable, 2, questions)).entries())
        expectAnswer(2, answer, await reference(network, k + 1));
    });

    it('computes several networks in turn, and goes on with the others where one is disposed', async () => {
      const networks = architectures.slice(0, 3);
      const executables = await Promise.all(networks.map((network) => open(network)));
      const twin = await open(networks[0]!);
      for (const count of [1, 2, 7])
        for (const [i, network] of networks.entries()) {
          const questions = Array.from({ length: count }, (_, k) => pointOf(network, k + 1));
          const found = await evaluatedAll(executables[i]!, 2, questions);
          for (const [k, answer] of found.entries()) expectAnswer(2, answer, await reference(network, k + 1));
        }
      await executables[0]!.dispose();
      for (const [executable, network] of [
        [twin, networks[0]!],
        [executables[1]!, networks[1]!],
      ] as const)
        expectAnswer(2, await evaluated(executable, 2, pointOf(network)), await reference(network));
    });

    const narrow = architectures.filter((network) => derive(network, { through: 'keep' }).through);
    it('has networks that begin with an affine map to fewer numbers', () => {
      expect(narrow.length).toBeGreaterThan(3);
    });
    it.each(
      narrow.map((n): [string, Network] => [n.name, n]),
    )('leaves derivatives behind a constant factor: %s', async (_, network) => {
      const executable = await open(network, { through: 'keep' });
      expect(widthOf(executable)).toBeLessThan(network.inputSize);
      expect(executable.through?.rank).toBe(widthOf(executable));
      const questions = [1, 2, 3].map((seed) => pointOf(network, seed));
      const answers = await evaluatedAll(executable, 2, questions);
      for (const [k, answer] of answers.entries())
        expectAnswer(2, expanded(executable, answer), await reference(network, k + 1));
    });

    it('says what it is', async () => {
      expect(engine.devices).toContain(device);
      expect(engine.precisions).toContain(precision);
      expect(await engine.available(device)).toBe(true);
      expect(await engine.available('abacus' as Device)).toMatch(new RegExp(`abacus.*${engine.devices[0]}`));
      const network = architectures[0]!;
      const executable = await open(network);
      expect(executable).toMatchObject({ engine: engine.name, device, precision });
      const point = { ...pointOf(network), ...buffers(executable.outputs, widthOf(executable)) };
      const pending = executable.evaluate(0, [point]);
      expect(pending === undefined).toBe(engine.synchronous);
      await pending;
    });

    it('refuses devices and precisions it does not have, naming those it has', async () => {
      const programs = derive(architectures[0]!);
      const odd = { precision, device: 'abacus' as Device };
      await expect(engine.compile(programs, odd)).rejects.toThrow(InputError);
      await expect(engine.compile(programs, odd)).rejects.toThrow(new RegExp(`abacus.*${engine.devices[0]}`));
      const rough = { precision: 'f16' as Precision, device };
      await expect(engine.compile(programs, rough)).rejects.toThrow(
        new RegExp(`f16.*${engine.precisions.join(', ')}`),
      );
    });

    it('takes no points, and points in shared memory', async () => {
      const network = architectures[1]!;
      const executable = await open(network);
      await executable.evaluate(2, []);
      const question = pointOf(network);
      const shared = (values: Float64Array): Float64Array => {
        const copy = new Float64Array(new SharedArrayBuffer(values.byteLength));
        copy.set(values);
        return copy;
      };
      const { y, J, H } = buffers(executable.outputs, widthOf(executable));
      const point = {
        x: shared(question.x),
        λ: shared(question.λ),
        y: shared(y),
        J: shared(J),
        H: shared(H),
      };
      await executable.evaluate(2, [point, point]);
      expectAnswer(2, point, await reference(network));
    });

    it('fails after it was disposed', async () => {
      const network = architectures[0]!;
      const executable = await engine.compile(derive(network), { precision, device, threads: 1 });
      await evaluated(executable, 0, pointOf(network));
      await executable.dispose();
      await executable.dispose();
      await expect(evaluated(executable, 0, pointOf(network))).rejects.toThrow(/disposed/);
    });

    // λᵀ(y(x + tp) − y − t J p) − ½ t² pᵀHp = O(t³): halving t divides it by 8, where φ″ is continuous.
    const jumping = ['softsign', 'elu', 'selu'];
    const taylor = [
      architectures[1]!,
      ...architectures.filter(({ name }) =>
        /squares of moved|moved and|expanded|convol|product|attention/.test(name),
      ),
      ...partialNetworks(partial),
      ...elementwiseNetworks(smooth.filter(({ name }) => !jumping.includes(name))),
    ];
    it.runIf(precision === 'f64').each(taylor.map((n): [string, Network] => [n.name, n]))(
      'has Taylor remainders of third order: %s',
      async (_, network) => {
        const executable = await open(network);
        const { x, λ } = pointOf(network);
        const n = x.length;
        const { y, J, H } = await evaluated(executable, 2, { x, λ });
        const remainder = async (t: number, p: Float64Array) => {
          let slope = 0;
          let curvature = 0;
          for (let i = 0; i < n; i++) {
            for (let k = 0; k < λ.length; k++) slope += λ[k]! * J[k * n + i]! * p[i]!;
            for (let j = 0; j <= i; j++)
              curvature += (i === j ? 1 : 2) * H[(i * (i + 1)) / 2 + j]! * p[i]! * p[j]!;
          }
          const { y: moved } = await evaluated(executable, 0, { x: x.map((v, i) => v + t * p[i]!), λ });
          const change = moved.reduce((sum, v, k) => sum + λ[k]! * (v - y[k]!), 0);
          return Math.abs(change - t * slope - (t * t * curvature) / 2);
        };
        // Several directions together: the third derivative may be small along one.
        const remainders = async (t: number) => {
          let sum = 0;
          for (const seed of [9, 10, 11, 12]) sum += await remainder(t, pointOf(network, seed).x);
          return sum;
        };
        const [coarse, fine] = [await remainders(2e-2), await remainders(1e-2)];
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
        tolH,
      );
    });

    it.each([1e-60, 1e-9, 1e60])('keeps H linear in λ where that is %s', async (size) => {
      const network = architectures[1]!;
      const executable = await open(network);
      const { x, λ } = pointOf(network);
      const once = await evaluated(executable, 2, { x, λ });
      const scaled = await evaluated(executable, 2, { x, λ: λ.map((l) => size * l) });
      expectClose(
        scaled.H.map((h) => h / size),
        once.H,
        tolH,
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

import { afterAll, describe, expect, it } from 'vitest';
import { checkNetwork, checkOracle } from '../../api/check.js';
import { openOracle } from '../../api/oracle.js';
import { taylorSlope } from '../../api/slope.js';
import { dense, loadNetwork, shutdown } from '../../index.js';
import { InputError } from '../../src/core/errors.js';
import { derive } from '../../src/derive/derive.js';
import type { Order, Precision } from '../../src/engine/contract.js';
import { referenceEngine } from '../../src/engine/reference/engine.js';
import { architectures } from '../engine/networks.js';
import { smallNetwork } from './networks.js';

afterAll(shutdown);

describe('Taylor slopes', () => {
  it('finds the order of a remainder', async () => {
    expect(
      await taylorSlope(
        async (h) => h ** 2 + 5 * h ** 3,
        1,
        () => 1e-16,
      ),
    ).toBeCloseTo(2, 1);
    expect(
      await taylorSlope(
        async (h) => 3 * h ** 3,
        1,
        () => 1e-16,
      ),
    ).toBeCloseTo(3, 6);
    expect(
      await taylorSlope(
        async (h) => Math.abs(h),
        1,
        () => 1e-16,
      ),
    ).toBeCloseTo(1, 6);
  });

  it('has nothing to say about rounding noise', async () => {
    expect(
      await taylorSlope(
        async () => 1e-16,
        1,
        () => 1e-16,
      ),
    ).toBeNull();
  });
});

/** The reference engine as an oracle, at a precision. */
async function compiledOracle(precision: Precision, network = smallNetwork()) {
  const executable = await referenceEngine.compile(derive(network), { precision, device: 'cpu' });
  const { inputs, outputs } = executable;
  const ask = (order: Order, x: ArrayLike<number>, λ: ArrayLike<number>) => {
    const { y, J, H } = {
      y: new Float64Array(outputs),
      J: new Float64Array(outputs * inputs),
      H: new Float64Array((inputs * (inputs + 1)) / 2),
    };
    executable.evaluate(order, [{ x: Float64Array.from(x), λ: Float64Array.from(λ), y, J, H }]);
    return { y, J, H };
  };
  const none = new Float64Array(outputs);
  return {
    inputs,
    outputs,
    precision,
    value: async (x: ArrayLike<number>) => ask(0, x, none).y,
    jacobian: async (x: ArrayLike<number>) => ask(1, x, none),
    hessian: async (x: ArrayLike<number>, λ: ArrayLike<number>) => ask(2, x, λ),
  };
}

describe('checkNetwork', () => {
  it('passes a network whose derivatives are right', async () => {
    const report = await checkNetwork(smallNetwork(), { engine: 'reference' });
    expect(report.findings.map(({ name }) => name)).toEqual([
      'Jacobian',
      'Hessian',
      'symmetry',
      'first-order remainder',
      'second-order remainder',
    ]);
    expect(report.findings.filter(({ passed }) => !passed)).toEqual([]);
    expect(report.passed).toBe(true);
    const [jacobian, hessian] = report.findings;
    expect(jacobian!.worst).toBeGreaterThan(0);
    expect(hessian!.worst).toBeGreaterThan(0);
  });

  it('judges a Hessian in f32 by that, the rest by f64', async () => {
    const oracle = await compiledOracle('mixed');
    const findings = await checkOracle(oracle);
    expect(findings.filter(({ passed }) => !passed)).toEqual([]);
    const [jacobian, hessian] = findings;
    expect(jacobian!.limit).toBeLessThan(1e-7);
    expect(hessian!.limit).toBeGreaterThan(1e-3);
    const exact = await checkOracle({ ...oracle, precision: 'f64' });
    expect(exact.find(({ name }) => name === 'Hessian')!.passed).toBe(false);
  });

  it('sees no third-order remainder in the rounding of a Hessian in f32', async () => {
    const square = architectures.find(({ name }) => name === 'square of the input')!;
    const findings = await checkOracle(await compiledOracle('mixed', square));
    expect(findings.filter(({ passed }) => !passed)).toEqual([]);
    expect(findings.map(({ name }) => name)).not.toContain('second-order remainder');
  });

  /** Judges y = (sin x₀ cos x₁, x₀² x₁) with derivatives that `spoil` may falsify. */
  const failures = async (spoil: (order: 1 | 2, d: { J: Float64Array; H: Float64Array }) => void) => {
    const derivatives = ([a, b]: ArrayLike<number> & Iterable<number>, λ: ArrayLike<number>) => {
      const [sa, ca, sb, cb] = [Math.sin(a!), Math.cos(a!), Math.sin(b!), Math.cos(b!)];
      return {
        y: Float64Array.of(sa * cb, a! * a! * b!),
        J: Float64Array.of(ca * cb, -sa * sb, 2 * a! * b!, a! * a!),
        H: Float64Array.of(
          -λ[0]! * sa * cb + 2 * λ[1]! * b!,
          -λ[0]! * ca * sb + 2 * λ[1]! * a!,
          -λ[0]! * sa * cb,
        ),
      };
    };
    const ask = (order: 1 | 2, x: ArrayLike<number>, λ: ArrayLike<number>) => {
      const d = derivatives(Array.from(x), λ);
      spoil(order, d);
      return d;
    };
    const findings = await checkOracle({
      inputs: 2,
      outputs: 2,
      precision: 'f64',
      value: async (x) => derivatives(Array.from(x), [0, 0]).y,
      jacobian: async (x) => ask(1, x, [0, 0]),
      hessian: async (x, λ) => ask(2, x, λ),
    });
    return findings.filter(({ passed }) => !passed).map(({ name }) => name);
  };

  it('names what is wrong', async () => {
    expect(await failures(() => {})).toEqual([]);
    // One entry of J off by a thousandth.
    expect(
      await failures((_, { J }) => {
        J[2]! *= 1.001;
      }),
    ).toEqual(expect.arrayContaining(['Jacobian', 'symmetry', 'first-order remainder']));
    expect(
      await failures((_, { H }) => {
        H[1]! *= 1.001;
      }),
    ).toEqual(['Hessian', 'second-order remainder']);
    expect(
      await failures((_, { H }) => {
        H[0] = Number.NaN;
      }),
    ).toContain('Hessian');
  });

  it('finds nothing wrong where weights are large, and still what is', async () => {
    const wrong: string[] = [];
    for (const activation of ['tanh', 'sigmoid', 'gelu', 'softplus'] as const)
      for (const size of [1, 10, 30, 100]) {
        const weights = (rows: number, columns: number, times: number): number[][] =>
          Array.from({ length: rows }, (_, i) =>
            Array.from({ length: columns }, (_, j) => times * Math.sin(1 + i * columns + j + size)),
          );
        const net = dense([
          { W: weights(3, 6, size), b: weights(1, 6, 1)[0]!, activation },
          { W: weights(6, 2, 1), b: [0.1, 0.2] },
        ]);
        const { findings } = await checkNetwork(net, { engine: 'wasm' });
        for (const { name, passed } of findings) if (!passed) wrong.push(`${activation} ${size}: ${name}`);
        const oracle = await openOracle(net, { engine: 'wasm' });
        const spoiled = await checkOracle({
          inputs: oracle.inputs,
          outputs: oracle.outputs,
          precision: oracle.precision,
          value: (x) => oracle.value(x),
          jacobian: (x) => oracle.jacobian(x),
          hessian: async (x, λ) => {
            const answer = await oracle.hessian(x, λ);
            return { ...answer, H: answer.H.map((entry) => entry * 1.001) };
          },
        });
        oracle.dispose();
        if (spoiled.every(({ passed }) => passed)) wrong.push(`${activation} ${size}: not found`);
      }
    expect(wrong).toEqual([]);
  });

  it('finds nothing wrong where outputs are large beside their slopes: frequencies of 59 Hz', async () => {
    const net = await loadNetwork(new URL('../../models/scopf-nine-buses/', import.meta.url));
    const { findings } = await checkNetwork(net, { engine: 'reference', points: 3 });
    expect(findings.filter(({ passed }) => !passed)).toEqual([]);
  });

  it('knows what f32 can show', async () => {
    const report = await checkNetwork(smallNetwork(), { engine: 'reference', precision: 'f32' });
    expect(report.precision).toBe('f32');
    expect(report.findings.filter(({ passed }) => !passed)).toEqual([]);
  });
});

describe('openOracle', () => {
  it('answers y, J and H and refuses points of the wrong length', async () => {
    const oracle = await openOracle(smallNetwork(), { engine: 'reference' });
    const y = await oracle.value([0.1, 0.2, 0.3, 0.4]);
    expect(y.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    const { J, H } = await oracle.hessian([0.1, 0.2, 0.3, 0.4], [1, 1, 1]);
    // The outputs of a softmax sum to 1: their derivatives sum to 0.
    for (let j = 0; j < 4; j++) expect(J[j]! + J[4 + j]! + J[8 + j]!).toBeCloseTo(0, 12);
    for (const entry of H) expect(entry).toBeCloseTo(0, 12);
    expect(await oracle.statistics()).toMatchObject({ values: 1, hessians: 1 });
    await expect(oracle.value([1, 2])).rejects.toThrow(InputError);
    oracle.dispose();
    await expect(oracle.value([0.1, 0.2, 0.3, 0.4])).rejects.toThrow(/disposed/);
  });

  it('names what it does not know', async () => {
    await expect(openOracle(smallNetwork(), { engine: 'abacus' as never })).rejects.toThrow(/abacus.*wasm/);
    await expect(openOracle(smallNetwork(), { threads: 1.5 })).rejects.toThrow(/threads/);
  });
});

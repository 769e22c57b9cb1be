import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { type InputName, type QpData, type QpPoint, qpLayer } from '../../index.js';
import { random } from '../../models/train/random.js';
import { tolerances } from '../tolerances.js';
import { dot, randomBatch } from './problems.js';

const names = ['Q', 'q', 'A', 'b', 'G', 'h'] as const;
const parts = ['z', 'nu', 'lam', 's'] as const;

describe('derivatives of a whole layer', () => {
  const shape = { n: 5, m: 2, p: 4 };
  const batch = 3;
  const perElement = randomBatch(shape, batch, 7);
  const first = (name: InputName): Float64Array => perElement[name].slice(0, perElement[name].length / batch);
  const mixed = { ...perElement, Q: first('Q'), A: first('A'), h: first('h') };
  const cases: [string, Record<InputName, Float64Array>][] = [
    ['own data', perElement],
    ['shared data', mixed],
  ];
  for (const [what, data] of cases) {
    // With A shared b must be feasible: b = A z for any z is, since A has full rank.
    const layer = qpLayer(shape);
    const source = random(3);
    const draw = (length: number): Float64Array => Float64Array.from({ length }, () => source.normal());
    const solution = layer.forward(data);
    const cotangents = Object.fromEntries(parts.map((part) => [part, draw(solution[part].length)])) as Record<
      keyof QpPoint,
      Float64Array
    >;
    const gradients = layer.backward(cotangents);
    const directions = Object.fromEntries(
      names.map((name) => {
        const direction = draw(data[name].length);
        return [name, name === 'Q' ? symmetric(direction, shape.n) : direction];
      }),
    ) as Record<InputName, Float64Array>;
    const value = (step: number, of: readonly InputName[]): number => {
      const moved = Object.fromEntries(
        names.map((name) => [
          name,
          data[name].map((entry, k) => entry + (of.includes(name) ? step * directions[name][k]! : 0)),
        ]),
      ) as QpData;
      const other = qpLayer(shape).forward(moved);
      return parts.reduce((sum, part) => sum + dot(cotangents[part], other[part]), 0);
    };

    it(`${what}: gradients overwrite those of an earlier call`, () => {
      const before = Object.fromEntries(
        names.map((name) => [name, new Float64Array(data[name].length).fill(Number.NaN)]),
      ) as typeof gradients;
      expect(layer.backward(cotangents, { into: before })).toBe(before);
      expect(before).toEqual(gradients);
      const short = { ...before, G: new Float64Array(1) };
      expect(() => layer.backward(cotangents, { into: short })).toThrow(
        /^gradients: into.G is an array of 1, expected a Float64Array of/,
      );
      expect(() => layer.backward(cotangents, { into: {} as never })).toThrow(
        /^gradients: into.Q is undefined/,
      );
      expect(() => layer.backward(cotangents, { inot: before } as never)).toThrow(/did you mean 'into'/);
    });

    it(`${what}: reverse agrees with forward to rounding`, () => {
      const moved = layer.tangent(directions);
      const forward = parts.reduce((sum, part) => sum + dot(cotangents[part], moved[part]), 0);
      const reverse = names.reduce((sum, name) => sum + dot(gradients[name], directions[name]), 0);
      expect(Math.abs(forward - reverse)).toBeLessThan(tolerances.f64 * (1 + Math.abs(forward)));
    });

    it.each(
      names,
    )(`${what}: the gradient of %s agrees with differences, for cotangents on all answers`, (name) => {
      const step = 1e-5;
      const slope = (value(step, [name]) - value(-step, [name])) / (2 * step);
      const exact = dot(gradients[name], directions[name]);
      expect(Math.abs(slope - exact)).toBeLessThan(tolerances.difference * (1 + Math.abs(exact)));
    });

    it(`${what}: Taylor remainders fall with the square of the step`, () => {
      const exact = names.reduce((sum, name) => sum + dot(gradients[name], directions[name]), 0);
      const at = value(0, names);
      const remainder = (step: number): number => Math.abs(value(step, names) - at - step * exact);
      const slope = Math.log10(remainder(1e-3) / remainder(1e-4));
      expect(slope).toBeGreaterThan(1.9);
    });
  }

  function symmetric(values: Float64Array, n: number): Float64Array {
    const size = n * n;
    return values.map((value, k) => {
      const [start, at] = [k - (k % size), k % size];
      return (value + values[start + (at % n) * n + Math.floor(at / n)]!) / 2;
    });
  }
});

describe('forms of data', () => {
  const shape = { n: 2, p: 2 };
  const Q = [
    [2, 0],
    [0, 4],
  ];
  const q = [
    [-1, 0],
    [1, -8],
    [0, 0],
  ];
  const G = [
    [1, 0],
    [0, 1],
  ];
  const h = [0.25, 1];
  const wanted = [0.25, 0, -0.5, 1, 0, 0];

  it.each([
    ['nested rows', { Q, q, G, h }],
    ['flat lists', { Q: Q.flat(), q: q.flat(), G: G.flat(), h }],
    [
      'rows in typed arrays',
      { Q: Q.map((row) => Float32Array.from(row)), q: Float64Array.from(q.flat()), G, h },
    ],
    ['one copy for each element', { Q: [Q, Q, Q], q, G: [G, G, G], h: [h, h, h] }],
    [
      'ndarrays, transposed',
      { Q: ndarray(Float64Array.from(Q.flat()), [2, 2]).transpose(1, 0), q: ndarray(q.flat(), [3, 2]), G, h },
    ],
  ] as [string, QpData][])('%s', (_, data) => {
    const { z, batch } = qpLayer(shape).forward(data);
    expect(batch).toBe(3);
    for (const [k, value] of wanted.entries()) expect(z[k]).toBeCloseTo(value, 9);
  });

  it('gives gradients in the shapes of the inputs, those of shared inputs as sums', () => {
    const [one, each] = [qpLayer(shape), qpLayer(shape)];
    one.forward({ Q, q, G, h });
    each.forward({ Q: [Q, Q, Q], q, G: [G, G, G], h: [h, h, h] });
    const z = [1, 2, 3, 4, 5, 6];
    const [summed, own] = [one.backward({ z }), each.backward({ z })];
    for (const name of ['Q', 'G', 'h'] as const) {
      const size = summed[name].length;
      expect(own[name].length).toBe(3 * size);
      for (let k = 0; k < size; k++)
        expect(summed[name][k]).toBeCloseTo(
          own[name][k]! + own[name][k + size]! + own[name][k + 2 * size]!,
          10,
        );
    }
  });

  it('takes no rows at all, one variable, and no elements', () => {
    expect(qpLayer({ n: 1 }).forward({ Q: [[2]], q: [-6] }).z[0]).toBeCloseTo(3, 12);
    const empty = qpLayer(shape);
    expect(empty.forward({ Q, q: new Float64Array(0), G, h }).batch).toBe(0);
    expect([...empty.backward({ z: [] }).h]).toEqual([0, 0]);
  });

  it('begins where an element ended, by its number', () => {
    const layer = qpLayer({ n: 8, p: 8, keepWarm: true });
    const data = randomBatch({ n: 8, m: 0, p: 8 }, 4, 1);
    const cold = layer.forward(data, { elements: [3, 9, 4, 2] });
    const warm = layer.forward(data, { elements: [3, 9, 4, 2] });
    const total = (counts: Int32Array): number => counts.reduce((sum, count) => sum + count, 0);
    expect(total(warm.iterations)).toBeLessThan(total(cold.iterations));
    for (const [k, value] of cold.z.entries()) expect(warm.z[k]).toBeCloseTo(value, 9);
  });
});

describe('elements without a solution', () => {
  const data = (): QpData => ({
    Q: [[1]],
    q: [[-2], [-2], [1]],
    G: [
      [[1], [-1]],
      [[1], [-1]],
      [[1], [-1]],
    ],
    // x ≤ 1 and x ≥ 0; x ≤ −1 and x ≥ 1; x ≤ 5 and x ≥ −5.
    h: [
      [1, 0],
      [-1, -1],
      [5, 5],
    ],
  });

  it('are an error by default, which names the first', () => {
    expect(() => qpLayer({ n: 1, p: 2 }).forward(data())).toThrow(/element 1 is infeasible.*onFailure/);
  });

  it('are zeros where asked, also in gradients, and leave the others alone', () => {
    const layer = qpLayer({ n: 1, p: 2, onFailure: 'zero' });
    const { z, statuses } = layer.forward(data());
    expect(statuses[1]).toBe('infeasible');
    expect([z[0], z[1], z[2]].map((value) => Number(value!.toFixed(9)))).toEqual([1, 0, -1]);
    const { q, h, Q } = layer.backward({ z: [1, 1, 1] });
    expect([...q].map((value) => Number(value.toFixed(9)))).toEqual([0, 0, -1].map((value) => value + 0));
    expect(h[0]).toBeCloseTo(1, 9);
    expect([h[2], h[3]]).toEqual([0, 0]);
    expect(Number.isFinite(Q[0])).toBe(true);
  });

  it('are NaN where asked, and with them sums over the batch', () => {
    const layer = qpLayer({ n: 1, p: 2, onFailure: 'nan' });
    expect([...layer.forward(data()).z].map(Number.isNaN)).toEqual([false, true, false]);
    const { q, Q } = layer.backward({ z: [1, 1, 1] });
    expect([...q].map(Number.isNaN)).toEqual([false, true, false]);
    expect(Q[0]).toBeNaN();
  });
});

describe('mistakes', () => {
  const good = (): Record<string, unknown> => ({
    Q: [
      [1, 0],
      [0, 1],
    ],
    q: [
      [1, 2],
      [3, 4],
    ],
    A: [[1, 1]],
    b: [0],
    G: [[1, -1]],
    h: [[1], [2]],
  });
  const shape = { n: 2, m: 1, p: 1 };

  it('are none in the data they begin with', () => {
    expect(qpLayer(shape).forward(good() as QpData).batch).toBe(2);
  });

  it.each([
    [
      'NaN',
      {
        q: [
          [1, 2],
          [3, Number.NaN],
        ],
      },
      /^q\[1\]\[1\] is NaN, not a finite number$/,
    ],
    ['an infinity', { h: [[1], [Number.POSITIVE_INFINITY]] }, /^h\[1\]\[0\] is Infinity/],
    ['NaN in a flat list', { q: Float64Array.of(1, Number.NaN) }, /^q\[1\] is NaN/],
    ['text', { b: ['0'] }, /^b\[0\] is '0', not a finite number$/],
    ['null', { G: null }, /^G is null/],
    ['rows of different lengths', { Q: [[1, 0], [0]] }, /^Q is ragged: Q\[1\] has 1 entries, Q\[0\] has 2$/],
    ['a number for a row', { Q: [[1, 0], 3] }, /^Q\[1\] is 3, where a row of 2 numbers should be$/],
    [
      'a wrong shape',
      { A: [[1, 1, 1]] },
      /^A has the shape \[1, 3\], expected one copy of \[1, 2\].*\[batch, 1, 2\]$/,
    ],
    ['a wrong length', { q: [1, 2, 3] }, /^q has the shape \[3\], expected/],
    ['batches that disagree', { h: [[1], [2], [3]] }, /^batch sizes disagree: q has 2 elements, h has 3$/],
    [
      'no symmetry',
      {
        Q: [
          [1, 0.5],
          [0.4, 1],
        ],
      },
      /^Q is not symmetric: Q\[1\]\[0\] is 0.4, Q\[0\]\[1\] is 0.5; give ½\(Q \+ Qᵀ\)/,
    ],
    [
      'no symmetry of one element',
      {
        Q: [
          [
            [1, 0],
            [0, 1],
          ],
          [
            [1, 2],
            [0, 9],
          ],
        ],
      },
      /^Q of element 1 is not symmetric/,
    ],
    [
      'an indefinite Q',
      {
        Q: [
          [1, 0],
          [0, -1],
        ],
      },
      /^element 0: Q is indefinite.*semidefinite/,
    ],
    ['a missing block', { G: undefined }, /^G is missing: it has the shape \[1, 2\]$/],
    ['an unknown input', { c: [1] }, /^qp data: unknown input 'c'; known are Q, q, A, b, G, h$/],
    ['four axes', { q: [[[[1]]]] }, /^q has more than three axes$/],
    [
      'an ndarray without strides',
      { q: { data: [1], shape: [1], stride: [], offset: 0 } },
      /^q is no ndarray/,
    ],
    [
      'an ndarray beyond its data',
      { q: { data: [1, 2], shape: [2, 2], stride: [2, 1], offset: 0 } },
      /^q\[1\]\[0\] is undefined/,
    ],
  ] as [string, Record<string, unknown>, RegExp][])('%s', (_, change, message) => {
    expect(() => qpLayer(shape).forward({ ...good(), ...change } as QpData)).toThrow(message);
  });

  it('in options', () => {
    const open = (options: unknown) => () => qpLayer(options as { n: number });
    expect(open(undefined)).toThrow(/n is missing/);
    expect(open({ p: 2 })).toThrow(/n is missing/);
    expect(open({ n: 0 })).toThrow(/'n' must be whole number ≥ 1, not 0/);
    expect(open({ n: 2.5 })).toThrow(/'n' must be/);
    expect(open({ n: 2, q: 3 })).toThrow(/unknown option 'q'/);
    expect(open({ n: 2, onfailure: 'nan' })).toThrow(/unknown option 'onfailure'; did you mean 'onFailure'/);
    expect(open({ n: 2, onFailure: 'ignore' })).toThrow(/'onFailure' must be throw \| zero \| nan/);
    expect(open({ n: 2, shared: ['R'] })).toThrow(/'shared' must be a list of Q, q, A/);
    const layer = qpLayer({ ...shape, shared: ['q'] });
    expect(() => layer.forward(good() as QpData)).toThrow(/^q has 2 copies, but 'shared' says/);
  });

  it('in cotangents, directions and the order of calls', () => {
    const layer = qpLayer(shape);
    expect(() => layer.backward({ z: [] })).toThrow(/backward before forward/);
    expect(() => layer.flags).toThrow(/flags before forward/);
    layer.forward(good() as QpData);
    expect(() => layer.backward({ z: [1, 2, 3] })).toThrow(
      /^the cotangent of z has the shape \[3\], expected \[2, 2\]$/,
    );
    expect(() => layer.backward({ z: [[1, 2]] })).toThrow(/shape \[1, 2\], expected \[2, 2\]/);
    expect(() =>
      layer.backward({
        z: [
          [1, Number.NaN],
          [0, 0],
        ],
      }),
    ).toThrow(/^cotangent of z\[0\]\[1\] is NaN/);
    expect(() => layer.backward({ z: [1, 2, Number.NaN, 4] })).toThrow(
      /^cotangent of z\[2\] \(of element 1\) is NaN/,
    );
    expect(() => layer.forward({ ...good(), q: [1, 2, 3, Number.POSITIVE_INFINITY] } as QpData)).toThrow(
      /^q\[3\] \(of element 1\) is Infinity/,
    );
    layer.forward(good() as QpData);
    expect(() => layer.backward({ x: [1] } as never)).toThrow(/unknown part 'x'/);
    expect(() => layer.tangent({ q: [1, 2] })).toThrow(
      /direction of q has the shape \[2\], expected \[2, 2\]/,
    );
    expect(() => layer.forward(good() as QpData, { elements: [0, 1] })).toThrow(/elements.*keepWarm: true/);
    layer.dispose();
    expect(() => layer.backward({ z: [1, 2, 3, 4] })).toThrow(/backward after dispose/);
    expect(() => layer.forward(good() as QpData)).toThrow(/forward after dispose/);
    const warm = qpLayer({ ...shape, keepWarm: true });
    expect(() => warm.forward(good() as QpData, { elements: [0] })).toThrow(
      /elements has 1 numbers, expected 2/,
    );
    expect(() => warm.forward(good() as QpData, { elements: [0, 0.5] })).toThrow(/elements\[1\] is 0.5/);
  });
});

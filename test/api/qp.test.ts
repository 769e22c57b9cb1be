import { expect, it } from 'vitest';
import { solveQps } from '../../api/qp/solve-qps.js';
import { InputError } from '../../src/core/errors.js';

it.each<[string, unknown, RegExp]>([
  ['ragged rows', { Q: [[1, 2], [2]], q: [0, 0] }, /: Q\[1\] has 1 numbers, expected 2$/],
  ['rows that disagree', { q: [1], A: [[1]], b: [1, 2] }, /: A has 1 rows, b 2 numbers; give as many$/],
  ['an indefinite Q', { problems: [{ q: [1] }, { Q: [[-1]], q: [1] }] }, /: problems\[1\]: Q is indefinite/],
  [
    'a Q that is not symmetric',
    {
      Q: [
        [1, 1],
        [0, 1],
      ],
      q: [0, 0],
    },
    /: Q is not symmetric: .*give ½/,
  ],
  ['infinity', { q: [Infinity] }, /: q\[0\] is Infinity, not a finite number$/],
  ['text', { q: ['1'] }, /: q\[0\] is '1', not a finite number$/],
  ['null', { q: [null] }, /: q\[0\] is null, not a finite number$/],
  ['an unknown entry', { q: [1], H: [] }, /: unknown entry 'H'; did you mean 'h'\?$/],
  [
    'a cotangent of a wrong shape',
    { q: [1], cotangent: { z: [1, 2] } },
    /: cotangent\.z has 2 numbers, expected 1$/,
  ],
  ['no variables', {}, /: has no variables; give q$/],
  ['no object', [1], /: is an array, not an object/],
  [
    'too much in all',
    { problems: new Array(100).fill({ q: new Array(1000).fill(1) }) },
    /problems\[25\]: 26,000,000 numbers of the matrices of all .*--limit matrices=/,
  ],
  ['too much', { q: new Array(20000).fill(1) }, /400,000,000 numbers of the matrices .*--limit matrix=/],
])('refuses %s in one line', (_, value, message) => {
  expect(() => solveQps(value as object)).toThrow(InputError);
  expect(() => solveQps(value as object)).toThrow(message);
});

it('refuses unknown options, and gradients at kinks when asked to', () => {
  const kink = { Q: [[1]], q: [0], G: [[1]], h: [0], cotangent: { z: [1] } };
  expect(() => solveQps(kink, { weaklyactive: 'refuse' } as object)).toThrow("unknown option 'weaklyactive'");
  expect(() => solveQps(kink, { weaklyActive: 'maybe' } as object)).toThrow(
    'must be exclude | include | refuse',
  );
  expect(() => solveQps(kink, { weaklyActive: 'refuse' })).toThrow('rows are weakly active');
  expect(solveQps(kink, { weaklyActive: 'include' }).elements[0]!.gradient!.h[0]).toBeCloseTo(1, 12);
});

it('calls nothing optimal because a row that is idle has a huge right-hand side', () => {
  const G = [[1.46], [-1.9], [1.08], [-1.18]];
  const h = [2 ** 53, 1.8320550684407353, -0.10914239044226715, 0.9119691366918384];
  const { status, z } = solveQps({ Q: [[1.8464]], q: [-1.52], G, h }).elements[0]!;
  expect(status).toBe('optimal');
  expect(z[0]).toBeCloseTo(h[2]! / 1.08, 6);
});

it('leaves out rows that mean no limit where their numbers spoil the others', () => {
  const G = [[1, 0], [0, 1], [-1, 0], [0, -1], [1, 1]]; // biome-ignore format: a matrix
  const of = (far: number, A: number[][] = [[1, -1]]) =>
    solveQps({ Q: [[2, 1], [1, 2]], q: [-3, 5], A, b: [0.25], G, h: [far, 1, 1, far, 0.5] }).elements[0]!; // biome-ignore format: one program
  const near = of(1000);
  for (const far of [1e12, 2 ** 53, 1e30, 1e100]) {
    const { status, z, lam } = of(far);
    expect(status).toBe('optimal');
    z.forEach((value, j) => {
      expect(value).toBeCloseTo(near.z[j]!, 9);
    });
    expect([lam[0], lam[3]]).toEqual([0, 0]);
  }
});

it('ends as failed, not with an error, where numbers leave the range', () => {
  for (const problem of [
    { Q: [[1e308, 0], [0, 1]], q: [1, 2] }, // biome-ignore format: one program
    { Q: [[1, 0], [0, 1]], q: [1, 1e308], G: [[1, 1]], h: [1e308] }, // biome-ignore format: one program
  ]) {
    const { status, z } = solveQps(problem).elements[0]!;
    expect(['failed', 'optimal', 'acceptable', 'iteration-limit']).toContain(status);
    if (status === 'failed') expect([...z].every(Number.isNaN)).toBe(true);
  }
});

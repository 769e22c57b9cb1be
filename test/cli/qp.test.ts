import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { graybox } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'qp-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'problem.json');

function run(value: unknown, ...flags: string[]) {
  writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value));
  return graybox(['qp', file, ...flags]);
}

// Example 16.4 of Nocedal & Wright.
const example = {
  Q: [
    [2, 0],
    [0, 2],
  ],
  q: [-2, -5],
  A: [],
  b: [],
  G: [
    [1, 2],
    [-1, 2],
    [-1, -2],
    [-1, 0],
    [0, -1],
  ],
  h: [6, 2, 2, 0, 0],
  cotangent: { z: [1, 0] },
};

describe('graybox qp', () => {
  it('solves one problem and gives the gradient of its solution', () => {
    const { code, out } = run(example, '--json');
    expect(code).toBe(0);
    const [element] = JSON.parse(out).elements;
    expect(element).toMatchObject({ status: 'optimal', flags: ['refined'], certificate: null });
    expect(element.z).toEqual([expect.closeTo(1.4, 12), expect.closeTo(1.7, 12)]);
    expect(element.lam).toEqual([0, expect.closeTo(0.8, 12), 0, 0, 0]);
    expect(element.margin).toBeCloseTo(0.8, 12);
    expect(element.gradient.q).toEqual([expect.closeTo(-0.4, 12), expect.closeTo(-0.2, 12)]);
    expect(element.gradient.h).toEqual([0, expect.closeTo(-0.2, 12), 0, 0, 0]);
    expect(element.gradient.Q).toHaveLength(2);
    expect(element.gradient.A).toEqual([]);
  });

  it('answers problems of several shapes in their order, and fails where one has no solution', () => {
    const problems = [
      {
        q: [1, 1],
        G: [
          [-1, 0],
          [0, -1],
        ],
        h: [0, 0],
      },
      { q: [1], G: [[1], [-1]], h: [0, -1] },
      { Q: [[0]], q: [1] },
      {
        Q: [
          [2, 0],
          [0, 2],
        ],
        q: [-2, 0],
        G: [
          [1, 0],
          [0, 1],
        ],
        h: [5, 5],
      },
    ];
    const { code, out } = run({ problems }, '--json');
    expect(code).toBe(1);
    const { elements } = JSON.parse(out);
    expect(elements.map(({ status }: { status: string }) => status)).toEqual([
      'optimal',
      'infeasible',
      'unbounded',
      'optimal',
    ]);
    expect(elements[1].certificate).toEqual({ nu: [], lam: [expect.closeTo(1, 9), expect.closeTo(1, 9)] });
    expect(elements[2].certificate).toEqual({ ray: [expect.closeTo(-1, 9)] });
    expect(elements[3].z).toEqual([expect.closeTo(1, 12), expect.closeTo(0, 12)]);
    expect(elements[0].gradient).toBeNull();
  });

  it('prints a table', () => {
    const { code, out } = run(example);
    expect(code).toBe(0);
    expect(out).toMatch(/status +objective/);
    expect(out).toMatch(/optimal +-6\.45/);
  });

  it('refuses a file that is none in one line', () => {
    for (const [text, message] of [
      ['{"q": [1', /: is not JSON/],
      ['{"problems": [{"q": [1]}, {"Q": [[-1]], "q": [1]}]}', /: problems\[1\]: Q is indefinite/],
    ] as const) {
      const { code, err, out } = run(text, '--json');
      expect(code).toBe(2);
      expect(out).toBe('');
      expect(err.trimEnd().split('\n')).toHaveLength(1);
      expect(err.trimEnd()).toMatch(message);
    }
  });
});

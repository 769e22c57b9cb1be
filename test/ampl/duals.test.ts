import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { runAmpl } from '../../cli/ampl.js';
import { solveHere } from '../../index.js';
import { o, type Spec, v, writeNl } from '../read/nl-writer.js';
import { parseSol } from './sol-reader.js';

const folder = mkdtempSync(join(tmpdir(), 'duals-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Minimizes (or maximizes the negative of) (x−3)² + (y−2)² with x + y ≤ b and y ≤ u. */
const spec = (maximize: boolean, b: number, u: number): Spec => {
  const square = (k: number, c: number) => o(5, o(0, v(k), -c), 2);
  const f = o(0, square(0, 3), square(1, 2));
  return {
    variables: [{ lower: -10 }, { upper: u }],
    rows: [
      {
        tree: 0,
        linear: [
          [0, 1],
          [1, 1],
        ],
        upper: b,
      },
      {
        tree: o(2, v(0), v(1)),
        linear: [
          [0, 0],
          [1, 0],
        ],
        lower: -100,
      },
    ],
    objectives: [
      {
        tree: maximize ? o(16, f) : f,
        linear: [
          [0, 0],
          [1, 0],
        ],
        maximize,
      },
    ],
  };
};

async function solveSpec(maximize: boolean, b: number, u: number) {
  const stub = join(folder, 'p');
  writeFileSync(`${stub}.nl`, writeNl(spec(maximize, b, u)));
  expect(await runAmpl([stub, '-AMPL', 'outlev=0', 'tol=1e-10'], {}, solveHere)).toBe(0);
  const sol = parseSol(readFileSync(`${stub}.sol`, 'utf8'));
  expect(sol.code).toBe(0);
  const [x, y] = sol.x as [number, number];
  const value = (x - 3) ** 2 + (y - 2) ** 2;
  return { ...sol, value: maximize ? -value : value };
}

it.each([
  ['minimization', false],
  ['maximization', true],
] as const)('duals and reduced costs of a %s are derivatives by right-hand side and bound', async (_, maximize) => {
  const [b, u, h] = [3, 0.5, 1e-3];
  const { duals, suffixes } = await solveSpec(maximize, b, u);
  const slope = async (db: number, du: number): Promise<number> => {
    const [plus, minus] = [
      await solveSpec(maximize, b + db, u + du),
      await solveSpec(maximize, b - db, u - du),
    ];
    return (plus.value - minus.value) / (2 * h);
  };
  expect(duals[0]).toBeCloseTo(await slope(h, 0), 4);
  expect(duals[1]).toBeCloseTo(0, 4);
  const reduced = (suffixes['ipopt_zL_out']?.[1] ?? 0) + (suffixes['ipopt_zU_out']?.[1] ?? 0);
  expect(reduced).toBeCloseTo(await slope(0, h), 4);
  expect(Math.sign(duals[0]!)).toBe(maximize ? 1 : -1);
});

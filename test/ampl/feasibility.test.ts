import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runAmpl } from '../../cli/ampl.js';
import { solveHere } from '../../index.js';
import { findData } from '../../scenarios/data.js';
import { graybox } from '../cli/run.js';
import { type Encoding, o, type Spec, v, writeNl } from '../read/nl-writer.js';
import { parseSol, type Sol } from './sol-reader.js';

const folder = mkdtempSync(join(tmpdir(), 'feasibility-'));
afterAll(() => rmSync(folder, { recursive: true }));
const stub = join(folder, 'p');

async function solve(spec: Spec, assignments: string[] = [], encoding: Encoding = 'text'): Promise<Sol> {
  writeFileSync(`${stub}.nl`, writeNl(spec, encoding));
  expect(await runAmpl([stub, '-AMPL', 'outlev=0', ...assignments], {}, solveHere)).toBe(0);
  return parseSol(readFileSync(`${stub}.sol`, 'utf8'));
}

const square = (k: number, c: number) => o(5, o(0, v(k), -c), 2);

describe.each<Encoding>(['text', 'little', 'big'])('a stub (%s)', (encoding) => {
  it('without an objective is a feasibility problem, objno at its default or 0 or 1', async () => {
    const spec: Spec = {
      variables: [{ start: 3 }, { start: 3 }],
      rows: [
        { tree: square(0, 0), lower: 4, upper: 4 },
        {
          tree: 0,
          linear: [
            [0, 1],
            [1, 1],
          ],
          lower: 5,
        },
      ],
      objectives: [],
    };
    for (const assignments of [[], ['objno=0'], ['objno=1']]) {
      const { code, x, objective, duals } = await solve(spec, assignments, encoding);
      expect([code, objective]).toEqual([0, 0]);
      expect(x[0]).toBeCloseTo(2, 6);
      expect(x[0]! + x[1]!).toBeGreaterThan(5 - 1e-6);
      for (const dual of duals) expect(Math.abs(dual)).toBeLessThan(1e-6);
    }
  });

  it('without an objective that nothing satisfies is infeasible', async () => {
    const rows = [{ tree: o(5, v(0), 2), upper: -1 }];
    expect((await solve({ variables: [{}], rows, objectives: [] }, [], encoding)).code).toBe(200);
  });

  it('with several objectives solves the one that objno names', async () => {
    const spec: Spec = {
      variables: [{ lower: -10, upper: 10 }],
      rows: [],
      objectives: [{ tree: square(0, 1) }, { tree: o(16, square(0, 4)), maximize: true }, { tree: v(0) }],
    };
    for (const [assignments, at, objective] of [
      [[], 1, 0],
      [['objno=1'], 1, 0],
      [['objno=2'], 4, 1],
      [['objno=3'], -10, 2],
    ] as const) {
      const sol = await solve(spec, [...assignments], encoding);
      expect([sol.code, sol.objective]).toEqual([0, objective]);
      expect(sol.x[0]).toBeCloseTo(at, 5);
    }
    expect((await solve(spec, ['objno=0'], encoding)).code).toBe(0);
  });

  it('without variables holds or does not', async () => {
    const rows = [{ tree: 3, lower: 1, upper: 5 }];
    const holds = await solve({ variables: [], rows, objectives: [{ tree: 7 }] }, [], encoding);
    expect([holds.code, holds.x, holds.duals]).toEqual([0, [], [0]]);
    const no = await solve({ variables: [], rows: [{ tree: 6, upper: 5 }], objectives: [] }, [], encoding);
    expect(no.code).toBe(200);
  });

  it('without rows, and with all variables fixed', async () => {
    const objectives = [{ tree: square(0, 1) }];
    const free = await solve({ variables: [{ start: 3 }], rows: [], objectives }, [], encoding);
    expect(free.code).toBe(0);
    expect(free.x[0]).toBeCloseTo(1, 6);
    const fixed = await solve({ variables: [{ lower: 2, upper: 2 }], rows: [], objectives }, [], encoding);
    expect([fixed.code, fixed.x]).toEqual([0, [2]]);
    const rows = [{ tree: square(0, 0), lower: 5, upper: 5 }];
    const wrong = { variables: [{ lower: 2, upper: 2 }], rows, objectives: [] };
    expect((await solve(wrong, [], encoding)).code).toBe(200);
  });
});

describe('the command', () => {
  const ampl = (spec: Spec | string, ...assignments: string[]) => {
    rmSync(`${stub}.sol`, { force: true });
    writeFileSync(`${stub}.nl`, typeof spec === 'string' ? spec : writeNl(spec));
    return graybox([stub, '-AMPL', ...assignments]);
  };
  const sol = (): Sol => parseSol(readFileSync(`${stub}.sol`, 'utf8'));

  it('refuses an objective that the file does not have, and says so in the .sol file', () => {
    const objectives = [{ tree: square(0, 1) }];
    const { code, err } = ampl({ variables: [{}], rows: [], objectives }, 'objno=2');
    expect(err).toMatch(/p\.nl: objective 2 of 1; objno is 0 \(none\) to 1\n$/);
    expect(code).toBe(2);
    expect(sol().message).toContain('objective 2 of 1');
    expect(sol().code).toBe(552);
  });

  it.each<[string, () => Spec | string, RegExp]>([
    [
      'integer variables',
      () => ({ variables: [{}], rows: [], objectives: [], discrete: [0, 1, 0, 0, 0] }),
      /1 integer or binary variables.*relax=1/,
    ],
    [
      'a body that ends early',
      () =>
        new TextDecoder().decode(writeNl({ variables: [{}], rows: [], objectives: [] })).replace(/k0\n/, 'k'),
      /p\.nl:\d+: expected/,
    ],
    ['names for other sizes', () => ({ variables: [{}], rows: [], objectives: [] }), /p\.col: 2 names for 1/],
  ])('writes a .sol file without values for a stub with %s', (kind, spec, message) => {
    if (kind.startsWith('names')) writeFileSync(`${stub}.col`, 'a\nb\n');
    const { code, err } = ampl(spec());
    rmSync(`${stub}.col`, { force: true });
    expect(err).toMatch(message);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(2);
    expect(sol()).toMatchObject({ code: 552, x: [], duals: [] });
    expect(sol().message).toMatch(message);
  });

  it.each([
    ['a start where a function is undefined', { tree: o(43, v(0)) }, 550],
    ['an objective without bound', { tree: o(16, v(0)) }, 300],
    ['bounds that cross', { tree: v(0) }, 200],
  ])('answers %s', (_, objective, status) => {
    const objectives = [objective];
    const bounds = { 550: { upper: -1 }, 300: {}, 200: { lower: 3, upper: 2 } }[status];
    const spec = { variables: [{ start: -1, ...bounds }], rows: [], objectives };
    expect(ampl(spec).code).toBe(0);
    const { code, x, duals } = sol();
    expect(code).toBe(status);
    expect([x.length, duals.length]).toEqual([1, 0]);
  });

  const data = findData('reports/nl-no-objective');
  it.skipIf(data === undefined).each([
    ['noobj', [2]],
    ['noobj2', [0, 0]],
  ])('reports/nl-no-objective/%s: a feasible point', (name, x) => {
    expect(ampl(readFileSync(join(data!, `${name}.nl`), 'utf8')).code).toBe(0);
    const found = sol();
    expect(found.code).toBe(0);
    if (name === 'noobj') expect(found.x[0]).toBeCloseTo(x[0]!, 6);
    else expect(found.x[0]! + found.x[1]!).toBeCloseTo(0, 6);
  });
});

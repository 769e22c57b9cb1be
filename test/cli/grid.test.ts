import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hasPglib, pglibPath } from '../grid/data.js';
import { graybox } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'graybox-grid-'));
afterAll(() => rmSync(folder, { recursive: true }));
const little = join(import.meta.dirname, '../grid/three-buses.m');

describe('graybox solve CASE.m', () => {
  it('prints tables, writes them with a picture, and goes on from its result', () => {
    const out = join(folder, 'little');
    const { code, out: printed, err } = graybox(['solve', little, '--out', out]);
    expect(err).toBe('');
    expect(code).toBe(0);
    for (const words of [
      /^generation +\d/m,
      /^Buses$/m,
      /^Units$/m,
      /^Branches$/m,
      /what one MWh \(MVArh\) more/,
    ])
      expect(printed).toMatch(words);
    for (const file of ['picture.svg', 'buses.csv', 'units.csv', 'branches.csv', 'result.json', 'log.txt'])
      expect(existsSync(join(out, file)), file).toBe(true);
    const csv = readFileSync(join(out, 'buses.csv'), 'utf8').trimEnd().split('\n');
    expect(csv.length).toBe(4);
    const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'));
    expect(csv[1]!.split(',')[5]).toBe(String(result.grid.buses[0].price));
    expect(Object.keys(result.grid.system)).toEqual(['generationMW', 'loadMW', 'lossesMW', 'costPerHour']);
    const svg = readFileSync(join(out, 'picture.svg'), 'utf8');
    expect(svg.match(/<title>bus /g)?.length).toBe(3);
    expect(svg.match(/<title>branch /g)?.length).toBe(3);

    const again = graybox(['solve', little, '--start', join(out, 'result.json'), '--json']);
    expect(again.code).toBe(0);
    const warm = JSON.parse(again.out);
    expect(warm.iterations).toBeLessThanOrEqual(8);
    expect(warm.objective).toBeCloseTo(result.objective, 5);
    expect(again.err).toMatch(/Start: the saved point, with its multipliers/);
  });

  it('says of an infeasible grid what has to give, and how to ask', { timeout: 120_000 }, () => {
    const { code, out } = graybox(['solve', little, '--load', '3']);
    expect(code).toBe(1);
    expect(out).toMatch(/^infeasible: /m);
    expect(out).toMatch(/MW not served/);
    expect(out).toMatch(/graybox solve three-buses\.m --limits soft/);
    const soft = graybox(['solve', little, '--load', '3', '--limits', 'soft']);
    expect(soft.code).toBe(0);
    expect(soft.out).toMatch(/Beyond its limits:\n {2}bus \d+: \d+\.\d MW not served/);
  });

  it.skipIf(!hasPglib)('shows the most telling rows of long tables', () => {
    const { out } = graybox(['solve', pglibPath('57_ieee')]);
    expect(out).toMatch(/^Buses, 30 of 57 \(the others: --out\)$/m);
    expect(out).toMatch(/^Units$/m);
  });

  it('refuses what it cannot use in one line', { timeout: 180_000 }, () => {
    const broken = join(folder, 'broken.m');
    writeFileSync(broken, "mpc.version = '2';\nmpc.baseMVA = -1;\n");
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [[broken], /broken\.m:2: mpc\.baseMVA is -1/],
      [[join(folder, 'absent.m')], /absent\.m: cannot be read \(ENOENT\)/],
      [[little, '--start', broken], /broken\.m: is not JSON/],
      [[little, '--sample', '3'], /--sample belongs to 'graybox solve mnist'/],
      [['mnist', '--start', 'dc'], /--start belongs to 'graybox solve CASE.m'/],
      [[little, '--load', '-1'], /give a positive number/],
    ];
    for (const [args, message] of cases) {
      const { code, err, out } = graybox(['solve', ...args]);
      expect(err).toMatch(message);
      expect(err.trimEnd()).not.toContain('\n');
      expect(out).toBe('');
      expect(code).toBe(2);
    }
  });
});

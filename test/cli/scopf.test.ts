import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readContingencies } from '../../src/read/psse/contingencies.js';
import { dataFolder, hasScopf } from '../grid/data.js';
import { graybox } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'graybox-scopf-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));
const timeout = 240_000;
const network = join(dataFolder, 'networks', 'scopf-tanh-100x3');

describe('graybox solve scopf', () => {
  it('solves the built-in grid and simulates its answer', { timeout }, () => {
    const out = join(folder, 'nine');
    const { code, out: printed, err } = graybox(['solve', 'scopf', '--case', 'nine-buses', '--out', out]);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(printed).toMatch(/^cost +\$\/h +more +%$/m);
    expect(printed).toMatch(/^dispatch alone +5296\.69 +0\.00/m);
    expect(printed).toMatch(/^within the network's samples +5296\.70/m);
    expect(printed).toMatch(/^contingency +predicted Hz +simulated Hz +at s$/m);
    const { grid, security } = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'));
    expect(grid.units).toHaveLength(8);
    expect(security.contingencies).toMatchObject([{ name: 'UNIT-2-1', kind: 'unit', element: '2/1' }]);
    expect(Object.keys(security.contingencies[0])).toEqual(['name', 'kind', 'element', 'deltaMW', 'binding']);
    expect(Object.keys(security)).toEqual([
      'contingencies',
      'cost',
      'frequency',
      'outOfRange',
      'nearestSample',
    ]);
    expect(security.nearestSample.distance).toBeGreaterThan(0);
    const spent = grid.buses.map(
      (bus: Record<string, number>) =>
        bus['priceEnergy']! +
        bus['priceLoss']! +
        bus['priceCongestion']! +
        bus['priceFrequency']! -
        bus['price']!,
    );
    for (const rest of spent) expect(Math.abs(rest)).toBeLessThan(1e-6);
    expect(security.cost.dispatch).toBeCloseTo(5296.6862, 3);
    expect(security.cost.frequency).toBeGreaterThanOrEqual(security.cost.contingencies - 1e-3);
    expect(security.frequency.lowest).toBeGreaterThan(59.4 - 1e-6);
    // What the network foretells is what happens, within a few of its errors.
    expect(security.frequency.simulated).toBeGreaterThan(59.34);
    expect(existsSync(join(out, 'picture.svg'))).toBe(true);
  });

  it.skipIf(!hasScopf || !existsSync(network))('solves the problem of the paper', { timeout }, () => {
    const flags = [
      '--network',
      network,
      '--response',
      'linear',
      '--contingency-limits',
      'off',
      '--range',
      'none',
    ];
    const { code, out, err } = graybox(['solve', 'scopf', ...flags, '--json'], { GRAYBOX_DATA: dataFolder });
    expect(code).toBe(0);
    const { problem, objective, security, network: net } = JSON.parse(out);
    expect(problem).toEqual({
      variables: 1192,
      constraints: 1596,
      jacobianNonzeros: 8911,
      hessianNonzeros: 4479,
    });
    expect(objective).toBeCloseTo(86427.41, 1);
    expect(security.cost.dispatch).toBeCloseTo(82379.04, 1);
    expect(security.frequency).toMatchObject({ limit: 59.4, extrapolated: true });
    expect(security.frequency.price / 14660.38).toBeCloseTo(1, 3);
    expect(security.frequency.lowestBefore).toBeCloseTo(59.2482, 3);
    expect(net.parameters).toBeGreaterThan(10_000);
    expect(err).toMatch(/The contingencies cost nothing: without limits of units after a loss/);
    expect(err).toMatch(/Warning: the network has no card/);
  });

  it('says of a frequency that no dispatch keeps which one can be kept', { timeout }, () => {
    const flags = ['--case', 'nine-buses', '--contingency', 'all', '--frequency-limit', '59.55'];
    const { code, out, err } = graybox(['solve', 'scopf', ...flags, '--json']);
    expect(code).toBe(1);
    const found = /the most that any dispatch keeps is (59\.\d+) Hz, reached after UNIT-/.exec(err);
    expect(Number(found![1])).toBeGreaterThan(59.4);
    expect(Number(found![1])).toBeLessThan(59.5);
    const { status, security } = JSON.parse(out);
    expect(status).toBe('infeasible');
    expect(security.cost.dispatch).toBeCloseTo(5296.6862, 3);
    // What was not solved costs nothing that could be told.
    expect(security.cost.frequency).toBeNull();
    expect(security.frequency).toMatchObject({ limit: 59.55, price: null, simulated: null });
    expect(err).toMatch(/Try --frequency-limit 59\.4\d\d/);
  });

  it('says which losses cannot be survived', { timeout }, () => {
    const secured = readFileSync(join(import.meta.dirname, '../grid/three-buses-secured.m'), 'utf8');
    // After a loss 40 MVA reach the 90 MW of bus 2.
    const narrow = join(folder, 'narrow.m');
    writeFileSync(
      narrow,
      secured
        .replace(/0\.0[24] 200 0 200 0 0 1 0 0;\n {2}2 3/, '0.02 200 0 20 0 0 1 0 0;\n  2 3')
        .replace('2 3 0.02 0.12 0.02 200 0 200', '2 3 0.02 0.12 0.02 200 0 20'),
    );
    const flags = ['--contingency', 'all', '--frequency-limit', 'none'];
    const blocked = graybox(['solve', 'scopf', '--case', narrow, ...flags]);
    expect(blocked.code).toBe(1);
    expect(blocked.out).toMatch(/^Not even alone can be survived: UNIT-2-1\. Leave it out/m);
    const short = graybox([
      ...['solve', 'scopf', '--case', join(import.meta.dirname, '../grid/three-buses-secured.m')],
      ...[...flags, '--load', '1.9', '--max-iter', '100'],
    ]);
    expect(short.code).toBe(1);
    expect(short.out).toMatch(/^After UNIT-1-1 at most 200\.0 MW of units are left for 209\.0 MW of load/m);
  });

  it('takes a network that knows next to nothing only when forced', { timeout }, () => {
    const path = join(folder, 'ignorant');
    cpSync(join(import.meta.dirname, '../../models/scopf-nine-buses'), path, { recursive: true });
    const card = JSON.parse(readFileSync(join(path, 'card.json'), 'utf8'));
    card.heldOut = { ...card.heldOut, rmse: card.heldOut.mean / 2 };
    writeFileSync(join(path, 'card.json'), JSON.stringify(card));
    const args = ['solve', 'scopf', '--case', 'nine-buses', '--network', path];
    const refused = graybox(args);
    expect([refused.code, refused.out]).toEqual([2, '']);
    expect(refused.err).toMatch(/errs by 92\.6 mHz, the mean by 185\.2 mHz: less than 3 times better/);
    expect(graybox([...args, '--force']).code).toBe(0);
  });

  it('refuses what it cannot use in one line', { timeout }, () => {
    const informed = join(folder, 'card.con');
    writeFileSync(informed, 'CONTINGENCY A\nREMOVE UNIT 9 FROM BUS 9\nEND\nEND\n');
    const nine = ['solve', 'scopf', '--case', 'nine-buses'];
    for (const [args, message] of [
      [[...nine, '--contingency', informed], /card\.con:1: contingency A: unit 9\/9 does not exist/],
      [[...nine, '--contingency', '7/1'], /--contingency 7\/1: no unit of that name/],
      [[...nine, '--frequency-limit', 'fifty'], /--frequency-limit fifty: give a number of Hz, or none/],
      [
        [...nine, '--network', join(import.meta.dirname, '../../models/mnist-tanh-128')],
        /held-out errors|maps 784 numbers/,
      ],
      [['solve', 'scopf', '--case', folder], /holds no \.raw file/],
      [['solve', 'scopf', '--start', 'dc'], /--start belongs to 'graybox solve CASE\.m'/],
      [['contingencies'], /say --units, --branches, or both/],
      [['simulate', '--lose', '9/9'], /unit 9\/9 does not exist/],
      [['train', 'mnist'], /cannot train 'mnist'/],
    ] as const) {
      const { code, err, out } = graybox(args);
      expect(err).toMatch(message);
      expect(err.trimEnd()).not.toContain('\n');
      expect([code, out]).toEqual([2, '']);
    }
  });
});

it('graybox contingencies writes what the reader reads, islanding ones left out by name', { timeout }, () => {
  const file = join(folder, 'all.con');
  const { code, err } = graybox([
    'contingencies',
    '--case',
    'nine-buses',
    '--units',
    '--branches',
    '--out',
    file,
  ]);
  expect(code).toBe(0);
  expect(
    err
      .trim()
      .split('\n')
      .map((line) => line.replace(/.*: /, '')),
  ).toEqual(['branch 1-4', 'branch 2-7', 'branch 3-9']);
  expect(readContingencies({ text: readFileSync(file, 'utf8'), file })).toHaveLength(8 + 6);
});

it('graybox solve scopf foretells no frequency where only branches are lost', { timeout }, () => {
  const file = join(folder, 'branch.con');
  writeFileSync(file, 'CONTINGENCY L\nOPEN BRANCH FROM BUS 4 TO BUS 5 CIRCUIT 1\nEND\nEND\n');
  const { code, out, err } = graybox([
    ...['solve', 'scopf', '--case', 'nine-buses', '--contingency', file, '--json'],
  ]);
  expect(code).toBe(0);
  expect(err).toMatch(/No contingency loses a unit/);
  const { security } = JSON.parse(out);
  expect(security.frequency).toBeNull();
  expect(security.cost.frequency).toBeNull();
  expect(security.contingencies).toMatchObject([{ name: 'L', kind: 'branch', element: '4-5' }]);
});

it('graybox simulate tells the lowest frequency and plots it', { timeout }, () => {
  const out = join(folder, 'simulated');
  const { code, out: printed } = graybox(['simulate', '--lose', '2/1', '--json', '--out', out]);
  expect(code).toBe(0);
  const { losses } = JSON.parse(printed);
  expect(losses[0].lowestHz).toBeCloseTo(59.38431, 4);
  expect(readFileSync(join(out, 'frequency.svg'), 'utf8')).toMatch(/2\/1: lowest 59\.3843 Hz at 2\.82 s/);
  expect(readFileSync(join(out, 'frequency.csv'), 'utf8').split('\n')).toHaveLength(1003);
});

it('graybox train goes from a case and its dynamics to a solved problem', { timeout }, () => {
  const dynamics = join(folder, 'dynamics.json');
  writeFileSync(dynamics, '{"default": {"H": 5}}');
  const grid = join(import.meta.dirname, '../grid/three-buses-secured.m');
  const trained = join(folder, 'surrogate');
  const few = ['--samples', '200', '--epochs', '200', '--others', '1'];
  const training = graybox([
    'train',
    'scopf',
    '--case',
    grid,
    '--dynamics',
    dynamics,
    ...few,
    '--out',
    trained,
  ]);
  expect(training.code).toBe(0);
  const solved = graybox([
    'solve',
    'scopf',
    '--case',
    grid,
    '--dynamics',
    dynamics,
    '--network',
    trained,
    '--contingency',
    'all',
    '--frequency-limit',
    '58.2',
    '--force',
    '--json',
    '--out',
    join(folder, 'answer'),
  ]);
  expect(solved.code).toBe(0);
  const { security } = JSON.parse(solved.out);
  expect(security.contingencies).toHaveLength(3);
  expect(security.frequency.simulated).toBeGreaterThan(58);
  expect(security.nearestSample.row).toBeGreaterThanOrEqual(0);
  const around = ['--around', join(folder, 'answer', 'result.json')];
  const again = graybox([
    ...['train', 'scopf', '--case', grid, '--dynamics', dynamics, ...few, ...around],
    ...['--out', join(folder, 'again')],
  ]);
  expect(again.code).toBe(0);
  const card = JSON.parse(readFileSync(join(folder, 'again', 'card.json'), 'utf8'));
  expect(card.heldOut.rows).toBe(40);
  expect(card.near.rows).toBe(10);
  const mixed = graybox(['train', 'scopf', '--case', grid, '--dynamics', dynamics, '--around', dynamics]);
  expect([mixed.code, mixed.err]).toEqual([2, expect.stringMatching(/dynamics\.json: holds no dispatch/)]);
});

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  dynamicsOf,
  loadNetwork,
  readPsse,
  scopf,
  shutdown,
  simulateLoss,
  singleOutages,
  solve,
  surrogateInputs,
  unitName,
  weightsDigest,
} from '../../index.js';
import { appendSamples } from '../../models/train/append.js';
import {
  fitLinear,
  fitRegression,
  predict,
  rootMeanSquare,
  rowsOf,
  type Samples,
} from '../../models/train/regression.js';
import { saveLayers } from '../../models/train/save-layers.js';
import { saveSurrogate, trainSurrogate } from '../../models/train/surrogate.js';
import { isInformative, readCard, type SurrogateCard } from '../../scenarios/scopf/card.js';
import { nineBusDynamics, nineBuses } from '../../scenarios/scopf/nine-buses.js';
import { readNpy } from '../../scenarios/scopf/npy.js';
import { fittingLoad, nearestSample, outOfRange, rangeOf } from '../../scenarios/scopf/range.js';
import { halton, lossPoints, lossSamples } from '../../scenarios/scopf/samples.js';
import { dataFolder, hasScopf } from '../grid/data.js';
import { forward } from '../network/forward.js';

const folder = mkdtempSync(join(tmpdir(), 'graybox-scopf-'));
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await shutdown();
});
const write = (name: string, bytes: string | Uint8Array): string => {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return file;
};

const npy = (rows: number, columns: number, values: readonly number[], descr = '<f8'): Buffer => {
  const fields = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const header = `${fields.padEnd(117)}\n`;
  const head = Buffer.from(`\x93NUMPY\x01\x00\x00\x00${header}`, 'latin1');
  head.writeUInt16LE(header.length, 8);
  return Buffer.concat([head, Buffer.from(Float64Array.from(values).buffer)]);
};

describe('samples in .npy files', () => {
  it('are read as they are', () => {
    const file = write('a.npy', npy(2, 3, [1, 2, 3, 4, 5, 6.5]));
    expect(readNpy(file)).toEqual({ rows: 2, columns: 3, data: Float64Array.of(1, 2, 3, 4, 5, 6.5) });
  });

  it('are refused in one line where they are none', () => {
    for (const [bytes, message] of [
      [npy(2, 2, [1, 2, 3, Number.NaN]), /row 1, column 1 \(from 0\) is NaN/],
      [npy(2, 2, [1, 2, 3]), /24 bytes for 2 × 2 numbers/],
      [npy(1, 1, [1], '<i8'), /no array of little-endian f64 or f32/],
      [Buffer.from('hello'), /is no \.npy file/],
    ] as const)
      expect(() => readNpy(write('b.npy', bytes))).toThrow(message);
  });
});

describe('simulated losses', () => {
  const grid = nineBuses();
  const dynamics = dynamicsOf(grid, nineBusDynamics());

  it('lie at Halton points', () => {
    expect([1, 2, 3, 4].map((i) => halton(i, 2))).toEqual([0.5, 0.25, 0.75, 0.125]);
    expect(halton(5, 3)).toBeCloseTo(2 / 3 + 1 / 9, 15);
    const { names, inputs, x, y } = lossSamples(grid, dynamics, 16);
    expect(names).toHaveLength(12);
    for (let n = 0; n < 16; n++) {
      const row = x.subarray(n * inputs, (n + 1) * inputs);
      const lost = (n + 1) % 8;
      expect(row[lost]).toBe(0);
      const P = [...row.subarray(0, 8)];
      P[lost] = row[8]!;
      const loadMW = row.subarray(9).reduce((sum, MW) => sum + MW, 0);
      expect(P.reduce((sum, MW) => sum + MW, 0)).toBeCloseTo(1.02 * loadMW, 8);
      for (const [k, MW] of P.entries()) {
        expect(MW).toBeGreaterThanOrEqual(grid.units[k]!.minMW - 1e-9);
        expect(MW).toBeLessThanOrEqual(grid.units[k]!.maxMW + 1e-9);
      }
      const outputs = new Map(grid.units.map((unit, k) => [unitName(unit), P[k]!]));
      const again = simulateLoss(grid, dynamics, { outputs, loadMW }, [unitName(grid.units[lost]!)]);
      expect(y[n]).toBe(again.lowest);
    }
  });

  it('may lie around a dispatch, behind the others', () => {
    const outputs = new Map(grid.units.map((unit) => [unitName(unit), 40]));
    const near = lossSamples(grid, dynamics, 64, { first: 100, around: { outputs, load: 1 } });
    const spread = lossSamples(grid, dynamics, 8);
    const all = appendSamples(spread, near);
    expect(all.count).toBe(72);
    expect(all.y.subarray(0, 8)).toEqual(spread.y);
    expect(all.x.subarray(8 * 12)).toEqual(near.x);
    const ratios: number[] = [];
    for (let n = 0; n < 64; n++) {
      const row = near.x.subarray(n * 12, (n + 1) * 12);
      const loadMW = row.subarray(9).reduce((sum, MW) => sum + MW, 0);
      ratios.push(row.subarray(0, 9).reduce((sum, MW) => sum + MW, 0) / loadMW);
      for (const [k, MW] of row.subarray(9).entries())
        expect(Math.abs(MW / grid.loads[k]!.MW - 1)).toBeLessThan(0.0301);
    }
    // Outputs are not tied to the loads there, so that no direction is left free.
    expect(Math.max(...ratios) - Math.min(...ratios)).toBeGreaterThan(0.015);
    // Each unit is lost at outputs of the first unit that fill its box.
    const lost = (n: number): number => near.x.subarray(n * 12, n * 12 + 8).indexOf(0);
    expect(new Set(Array.from({ length: 64 }, (_, n) => lost(n))).size).toBe(8);
  });
});

/** A known function of three inputs, one of which never moves and one has no effect. */
const samples = (count: number): Samples => {
  const x = new Float64Array(4 * count);
  const y = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    const [a, b, c] = [halton(i + 1, 2), halton(i + 1, 3), halton(i + 1, 5)];
    x.set([100 * a, 50 + b, 7, c], 4 * i);
    y.set([60 - a * a - 0.3 * b, 59 + Math.sin(2 * a)], 2 * i);
  }
  return { count, inputs: 4, outputs: 2, x, y };
};

describe('a regression', () => {
  const all = samples(200);
  const learned = rowsOf(all, (row) => row % 5 !== 0);
  const held = rowsOf(all, (row) => row % 5 === 0);
  const how = { hidden: [12], epochs: 1500, rate: 1e-2, decay: 1e-6, seed: 1, ignored: [3] };
  const layers = fitRegression(learned, how);
  const error = (of: typeof layers): number => rootMeanSquare(held, (x) => predict(of, x));

  it('learns what a linear model cannot, from the samples’ own units', () => {
    expect(error(layers)).toBeLessThan(0.02);
    expect(error(fitLinear(learned, 1e-6))).toBeGreaterThan(3 * error(layers));
    expect(error(fitLinear(learned, 1e12))).toBeGreaterThan(0.1);
  });

  it('gives no weight to inputs that never move or are ignored, and repeats with its seed', () => {
    const x = held.x.slice(0, 4);
    const y = predict(layers, x);
    expect([...predict(layers, [x[0]!, x[1]!, 1e6, -1e6])]).toEqual([...y]);
    expect(fitRegression(learned, how).weights[0]).toEqual(layers.weights[0]);
  });

  it('has gradients that agree with differences: one step at a tiny rate falls as they say', () => {
    const losses: number[] = [];
    fitRegression(learned, { ...how, epochs: 200, rate: 1e-3, report: (_, loss) => losses.push(loss) });
    expect(losses.at(-1)!).toBeLessThan(0.5 * losses[0]!);
  });

  it('is read back as the same network', async () => {
    saveLayers(layers, join(folder, 'net'));
    const network = await loadNetwork(join(folder, 'net'));
    const x = held.x.slice(0, 4);
    const [a, b] = [forward(network, x), predict(layers, x)];
    for (const [k, value] of a.entries()) expect(value).toBeCloseTo(b[k]!, 3);
  });

  it('comes with a card that the reader takes', () => {
    const trained = trainSurrogate(
      {
        grid: 'test',
        samples: all,
        names: ['P(1/1)', 'P(1/2)', 'P(2/1)', 'load(3/1)'],
        reference: { x: all.x.subarray(0, 4), what: 'the first' },
      },
      { ...how, epochs: 300, others: 2 },
    );
    const card = saveSurrogate(join(folder, 'carded'), trained, 'a test');
    expect(readCard(join(folder, 'carded'))).toEqual(card);
    expect(card.inputs.map(({ moving, used }) => [moving, used])).toEqual([
      [true, true],
      [true, true],
      [false, false],
      [true, false],
    ]);
    expect(card.folds).toHaveLength(2);
    expect(isInformative(card)).toBe(true);
    expect(isInformative({ ...card, heldOut: { ...card.heldOut, mean: 2 * card.heldOut.rmse } })).toBe(false);
    expect(readCard(join(folder, 'nowhere'))).toBeUndefined();
    write('net/card.json', '{}');
    expect(() => readCard(join(folder, 'net'))).toThrow(/held-out errors/);
    for (const inputs of [[null], [{ name: 'a', lower: 1, upper: 0 }], {}]) {
      write('net/card.json', JSON.stringify({ ...card, inputs }));
      expect(() => readCard(join(folder, 'net'))).toThrow(/the ranges of its inputs/);
    }
  });
});

describe('a range', () => {
  const grid = nineBuses();
  const input = (name: string, lower: number, upper: number) => ({
    name,
    lower,
    upper,
    moving: true,
    used: true,
  });
  const card = {
    inputs: [
      ...grid.units.map((unit) => input(`P(${unitName(unit)})`, 0, 40)),
      input('lost', 10, 50),
      ...grid.loads.map(({ bus, MW }) => input(`load(${bus}/1)`, 0.8 * MW, 1.2 * MW)),
    ],
  } as unknown as SurrogateCard;

  it('names what lies outside it, and the loads that fit', () => {
    expect(rangeOf(card).get('3/2')).toEqual({ lower: 0, upper: 40 });
    const { least, most } = fittingLoad(grid, card);
    expect(least).toBeCloseTo(0.8, 12);
    expect(most).toBeCloseTo(320 / 315, 12);
    const names = card.inputs.map(({ name }) => name);
    const values = card.inputs.map(({ lower }) => lower);
    expect(outOfRange(card, names, values)).toEqual([]);
    values[2] = 55;
    values[8] = 9;
    expect(outOfRange(card, names, values)).toEqual([
      { input: 'P(1/3)', value: 55, lower: 0, upper: 40, used: true },
      { input: 'lost', value: 9, lower: 10, upper: 50, used: true },
    ]);
    const data = Float64Array.from([...values.map((v) => v + 4), ...values.map((v) => v + 8)]);
    expect(nearestSample(card, { rows: 2, columns: values.length, data }, values)).toEqual({
      row: 0,
      distance: 4 / Math.min(...card.inputs.map(({ lower, upper }) => upper - lower)),
    });
  });
});

const network = join(dataFolder, 'networks', 'scopf-tanh-100x3');
describe.skipIf(!hasScopf || !existsSync(network))('the 37-bus grid within the samples’ range', () => {
  it('at load 0.97 costs what is known, with and without the limit', async () => {
    const grid = readPsse(join(dataFolder, 'scopf'));
    const x = readNpy(join(dataFolder, 'scopf', '10_10_gen_load_input_v2.npy'));
    const paper = { response: 'linear', contingencyLimits: false, load: 0.97 } as const;
    const names = surrogateInputs(scopf(grid, paper), 1).map(({ name }) => name);
    const column = (j: number): number[] =>
      Array.from({ length: x.rows }, (_, i) => x.data[i * x.columns + j]!);
    const within = new Map(
      names.flatMap((name, j) =>
        name.startsWith('P(')
          ? [[name.slice(2, -1), { lower: Math.min(...column(j)), upper: Math.max(...column(j)) }] as const]
          : [],
      ),
    );
    const unlimited = await solve(scopf(grid, { ...paper, within }).model);
    expect(unlimited.status).toBe('optimal');
    expect(Math.abs(unlimited.objective / 130874.850451 - 1)).toBeLessThan(1e-6);
    const surrogate = await loadNetwork(network);
    for (const formulation of ['reduced', 'full'] as const) {
      const problem = scopf(grid, { ...paper, within, surrogate, formulation });
      const solution = await solve(problem.model);
      expect(solution.status).toBe('optimal');
      expect(Math.abs(solution.objective / 131923.848485 - 1)).toBeLessThan(1e-6);
      const price = problem.frequency!.rows.reduce((sum, row) => sum - solution.multiplier(row), 0);
      expect(price / 17301.64).toBeCloseTo(1, 3);
    }
  });
});

describe('shipped surrogates', () => {
  const root = join(import.meta.dirname, '../../models');
  const cases = [
    ['scopf-nine-buses', 0.015],
    ['scopf-tanh-100x3', 0.007],
    ['scopf-tanh-500x5', 0.007],
  ] as const;
  for (const [name, most] of cases)
    it(`${name}: the card tells the truth about the files`, async () => {
      const path = join(root, name);
      const card = readCard(path)!;
      const known = await loadNetwork(path);
      expect(card.name).toBe(name);
      expect(known.inputSize).toBe(card.inputs.length);
      expect(weightsDigest(known)).toBe(card.sha256['weights.bin']);
      expect(isInformative(card)).toBe(true);
      expect(card.heldOut.rmse).toBeLessThanOrEqual(most);
      expect(card.folds).toHaveLength(5);
      expect(card.disagreement.seeds).toBe(5);
      // What an optimizer could use and no sample shows has no weight.
      const [W] = known.nodes.flatMap(({ op }) => (op.kind === 'affine' ? [op.weight] : []));
      const width = W!.shape[1]!;
      for (const [k, { used }] of card.inputs.entries())
        if (!used) for (const weight of W!.data.subarray(k * width, (k + 1) * width)) expect(weight).toBe(0);
    });

  it('scopf-nine-buses errs at its own answers by less than its card says', async () => {
    const grid = nineBuses();
    const dynamics = dynamicsOf(grid, nineBusDynamics());
    const path = join(root, 'scopf-nine-buses');
    const surrogate = await loadNetwork(path);
    const { rmse } = readCard(path)!.heldOut;
    const all = singleOutages(grid, { units: true, branches: false }).contingencies;
    for (const [frequencyLimit, contingencies] of [
      [59.4, grid.contingencies],
      [59.5, grid.contingencies],
      [59.4, all],
    ] as const) {
      const problem = scopf(grid, { surrogate, frequencyLimit, contingencies });
      const solution = await solve(problem.model);
      expect(solution.status).toBe('optimal');
      const outputs = new Map(
        problem.base.units.map(({ unit }, k) => [
          unitName(unit),
          100 * solution.value(problem.base.variables.p[k]!),
        ]),
      );
      for (const [k, { lostUnits }] of problem.contingencies.entries()) {
        const lost = unitName(lostUnits[0]!.unit);
        const { lowest } = simulateLoss(grid, dynamics, { outputs, loadMW: 315 }, [lost]);
        const foretold = solution.value(problem.frequency!.y[k]!.at(0));
        expect(Math.abs(foretold - lowest), `${frequencyLimit} Hz, ${lost} lost`).toBeLessThan(rmse);
        expect(lowest).toBeGreaterThan(frequencyLimit - 0.02);
      }
    }
  });

  const errorOn = async (name: string, held: Samples): Promise<number> => {
    const known = await loadNetwork(join(root, name));
    return rootMeanSquare(held, (x) => forward(known, x));
  };

  it('scopf-nine-buses: its error on samples that it never saw is that of the card', async () => {
    const grid = nineBuses();
    const dynamics = dynamicsOf(grid, nineBusDynamics());
    const points = lossPoints(grid, 2560);
    const held = rowsOf({ ...points, outputs: 0, y: new Float64Array(0) }, (row) => row % 5 === 0);
    const y = Float64Array.from({ length: held.count }, (_, n) => {
      const row = held.x.subarray(12 * n, 12 * (n + 1));
      const lost = (1 + 5 * n) % 8;
      const outputs = new Map(
        grid.units.map((unit, k): [string, number] => [unitName(unit), k === lost ? row[8]! : row[k]!]),
      );
      const loadMW = row.subarray(9).reduce((sum, MW) => sum + MW, 0);
      return simulateLoss(grid, dynamics, { outputs, loadMW }, [unitName(grid.units[lost]!)]).lowest;
    });
    const { rmse, rows } = readCard(join(root, 'scopf-nine-buses'))!.heldOut;
    expect(rows).toBe(held.count);
    expect((await errorOn('scopf-nine-buses', { ...held, outputs: 1, y })) / rmse).toBeCloseTo(1, 2);
  });

  for (const name of ['scopf-tanh-100x3', 'scopf-tanh-500x5'])
    it.skipIf(!hasScopf)(`${name}: its error on samples that it never saw is that of the card`, async () => {
      const x = readNpy(join(dataFolder, 'scopf', '10_10_gen_load_input_v2.npy'));
      const y = readNpy(join(dataFolder, 'scopf', '10_10_freq_output_v2.npy'));
      const all = { count: x.rows, inputs: x.columns, outputs: y.columns, x: x.data, y: y.data };
      const { rmse } = readCard(join(root, name))!.heldOut;
      const held = rowsOf(all, (row) => row % 5 === 0);
      expect((await errorOn(name, held)) / rmse).toBeCloseTo(1, 2);
    });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPsse } from '../../index.js';
import { InputError } from '../../src/core/errors.js';
import { contingencyText, singleOutages } from '../../src/grid/contingencies.js';
import { readContingencies } from '../../src/read/psse/contingencies.js';
import { readPsseTexts } from '../../src/read/psse.js';
import { dataFolder, hasScopf } from '../grid/data.js';
import { plain, texts } from './psse-files.js';

const read = (changed: Parameters<typeof texts>[0] = {}) => readPsseTexts(texts(changed));
const replaced = (kind: keyof typeof plain, from: string, to: string) => {
  expect(plain[kind]).toContain(from);
  return { [kind]: plain[kind].replace(from, to) };
};

describe('a PSS/E case', () => {
  const grid = read();

  it('has buses, units and loads as its records say', () => {
    expect(grid).toMatchObject({ name: 'little', baseMVA: 100, reference: 1 });
    expect(grid.buses.map(({ id, name, on, kV }) => [id, name, on, kV])).toEqual([
      [1, 'ONE', true, 230],
      [2, 'TWO', true, 230],
      [3, 'THREE', true, 115],
      [4, 'FOUR', true, 13.8],
      [5, 'OFF', false, 13.8],
      [10, 'star of 1-3-4/1', true, 230],
    ]);
    expect(grid.buses[0]!.emergency).toEqual({ vMax: 1.15, vMin: 0.85 });
    expect(grid.units).toMatchObject([
      { bus: 1, id: '10', maxMW: 110, minMW: 10, maxMVAr: 60, minMVAr: -40, MVA: 120, response: 49.25 },
      { bus: 1, id: '2', response: 19 },
      { bus: 2, id: '1', response: 5 },
    ]);
    // Constant current and admittance at the file's voltage.
    const v = 0.98;
    expect(grid.loads.filter(({ on }) => on)).toHaveLength(1);
    expect(grid.loads[0]!.MW).toBeCloseTo(40 + 5 * v + 3 * v * v, 12);
    expect(grid.loads[0]!.MVAr).toBeCloseTo(10 + 2 * v - 1 * v * v, 12);
    expect(grid.shunts).toMatchObject([
      { bus: 3, MW: 1.5, MVAr: 12 },
      { bus: 4, id: 'switched', MVAr: 8, range: [-6, 8] },
    ]);
    expect(grid.remarks.join('\n')).toMatch(
      /little\.raw:\d+: the switched shunt at bus 4 is held at BINIT, 8 MVAr/,
    );
  });

  it('has lines whose B is half at each end, or shunts of their own', () => {
    expect(grid.branches[0]).toMatchObject({
      fromShunt: [0, 0.02],
      toShunt: [0, 0.02],
      ratings: [100, 110, 120],
    });
    expect(grid.branches[1]).toMatchObject({
      to: 2,
      circuit: '2',
      fromShunt: [0.001, 0.02],
      toShunt: [0.003, 0.05],
    });
    expect(grid.branches[1]!.ratings[0]).toBe(Number.POSITIVE_INFINITY);
  });

  it('has transformers in every code of ratios and impedances', () => {
    const first = grid.branches[2]!;
    expect(first).toMatchObject({ shift: 30, fromShunt: [0.002, -0.01], shuntBeforeTap: true });
    expect(first.tap).toBeCloseTo(1.05 / 0.98, 14);
    expect(first.r).toBeCloseTo(0.005 * 0.98 ** 2, 14);
    expect(first.x).toBeCloseTo(0.12 * 0.98 ** 2, 14);
    // CW 2: kV; CZ 2: on 50 MVA and 110 kV, at a bus of 115 kV.
    const second = grid.branches[3]!;
    const [w1, w2] = [121 / 115, 13.5 / 13.8];
    expect(second.tap).toBeCloseTo(w1 / w2, 14);
    expect(second.x).toBeCloseTo(0.1 * (100 / 50) * (110 / 115) ** 2 * w2 ** 2, 14);
    // CW 3: per unit of the nominal voltage; CZ 3: watts and per unit.
    const coded = replaced('raw', "3,4,0,'1 ',2,2,1", "3,4,0,'1 ',3,3,1");
    const third = read({
      raw: coded['raw']!.replace('0.004,0.1,50.0', '150000,0.1,50.0')
        .replace('121.0,110.0', '1.1,110.0')
        .replace('13.5,13.2', '0.97,13.2'),
    }).branches[3]!;
    const [u1, u2] = [(1.1 * 110) / 115, (0.97 * 13.2) / 13.8];
    const r = (1e-6 * 150000) / 50;
    expect(third.tap).toBeCloseTo(u1 / u2, 14);
    expect(third.r).toBeCloseTo(r * 2 * (110 / 115) ** 2 * u2 ** 2, 14);
    expect(third.x).toBeCloseTo(Math.sqrt(0.01 - r * r) * 2 * (110 / 115) ** 2 * u2 ** 2, 14);
    // Nominal voltage 0 means that of the bus.
    const zero = read(replaced('raw', '121.0,110.0', '121.0,0.0')).branches[3]!;
    expect(zero.x).toBeCloseTo(0.1 * 2 * w2 ** 2, 14);
  });

  it('has magnetizing admittances in watts and current, before or behind the tap', () => {
    const { branches } = read(replaced('raw', '1,1,1,0.002,-0.01', '1,1,2,50000,0.01'));
    const g = (1e-6 * 50000) / 100;
    expect(branches[2]!.fromShunt[0]).toBeCloseTo(g, 14);
    expect(branches[2]!.fromShunt[1]).toBeCloseTo(-Math.sqrt(0.01 ** 2 - g * g), 14);
    const behind = readPsseTexts(texts(), { magnetizing: 'powermodels' });
    expect(behind.branches[2]!.shuntBeforeTap).toBe(false);
  });

  it('has three windings as branches to a star bus', () => {
    const legs = grid.branches.slice(4);
    expect(legs.map(({ from, to }) => [from, to])).toEqual([
      [1, 10],
      [3, 10],
      [4, 10],
    ]);
    // Z₁₂ 0.01+j0.2, Z₂₃ 0.02+j0.3, Z₃₁ 0.03+j0.4.
    expect(legs.map(({ x }) => x)).toEqual([
      expect.closeTo(0.15, 14),
      expect.closeTo(0.05, 14),
      expect.closeTo(0.25, 14),
    ]);
    expect(legs.map(({ r }) => r)).toEqual([
      expect.closeTo(0.01, 14),
      expect.closeTo(0, 14),
      expect.closeTo(0.02, 14),
    ]);
    expect(legs[1]!.shift).toBe(30);
    const two = read(replaced('raw', "'T3',1,1", "'T3',3,1"));
    expect(two.branches.slice(4).map(({ on }) => on)).toEqual([true, true, false]);
  });

  it('has costs by the chain of dispatch, table and curve, each by its own number', () => {
    expect(grid.units.map(({ cost }) => cost?.kind === 'piecewise' && cost.points)).toEqual([
      [
        [0, 100],
        [120, 2500],
      ],
      [
        [0, 0],
        [30, 600],
        [60, 1400],
      ],
      [
        [5, 50],
        [40, 800],
      ],
    ]);
  });

  it('has contingencies, which can be written and read back', () => {
    expect(grid.contingencies).toMatchObject([
      { name: 'LOSS OF 2', lost: [{ kind: 'unit', bus: 1, id: '2' }], at: 'little.con:1' },
      { name: 'LINE', lost: [{ kind: 'branch', from: 2, to: 1, circuit: '1' }] },
    ]);
    const { contingencies, islanding } = singleOutages(grid, { units: true, branches: true });
    // The star hangs on three legs, no single outage cuts a bus off.
    expect(islanding).toEqual([]);
    expect(contingencies).toHaveLength(3 + 7);
    const back = readContingencies({ text: contingencyText(contingencies), file: 'all.con' });
    expect(back).toMatchObject(contingencies);
  });

  it('names sections that are not read', () => {
    const { remarks } = read(replaced('raw', '0 / VSC\n', "'DC1',1,2.0,100.0\n0 / VSC\n"));
    expect(remarks.join('\n')).toMatch(/little\.raw:\d+: 1 record of section 'two-terminal DC' is not read/);
    const behind = `${plain.raw.replace(/\nQ\s*$/, '\n')}\n1, 2, 3\n0 / END\nQ\n`;
    expect(read({ raw: behind }).remarks.join('\n')).toMatch(
      /little\.raw:\d+: 1 record( behind the last section of version 33|s? of section '.*') (is|are) not read/,
    );
  });

  const mistakes: readonly (readonly [string, keyof typeof plain, string, string, RegExp])[] = [
    ['another version', 'raw', '100.0, 33', '100.0, 32', /^little\.raw:1: version 32/],
    ['a base below 0', 'raw', '0, 100.0', '0, -100.0', /^little\.raw:1: SBASE/],
    ['no reference bus', 'raw', '230.0,3,1', '230.0,2,1', /^little\.raw:4: no bus has IDE 3/],
    [
      'two reference buses',
      'raw',
      '230.0,2,1',
      '230.0,3,1',
      /^little\.raw:5: bus 2 is a second reference bus/,
    ],
    ['a bus twice', 'raw', "3,'THREE'", "2,'THREE'", /^little\.raw:6: bus 2 is there already/],
    ['a load nowhere', 'raw', "3,'1 ',1,1,1,40", "9,'1 ',1,1,1,40", /^little\.raw:10: load 9\/1 is at bus 9/],
    ['a unit twice', 'raw', "1,'2 ',20.0", "1,'10 ',20.0", /^little\.raw:17: unit 1\/10 is there twice/],
    [
      'a branch with x = 0',
      'raw',
      '0.01,0.1,0.04',
      '0.01,0,0.04',
      /^little\.raw:20: branch 1-2: its reactance/,
    ],
    ['a negative rating', 'raw', '0.04,100', '0.04,-100', /^little\.raw:20: branch 1-2: its rating/],
    ['a word for a number', 'raw', '0.01,0.1,0.04', '0.01,x,0.04', /^little\.raw:20: X \(field 5\) is 'x'/],
    ['half a bus number', 'raw', "4,'FOUR'", "4.5,'FOUR'", /^little\.raw:7: I \(field 1\) is 4\.5/],
    ['an unknown code', 'raw', "3,4,0,'1 ',2,2,1", "3,4,0,'1 ',4,2,1", /^little\.raw:27: CW is 4/],
    [
      'a transformer at no bus',
      'raw',
      "3,4,0,'1 ',2",
      "3,8,0,'1 ',2",
      /^little\.raw:27: a transformer is at bus 8/,
    ],
    ['a ratio of 0', 'raw', '1.05,0.0,30.0', '0,0.0,30.0', /^little\.raw:25: WINDV1 is 0/],
    ['a text without end', 'raw', "'TWO'", "'TWO", /^little\.raw:5: a text in quotes/],
    [
      'its end cut off',
      'raw',
      plain.raw.slice(plain.raw.indexOf('0 / FACTS')),
      '',
      /^little\.raw:\d+: the file is cut off in the section 'owner'/,
    ],
    [
      'a section cut off',
      'raw',
      plain.raw.slice(plain.raw.indexOf('0.98,0.0')),
      '',
      /^little\.raw:25: the file is cut off: winding 2/,
    ],
    ['nothing', 'raw', plain.raw, '', /^little\.raw:1: the file is cut off/],
    ['a unit without dispatch', 'rop', '2, 1 , 1.0, 9\n', '', /^little\.rop:1: unit 2\/1 has no dispatch/],
    [
      'a dispatch without table',
      'rop',
      '2, 1 , 1.0, 9',
      '2, 1 , 1.0, 5',
      /^little\.rop:8: unit 2\/1 names dispatch table 5/,
    ],
    [
      'a table without curve',
      'rop',
      '2, 1, 20',
      '2, 1, 21',
      /^little\.rop:12: dispatch table 9 names cost table 21/,
    ],
    ['polynomial costs', 'rop', '1.0, 2, 1, 20', '1.0, 1, 1, 20', /^little\.rop:12: .*type 1/],
    ['a nonconvex curve', 'rop', '60.0, 700.0', '60.0, 500.0', /^little\.rop:17: unit 1\/2: .*not convex/],
    ['a curve that falls', 'rop', '40.0, 800.0', '40.0, 40.0', /^little\.rop:21: unit 2\/1: its cost falls/],
    [
      'a curve cut off',
      'rop',
      plain.rop.slice(plain.rop.indexOf('120.0, 2500')),
      '',
      /^little\.rop:25: the file is cut off/,
    ],
    ['a response twice', 'inl', '2, 1 , 4.0', '1, 2 , 4.0', /^little\.inl:3: unit 1\/2 is there twice/],
    ['a negative response', 'inl', '0.0, 5.0', '0.0, -5.0', /^little\.inl:3: the response -5/],
    [
      'a unit without response',
      'inl',
      '2, 1 , 4.0, 0.45, 0.0, 5.0, 0.0\n',
      '',
      /^little\.inl:1: unit 2\/1 has no response/,
    ],
    ['a response of nothing', 'inl', '2, 1 , 4.0', '7, 1 , 4.0', /^little\.inl:3: unit 7\/1 does not exist/],
    [
      'a loss of nothing',
      'con',
      'BUS 1\nEND',
      'BUS 2\nEND',
      /^little\.con:1: contingency LOSS OF 2: unit 2\/2 does not exist/,
    ],
    [
      'a loss of what is off',
      'raw',
      "1,'2 ',20.0,3.0,30.0,-20.0,1.02,0,60.0,0,1,0,0,1,1",
      "1,'2 ',20.0,3.0,30.0,-20.0,1.02,0,60.0,0,1,0,0,1,0",
      /^little\.con:1: .*unit 1\/2 is out of service already/,
    ],
    ['an unknown loss', 'con', 'REMOVE UNIT', 'EXPLODE UNIT', /^little\.con:2: cannot read 'EXPLODE/],
    [
      'an empty contingency',
      'con',
      "REMOVE UNIT '2 ' FROM BUS 1\n",
      '',
      /^little\.con:1: contingency LOSS OF 2 loses nothing/,
    ],
    ['contingencies cut off', 'con', 'END\nEND\n', '', /^little\.con:5: the file is cut off/],
    [
      'a contingency twice',
      'con',
      'LINE',
      "'LOSS OF 2'",
      /^little\.con:4: contingency LOSS OF 2 is there twice/,
    ],
  ];
  for (const [name, kind, from, to, message] of mistakes)
    it(`with ${name} is refused in one line`, () => {
      let error: unknown;
      try {
        read(replaced(kind, from, to));
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(InputError);
      expect((error as Error).message).toMatch(message);
      expect((error as Error).message).not.toContain('\n');
    });

  it('with an island, or a contingency that makes one, is refused', () => {
    const alone = plain.raw.replace("5,'OFF',13.8,4", "5,'OFF',13.8,1");
    expect(() => read({ raw: alone })).toThrow(/^little\.raw:8: bus 5 is cut off from the reference bus 1/);
    const hanging = alone.replace('0 / END OF BRANCH DATA', "4,5,'1 ',0.01,0.1,0\n0 / END OF BRANCH DATA");
    const con = plain.con.replace('FROM BUS 2 TO BUS 1', 'FROM BUS 5 TO BUS 4');
    expect(() => read({ raw: hanging, con })).toThrow(/^little\.con:4: contingency LINE cuts bus 5 off/);
    const { islanding } = singleOutages(read({ raw: hanging }), { units: false, branches: true });
    expect(islanding).toEqual(['branch 4-5']);
  });

  it('is read or refused, whatever is done to it', () => {
    const kinds = ['raw', 'rop', 'inl', 'con'] as const;
    fc.assert(
      fc.property(fc.nat(3), fc.nat(2500), fc.nat(12), fc.string({ maxLength: 6 }), (k, at, count, text) => {
        const kind = kinds[k]!;
        const whole = plain[kind];
        const from = at % whole.length;
        try {
          read({ [kind]: whole.slice(0, from) + text + whole.slice(from + count) });
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('tell counts and comments that are lies in one line', () => {
    const rop = plain.rop.replace("'LINEAR 10', 3", "'LINEAR 10', 1e15");
    expect(() => read({ rop })).toThrow(/the file is cut off|no number/);
    const slashes = `${'/'.repeat(200_000)}\u2028x\n`;
    expect(read({ con: slashes + plain.con }).contingencies).toHaveLength(2);
  });

  it.skipIf(!hasScopf)('of 37 buses has what PowerModels reads', () => {
    const hawaii = readPsse(`${dataFolder}/scopf`);
    expect(hawaii.buses).toHaveLength(37);
    expect(hawaii.units).toHaveLength(45);
    expect(hawaii.units.filter(({ on }) => !on).map(({ bus, id }) => `${bus}/${id}`)).toEqual([
      '35/3',
      '35/6',
      '37/1',
      '37/2',
      '37/4',
      '37/6',
    ]);
    expect(hawaii.branches).toHaveLength(89);
    const pairs = hawaii.branches.map(({ from, to }) => `${Math.min(from, to)} ${Math.max(from, to)}`);
    expect(new Set(pairs).size).toBe(58);
    expect(hawaii.loads.reduce((sum, { MW }) => sum + MW, 0)).toBeCloseTo(1136.29, 9);
    expect(hawaii.units.reduce((sum, { on, response = 0 }) => sum + (on ? response : 0), 0)).toBe(1026);
    expect(hawaii).toMatchObject({ reference: 23, contingencies: [{ lost: [{ bus: 23, id: '5' }] }] });
  });
});

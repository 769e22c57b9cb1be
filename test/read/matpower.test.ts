import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/errors.js';
import { networkOf } from '../../src/grid/per-unit.js';
import { readMatpowerText } from '../../src/read/matpower.js';
import { hasPglib, pglib } from '../grid/data.js';

/** Three buses in a file that tries the syntax: line numbers count in the tests below. */
const plain = `function mpc = little
mpc.version = '2';
mpc.baseMVA = 100;
mpc.bus = [
  1 3 0  0 0 0 1 1 0 230 1 1.1 0.9;
  2 1 50 9 2 7 1 1 0 230 1 1.1 0.9;
  3 2 0  0 0 0 1 1 0 230 1 1.1 0.9;
];
mpc.gen = [
  1 10 1 30 -30 1 100 1 90 5;
  3 20 2 30 -30 1 100 1 80 0;
];
mpc.branch = [
  1 2 0.01 0.1 0.02 100 0 0 0    0 1 0 0;
  2 3 0.01 0.1 0.02 0   0 0 0.98 5 1 -360 30;
];
mpc.gencost = [
  2 0 0 3 0.02 10 5;
  1 0 0 3 0 0 40 400 80 1000;
];
`;
const read = (text: string) => readMatpowerText(text, { file: 'little.m' });
const replaced = (from: string, to: string): string => {
  expect(plain).toContain(from);
  return plain.replace(from, to);
};

describe('a MATPOWER case', () => {
  it('means what the manual says', () => {
    const grid = read(plain);
    expect(grid).toMatchObject({ name: 'little', baseMVA: 100, reference: 1, remarks: [] });
    expect(grid.units.map(({ bus, id, minMW, maxMW, MVAr }) => [bus, id, minMW, maxMW, MVAr])).toEqual([
      [1, '1', 5, 90, 1],
      [3, '1', 0, 80, 2],
    ]);
    expect(grid.units.map(({ cost }) => cost)).toMatchObject([
      { kind: 'polynomial', coefficients: [5, 10, 0.02] },
      {
        kind: 'piecewise',
        points: [
          [0, 0],
          [40, 400],
          [80, 1000],
        ],
      },
    ]);
    expect(grid.loads).toMatchObject([{ bus: 2, MW: 50, MVAr: 9 }]);
    expect(grid.shunts).toMatchObject([{ bus: 2, MW: 2, MVAr: 7 }]);
    const [first, second] = grid.branches;
    const infinity = Number.POSITIVE_INFINITY;
    expect(first).toMatchObject({
      tap: 1,
      fromShunt: [0, 0.01],
      ratings: [100, infinity, infinity],
      minAngle: -infinity,
      maxAngle: infinity,
      at: 'little.m:14',
    });
    expect(second).toMatchObject({ tap: 0.98, shift: 5, minAngle: -infinity, maxAngle: 30 });
    expect(second!.ratings[0]).toBe(infinity);
  });

  it('may be written in every way that MATLAB allows', () => {
    const other = `%{
a block comment with mpc.bus = [ inside
%}
function mpc = little % and 'quotes'
define_constants;
[PQ, PV, REF] = idx_bus;
mpc.version='2', mpc.baseMVA = 1E2
mpc.bus_name = { 'One; [two'; 'it''s'; 'three' };
mpc.bus=[1,3,0,0,0,0,1,1,0,230,1,1.1,.9
2 1 5e1 +9 2 7 1 1 0 230 ... the row goes on
  1 1.1 0.9; 3 2 0 0 0 0 1 1 0 230 1 1.1 9d-1];
mpc.gen = [ 1 10 1 30 -30 1 100 1 90 5
  3 20 2 30,-30 1 100 1 80 0 ];
mpc.branch = [1 2 .01 .1 .02 100 0 0 0 0 1 0 0;

  2 3 .01 .1 .02 0 0 0 .98 5 1 -360 30;;];
mpc.gencost = [2 0 0 3 .02 10 5 0 0 0; 1 0 0 3 0 0 40 400 80 1000];
end
`;
    const bare = (text: string) =>
      JSON.parse(
        JSON.stringify(read(text.replaceAll('\n', '\r\n')), (key, value) =>
          key === 'at' ? undefined : value,
        ),
      );
    expect(bare(other)).toEqual(bare(plain));
  });

  it('leaves out what is off, and all that a bus of type 4 carries', () => {
    const off = read(
      replaced('3 2 0  0 0 0 1 1 0 230', '3 4 7 1 3 0 1 1 0 230').replace('-30 1 100 1 90', '-30 1 100 0 90'),
    );
    expect(off.units.map(({ on }) => on)).toEqual([false, false]);
    expect(off.branches.map(({ on }) => on)).toEqual([true, false]);
    expect(off.loads.filter(({ on }) => on).map(({ bus }) => bus)).toEqual([2]);
    expect(off.shunts.filter(({ on }) => on).map(({ bus }) => bus)).toEqual([2]);
  });

  it('numbers units of one bus and parallel branches', () => {
    const text = replaced('3 20 2', '1 20 2').replace('2 3 0.01', '2 1 0.01').replace('3 2 0 ', '3 4 0 ');
    const grid = read(text);
    expect(grid.units.map(({ bus, id }) => `${bus}/${id}`)).toEqual(['1/1', '1/2']);
    expect(grid.branches.map(({ from, to, circuit }) => [from, to, circuit])).toEqual([
      [1, 2, '1'],
      [2, 1, '2'],
    ]);
  });

  it('has costs of reactive output in the second block of gencost', () => {
    const text = replaced('80 1000;\n', '80 1000;\n 2 0 0 2 3 0 0 0 0 0;\n 2 0 0 1 7 0 0 0 0 0;\n').replace(
      '3 0.02 10 5;',
      '3 0.02 10 5 0 0 0;',
    );
    expect(read(text).units.map(({ reactiveCost }) => reactiveCost)).toMatchObject([
      { kind: 'polynomial', coefficients: [0, 3] },
      { kind: 'polynomial', coefficients: [7] },
    ]);
  });

  it('with costs that are not convex is read, and says so', () => {
    const concave = networkOf(read(replaced('2 0 0 3 0.02', '2 0 0 3 -0.02'))).remarks;
    expect(concave).toEqual([
      'little.m:18: unit 1/1: its cost is not convex between 5 and 90 MW: the optimum found may be one of several',
    ]);
    expect(networkOf(read(plain)).remarks).toEqual([]);
  });

  it('names fields that are skipped', () => {
    const grid = read(`${plain}mpc.dcline = [1 3 1 10 10 0 0 1 1];\nmpc.note = struct('a', {1, 'b'});\n`);
    expect(grid.remarks).toEqual([
      'little.m:21: mpc.dcline is not read',
      'little.m:22: mpc.note is not read',
    ]);
  });

  const mistakes: readonly (readonly [string, string, string, RegExp])[] = [
    ['a wrong version', "mpc.version = '2'", "mpc.version = '1'", /^little\.m:2: mpc\.version is '1'/],
    ['no version', "mpc.version = '2';", '', /^little\.m:1: mpc\.version is missing/],
    ['version 1', 'function mpc =', 'function [baseMVA, bus] =', /^little\.m:1: .*version 1/],
    ['a base of 0', 'baseMVA = 100', 'baseMVA = 0', /^little\.m:3: mpc\.baseMVA is 0/],
    ['no bus matrix', 'mpc.bus = [', 'mpc.buz = [', /^little\.m:1: mpc\.bus is missing/],
    ['no reference bus', '1 3 0  0', '1 2 0  0', /^little\.m:4: no bus of type 3/],
    ['two reference buses', '3 2 0  0', '3 3 0  0', /^little\.m:7: bus 3 is a second reference bus/],
    [
      'an isolated island',
      '1 -360 30',
      '0 -360 30',
      /^little\.m:7: bus 3 is cut off from the reference bus 1/,
    ],
    ['a negative rating', '0.02 100 0', '0.02 -100 0', /^little\.m:14: branch 1-2: its rating -100 MVA/],
    [
      'a branch with x = 0',
      '0.01 0.1 0.02 100',
      '0.01 0 0.02 100',
      /^little\.m:14: branch 1-2: its reactance/,
    ],
    ['a bus number twice', '2 1 50', '1 1 50', /^little\.m:6: bus 1 is there already \(little\.m:5\)/],
    [
      'a unit at no bus',
      '3 20 2 30',
      '7 20 2 30',
      /^little\.m:11: unit 7\/1 is at bus 7, which does not exist/,
    ],
    ['a branch to no bus', '2 3 0.01', '2 9 0.01', /^little\.m:15: branch 2-9 is at bus 9/],
    ['a nonconvex curve', '40 400 80 1000', '40 400 80 600', /^little\.m:19: .*not convex/],
    ['a curve that falls', '0 0 40 400', '0 900 40 400', /^little\.m:19: .*falls from 0 to 40 MW/],
    ['a curve that goes back', '40 400 80', '80 400 80', /^little\.m:19: .*does not ascend in MW/],
    ['another kind of cost', '  2 0 0 3 0.02', '  3 0 0 3 0.02', /^little\.m:18: .*begins with 3/],
    ['a cost of half a coefficient', '2 0 0 3 0.02', '2 0 0 1.5 0.02', /^little\.m:18: N .* is 1.5/],
    [
      'a cost with too few numbers',
      '2 0 0 3 0.02 10 5',
      '2 0 0 4 0.02 10 5',
      /^little\.m:18: .*holds 3 numbers/,
    ],
    [
      'too few costs',
      '  1 0 0 3 0 0 40 400 80 1000;\n',
      '',
      /^little\.m:17: mpc\.gencost has 1 rows for 2 units/,
    ],
    ['crossing limits of a unit', '1 90 5', '1 4 5', /^little\.m:10: unit 1\/1: its least output 5 MW/],
    ['crossing voltages', '1.1 0.9;\n  2', '0.8 0.9;\n  2', /^little\.m:5: bus 1: its least voltage/],
    ['NaN', '2 1 50 9', '2 1 NaN 9', /^little\.m:6: Pd in mpc\.bus is NaN/],
    ['an infinite load', '2 1 50 9', '2 1 Inf 9', /^little\.m:6: load 2\/1: its MW or MVAr are not finite/],
    ['an unknown type of bus', '2 1 50 9', '2 7 50 9', /^little\.m:6: bus 2 has type 7/],
    [
      'a cost curve that cannot cover a limit',
      '1 100 1 80 0',
      '1 100 1 Inf 0',
      /^little\.m:11: unit 3\/1: its limits 0 … Infinity are not finite/,
    ],
    [
      'a row cut short',
      '2 1 50 9 2 7',
      '2 1 50 9',
      /^little\.m:6: a row of mpc\.bus has 11 columns; at least 13/,
    ],
    [
      'a row too long',
      '3 2 0  0 0',
      '3 2 0  0 0 0',
      /^little\.m:7: a row of mpc\.bus has 14 columns, those before it 13/,
    ],
    ['a file cut off', plain.slice(plain.indexOf('  2 0 0 3')), '  2 0', /^little\.m:17: .*cut off/],
    [
      'a bracket not closed',
      '];\nmpc.gen ',
      '\nmpc.gen ',
      /^little\.m:9: 'mpc\.gen' stands inside the bracket/,
    ],
    ['a formula in a matrix', '50 9 2', '50*2 9 2', /^little\.m:6: mpc\.bus holds more than numbers/],
    ['a sum in a matrix', '50 9 2', '50 - 9 2', /^little\.m:6: mpc\.bus holds more than numbers/],
    ['no number', '50 9 2', '50x 9 2', /^little\.m:6: '50x' is no number/],
    [
      'a statement',
      'mpc.gen = [',
      'mpc.bus(:, 3) = 0;\nmpc.gen = [',
      /^little\.m:9: this statement would have to be run/,
    ],
    ['no case', plain, 'hello world', /^little\.m:1: this statement/],
    ['an empty file', plain, '', /^little\.m:1: mpc\.version is missing/],
  ];
  for (const [name, from, to, message] of mistakes)
    it(`with ${name} is refused in one line`, () => {
      let error: unknown;
      try {
        read(replaced(from, to));
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(InputError);
      expect((error as Error).message).toMatch(message);
      expect((error as Error).message).not.toContain('\n');
    });

  it('is read or refused, whatever is done to it', () => {
    const damaged = fc.tuple(fc.nat(plain.length), fc.nat(12), fc.string({ maxLength: 8 }));
    fc.assert(
      fc.property(damaged, ([at, count, text]) => {
        try {
          read(plain.slice(0, at) + text + plain.slice(at + count));
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('knows no names but its own', () => {
    for (const name of ['constructor', 'toString', '__proto__'])
      expect(() => read(plain.replace('230', name))).toThrow(/holds more than numbers/);
  });

  it.skipIf(!hasPglib)('of 1,354 buses takes a moment', () => {
    const begin = process.cpuUsage();
    const { buses, units, branches } = pglib('1354_pegase');
    expect([buses.length, units.length, branches.length]).toEqual([1354, 260, 1991]);
    expect(process.cpuUsage(begin).user / 1e6).toBeLessThan(2); // 0.1 on an idle core
  });
});

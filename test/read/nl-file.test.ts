import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readNl } from '../../runtime/node/read-nl.js';
import { InputError, Stopped } from '../../src/core/errors.js';
import { Limits } from '../../src/core/limits.js';
import { readNlBytes } from '../../src/read/nl.js';
import { nlFolder, nlNames, nlReference } from './data.js';
import { type Encoding, o, type Spec, v, writeNl } from './nl-writer.js';

const text = (spec: Spec): string => new TextDecoder().decode(writeNl(spec));
const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);
const read = (content: string) => readNl(bytes(content), { file: 'p.nl' });

/** min x0² + 2 x1 s.t. 1 ≤ x0 x1 + 3 x2 ≤ 9, x1 + x2 = 4 … */
const spec: Spec = {
  variables: [{ lower: -1, upper: 5, start: 0.5 }, { lower: 2 }, { upper: -3 }],
  rows: [
    {
      tree: o(2, v(0), v(1)),
      linear: [
        [0, 0],
        [1, 0],
        [2, 3],
      ],
      lower: 1,
      upper: 9,
    },
    {
      tree: 0.5,
      linear: [
        [1, 1],
        [2, 1],
      ],
      lower: 4,
      upper: 4,
    },
    { tree: 0, linear: [[0, -2]], upper: 7 },
    { tree: 0, linear: [[0, 1]], lower: -8 },
  ],
  objectives: [
    {
      tree: o(5, v(0), 2),
      linear: [
        [0, 0],
        [1, 2],
      ],
    },
    { tree: v(2), linear: [[2, 0]], maximize: true },
  ],
  duals: [
    [1, 2.5],
    [0, -1],
  ],
  suffixes: [
    {
      kind: 4,
      name: 'scaling_factor',
      values: [
        [0, 10],
        [2, -4],
      ],
    },
    { kind: 5, name: 'scaling_factor', values: [[1, 0.5]] },
    { kind: 6, name: 'scaling_factor', values: [[0, 100]] },
    {
      kind: 4,
      name: 'ipopt_zL_in',
      values: [
        [0, 0.25],
        [1, 3],
      ],
    },
    { kind: 4, name: 'ipopt_zU_in', values: [[0, -0.75]] },
    { kind: 3, name: 'answer', values: [[0, 42]] },
  ],
};

describe('a .nl file', () => {
  it.each<Encoding>(['text', 'little', 'big'])('becomes the problem it states (%s)', (encoding) => {
    const file = readNl(writeNl(spec, encoding), { objective: 1 });
    const { problem } = file;
    const infinity = Number.POSITIVE_INFINITY;
    expect([...problem.variables.lower]).toEqual([-1, 2, -infinity]);
    expect([...problem.variables.upper]).toEqual([5, infinity, -3]);
    expect([...problem.variables.start]).toEqual([0.5, 2, -3]);
    // The constant of row 1 moves into its bounds.
    expect([...problem.rows.lower]).toEqual([1, 3.5, -infinity, -8]);
    expect([...problem.rows.upper]).toEqual([9, 3.5, 7, infinity]);
    const linear = Array.from(problem.linear.row, (row, k) => [
      row,
      problem.linear.column[k]!,
      problem.linear.value[k]!,
    ]).filter(([, , value]) => value !== 0);
    expect(linear).toContainEqual([0, 2, 3]);
    expect(linear).toContainEqual([-1, 1, 2]);
    expect(linear).toContainEqual([2, 0, -2]);
    expect(linear).toHaveLength(6);
    expect(problem.groups.reduce((sum, group) => sum + group.count, 0)).toBe(2);
    expect(file.header.options).toEqual([1, 1, 0]);
    expect(file.sense).toBe(1);
    expect(file.suffixes.map(({ name, target }) => `${target} ${name}`)).toContain('problem answer');
    expect(file.warnings).toEqual([]);
  });

  it('carries scaling and multipliers', () => {
    const { scaling, multipliers, duals, problem } = readNl(writeNl(spec));
    expect(scaling?.objective).toBe(100);
    expect([...scaling!.variables!]).toEqual([10, 1, 1]);
    expect([...scaling!.constraints!]).toEqual([1, 0.5, 1, 1]);
    expect(problem.scaling).toEqual(scaling);
    expect([...duals!]).toEqual([-1, 2.5, Number.NaN, Number.NaN]);
    expect([...multipliers!.constraints]).toEqual([1, -2.5, 0, 0]);
    expect([...multipliers!.lower]).toEqual([0.25, 3, 0]);
    expect([...multipliers!.upper]).toEqual([0.75, 0, 0]);
  });

  it('exchanges the signs of duals for a maximization', () => {
    const { multipliers, sense, problem } = readNl(writeNl(spec), { objective: 2 });
    expect(sense).toBe(-1);
    expect(problem.sense).toBe(-1);
    expect([...multipliers!.constraints]).toEqual([-1, 2.5, 0, 0]);
  });

  it('chooses the objective', () => {
    expect(readNl(writeNl(spec)).objective).toBe(1);
    expect(readNl(writeNl(spec), { objective: 0 }).problem.linear.row.includes(-1)).toBe(false);
    expect(() => readNl(writeNl(spec), { objective: 3 })).toThrow(/objective 3 of 2/);
    const feasibility = readNl(writeNl({ ...spec, objectives: [], suffixes: [] }));
    expect(feasibility.objective).toBe(0);
  });

  it('reads names beside the file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'nl-'));
    try {
      writeFileSync(join(folder, 'a.nl'), writeNl(spec));
      expect(readNl(join(folder, 'a')).problem.variables.names).toEqual(['v0', 'v1', 'v2']);
      writeFileSync(join(folder, 'a.col'), 'x\ny\nz\n');
      writeFileSync(join(folder, 'a.row'), 'balance\nsum\nlow\nhigh\ncost\ngain\n');
      const file = readNl(join(folder, 'a.nl'));
      expect(file.problem.variables.names).toEqual(['x', 'y', 'z']);
      expect(file.problem.rows.names).toEqual(['balance', 'sum', 'low', 'high']);
      expect(file.names.objectives).toEqual(['cost', 'gain']);
      for (const empty of ['', '\n', '\r\n']) {
        writeFileSync(join(folder, 'a.col'), empty);
        writeFileSync(join(folder, 'a.row'), empty);
        expect(readNl(join(folder, 'a')).names.variables).toEqual(['v0', 'v1', 'v2']);
        expect(readNl(join(folder, 'a')).names.constraints).toEqual(['c0', 'c1', 'c2', 'c3']);
      }
      writeFileSync(join(folder, 'a.col'), 'x\ny\n');
      expect(() => readNl(join(folder, 'a.nl'))).toThrow(/a\.col: 2 names for 3 variables/);
      writeFileSync(join(folder, 'a.col'), 'x\ny\nx\n');
      expect(() => readNl(join(folder, 'a.nl'))).toThrow(/a\.col:3: 'x' stands in line 1 as well/);
      writeFileSync(join(folder, 'a.col'), 'x\n\nz\n');
      expect(() => readNl(join(folder, 'a.nl'))).toThrow(/a\.col:2: a name is empty/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('refuses integer variables unless relaxed', () => {
    const mixed = writeNl({ ...spec, discrete: [1, 1, 0, 0, 0] });
    expect(() => readNl(mixed)).toThrow(/2 integer or binary variables/);
    expect(readNl(mixed, { relax: true }).warnings[0]).toMatch(/2 integer or binary variables/);
  });

  it('warns where more rows are nonlinear than announced', () => {
    const fewer = text(spec).replace('\n 4 2\n', '\n 0 2\n');
    expect(read(fewer).warnings).toEqual([
      '1 constraints have a nonlinear part, the header announces 0: read as they stand',
    ]);
  });

  it('warns of rows and objectives that are constant between jumps, and states them', () => {
    const step = o(23, 1, v(0));
    const row = (more: object) => ({ tree: step, linear: [[0, 0] as [number, number]], ...more });
    const stepped = { ...spec, duals: [], suffixes: [], rows: [row({ lower: 1 }), row({})] };
    const objectives = [{ tree: o(13, v(0)), linear: [[0, 0] as [number, number]] }];
    const { warnings, problem } = readNl(writeNl({ ...stepped, objectives }));
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(
      /^constraint 'c0' is constant between jumps .*its derivative is 0 everywhere/,
    );
    expect(warnings[1]).toMatch(/^the objective is constant between jumps/);
    expect(problem.rows.lower).toHaveLength(2);
  });

  it('states bounds that cross', () => {
    const crossed = { ...spec, suffixes: [], duals: [], variables: [{ lower: 2, upper: 1 }, {}, {}] };
    const { problem } = readNl(writeNl({ ...crossed, rows: [{ tree: v(0), lower: 3, upper: 2 }] }));
    expect([problem.variables.lower[0], problem.variables.upper[0]]).toEqual([2, 1]);
    expect([problem.rows.lower[0], problem.rows.upper[0]]).toEqual([3, 2]);
  });

  it('takes bounds of 1e19 and more for none', () => {
    const { problem } = readNl(writeNl({ ...spec, variables: [{ lower: -1e20, upper: 1e19 }, {}, {}] }));
    expect(problem.variables.lower[0]).toBe(Number.NEGATIVE_INFINITY);
    expect(problem.variables.upper[0]).toBe(Number.POSITIVE_INFINITY);
  });

  it('reads a free row and an unconstrained problem', () => {
    expect(
      readNl(writeNl({ ...spec, rows: [{ tree: v(0) }], duals: [], suffixes: [] })).problem.rows.lower,
    ).toEqual(Float64Array.of(Number.NEGATIVE_INFINITY));
    expect(readNl(writeNl({ ...spec, rows: [], duals: [], suffixes: [] })).problem.rows.lower).toHaveLength(
      0,
    );
  });
});

describe('limits', () => {
  const n = 5000;
  const spec: Spec = {
    variables: Array.from({ length: n }, () => ({})),
    rows: [],
    objectives: [{ tree: o(54, ...Array.from({ length: n }, (_, k) => o(41, v(k)))) }],
  };
  for (const encoding of ['text', 'little', 'big'] as const)
    it(`end the reading of a ${encoding} file`, () => {
      const limits = new Limits();
      limits.raise();
      const bytes = writeNl(spec, encoding);
      expect(() => readNlBytes(bytes, { until: limits })).toThrow(Stopped);
      expect(readNlBytes(bytes, { until: new Limits() }).problem.groups[0]!.count).toBe(n);
    });
});

describe('a damaged .nl file is refused with its line', () => {
  const good = text({ ...spec, suffixes: [], duals: [] });
  const lines = good.split('\n');
  const line = (start: string): number => lines.findIndex((content) => content.startsWith(start));
  const withLine = (start: string, content: string): string =>
    lines.map((old, k) => (k === line(start) ? content : old)).join('\n');
  const cases: [string, string, RegExp][] = [
    ['another format', 'hello\n', /p\.nl:1: expected a \.nl file/],
    ['an empty file', '', /p\.nl:1: .*end of the file/],
    ['16-bit operators', good.replace('g3', 'h3'), /p\.nl:1: .*16-bit/],
    ['more options than numbers', good.replace('g3 1 1 0', 'g3 1'), /p\.nl:1: expected a digit/],
    ['no variables', good.replace(' 3 4 2 0 0', ' 0 4 2 0 0'), /p\.nl:2: expected at least one variable/],
    [
      'absurd sizes',
      good.replace(' 3 4 2 0 0', ' 2000000000 4 2 0 0'),
      /p\.nl:2: 2000000000 variables cannot/,
    ],
    ['words for numbers', good.replace(' 3 4 2 0 0', ' 3 four 2 0 0'), /p\.nl:2: expected 3 to 6 integers/],
    ['logical constraints', good.replace(' 3 4 2 0 0', ' 3 4 2 0 0 1'), /p\.nl:2: 1 logical/],
    ['complementarity counts', good.replace('\n 4 2\n', '\n 4 2 0 1 0 0\n'), /p\.nl:3: 1 complementarity/],
    ['an unknown operator', withLine('o2', 'o99'), new RegExp(`p.nl:${line('o2') + 1}: operator o99`)],
    ['a symbolic operator', withLine('o2', 'o59'), /operator o59 \(count\) is not supported/],
    ['a variable that is not there', withLine('v1', 'v3'), /variable 3 is neither/],
    ['an imported function', withLine('o2', 'f0 2'), /imported function '0'/],
    ['a string', withLine('o2', 'h3:abc'), /string constant/],
    ['an infinite constant', withLine('n0.5', 'ninf'), /expected a finite number/],
    ['a missing operand', withLine('v0', 'C9'), /expected an expression .*'C'/],
    ['a complementarity bound', withLine('0 1 9', '5 1 2'), /constraint 0 is a complementarity/],
    ['an unknown bound code', withLine('0 1 9', '7 1 2'), /expected a bound code/],
    ['a bound that is no number', withLine('0 1 9', '0 1 nan'), /expected the upper bound/],
    ['a lower bound of +infinity', withLine('0 1 9', '0 inf 9'), /cannot be \+infinity/],
    ['a row twice', withLine('C1', 'C0'), /constraint 0 has two C segments/],
    ['a row outside', withLine('C1', 'C4'), /constraint 4 outside the 4/],
    ['a column twice', withLine('1 0', '0 0'), /variable 0 occurs twice/],
    ['a bad objective sense', withLine('O0', 'O0 2'), /0 \(minimize\) or 1/],
    ['wrong column counts', withLine('k2', 'k1'), /expected 2 column counts/],
    ['a foreign segment', good.replace('\nb\n', '\nq\n'), /expected a segment/],
    ['a trailing token', withLine('v0', 'v0 1'), /expected the end of the line/],
    ['a nonzero less than announced', good.replace(' 7 3\n', ' 8 3\n'), /header announces 8/],
    ['a logical row', withLine('C1', 'L0'), /logical constraint/],
  ];
  it.each(cases)('%s', (_, content, message) => {
    expect(content).not.toBe(good);
    expect(() => read(content)).toThrow(message);
    expect(() => read(content)).toThrow(InputError);
  });

  it('an imported function by its name', () => {
    const content = withLine('o2', 'f0 2')
      .replace('\n 0 0 0 1\n', '\n 0 1 0 1\n')
      .replace('\nC0\n', '\nF0 1 -1 mystery\nC0\n');
    expect(() => read(content)).toThrow(/imported function 'mystery'/);
    // Declared and not called, it does no harm.
    read(good.replace('\n 0 0 0 1\n', '\n 0 1 0 1\n').replace('\nC0\n', '\nF0 1 -1 mystery\nC0\n'));
  });

  it('a missing file', () => {
    expect(() => readNl('nowhere/there')).toThrow(/nowhere\/there: no such \.nl file/);
  });

  it.each<Encoding>(['text', 'little', 'big'])('every truncation (%s)', (encoding) => {
    const whole = writeNl(spec, encoding);
    for (let length = 0; length < whole.length; length++)
      expect(() => readNl(whole.subarray(0, length)), `${length} bytes`).toThrow(InputError);
  });
});

describe.skipIf(nlNames.length === 0)('the public .nl files', () => {
  const reference = nlReference;
  it.each(nlNames)('%s has the sizes of the reference', (name) => {
    const { problem, header } = readNl(join(nlFolder, `${name}.nl`), { relax: true });
    expect(problem.variables.lower).toHaveLength(header.variables);
    expect(problem.rows.lower).toHaveLength(header.constraints);
    const known = reference[name]!;
    if (known['n'] === undefined) return;
    expect(header.variables).toBe(known['n']);
    expect(header.constraints).toBe(known['m']);
    if (known['jacobianNonzeros'] !== undefined)
      expect(header.jacobianNonzeros).toBe(known['jacobianNonzeros']);
  });
});

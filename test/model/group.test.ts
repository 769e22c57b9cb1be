import { describe, expect, it } from 'vitest';
import * as f from '../../src/model/functions.js';
import { expr, type GroupOptions, Model, type Template, type Variable } from '../../src/model/index.js';
import { assemble } from '../../src/nlp/assemble.js';
import { checkDerivatives } from '../../src/nlp/check.js';
import { tolerances } from '../tolerances.js';

const n = 40;
const start = Float64Array.from({ length: n }, (_, k) => 0.6 + 0.3 * Math.sin(k));
const x = (m: Model): readonly Variable[] => m.variables('x', n, { lower: -2, upper: 3, start }).elements;

/** The same instances as a group, and one by one with `constrain`; `row[t]` is the row of instance t. */
function both(
  template: Template,
  columns: readonly (readonly number[])[],
  constants: readonly number[][],
  row: readonly number[],
) {
  const rows = Math.max(...row) + 1;
  const grouped = new Model('grouped');
  const own = x(grouped);
  const added = grouped.rows('r', rows, {
    lower: 1,
    upper: Float64Array.from({ length: rows }, (_, k) => 5 + k),
  });
  grouped.group(template, {
    columns: columns.map((list) => list.map((j) => own[j]!)),
    constants,
    rows: row.map((k) => added[k]!),
  });
  const single = new Model('single');
  const other = x(single);
  for (let k = 0; k < rows; k++) {
    const terms = row.flatMap((r, t) =>
      r === k
        ? [
            template(
              columns.map((list) => other[list[t]!]!),
              constants.map((list) => f.sum([list[t]!])),
            ),
          ]
        : [],
    );
    single.constrain(f.sum(terms), { lower: 1, upper: 5 + k, name: `r[${k}]` });
  }
  return [grouped, single].map((m) => {
    const problem = m.problem();
    const nlp = assemble(structuredClone(problem));
    const g = new Float64Array(rows);
    nlp.constraintValues(start, g);
    const check = checkDerivatives(nlp, start);
    for (const kind of [check.gradient, check.jacobian, check.hessian])
      expect(kind.error, JSON.stringify(kind)).toBeLessThan(tolerances.difference);
    return {
      problem,
      nonzeros: [nlp.jacobian.nonzeros, nlp.hessian.nonzeros],
      below: g.map((value, i) => value - problem.rows.lower[i]!),
      above: g.map((value, i) => problem.rows.upper[i]! - value),
    };
  });
}

const instances = Array.from({ length: 25 }, (_, t) => t);
const columns = [instances, instances.map((t) => t + 7), instances.map((t) => (3 * t) % n)];
const constants = [instances.map((t) => 1 + t / 10), instances.map((t) => Math.cos(t))];
const row = instances.map((t) => t % 6);

const expectClose = (actual: Float64Array, expected: Float64Array, digits: number): void => {
  for (const [i, value] of actual.entries()) expect(value).toBeCloseTo(expected[i]!, digits);
};

describe('a group', () => {
  const templates: Record<string, Template> = {
    'nonlinear terms': ([a, b, c], [p, q]) => expr`${p!}*sin(${a!} - ${b!})*${c!} + exp(${q!}*${a!})`,
    'linear terms with constants of each instance': ([a, b], [p, q]) =>
      expr`${p!}*${a!} - ${b!}*${q!}/${p!} + 2*${a!}`,
    'plain constants': ([a], [p, q]) => expr`${a!}^2 + ${p!}*${q!} - 3*sin(${p!}) + 1`,
    'everything at once': ([a, b, c], [p, q]) =>
      expr`(${a!} + ${p!})^2*${b!} - 4*${c!} + ${q!} + ${p!}*${c!}`,
    'a template of one variable': ([a]) => f.power(a!, 3),
    'a long product in every instance': ([a, b, c], [p]) =>
      f.power(
        f.sum(Array.from({ length: 30 }, (_, k) => f.sin(f.multiply(1 + k / 20, a!, b!, f.add(c!, p!))))),
        2,
      ),
  };
  for (const [name, template] of Object.entries(templates))
    it(`states what its instances state one by one: ${name}`, () => {
      const [grouped, single] = both(template, columns, constants, row);
      expectClose(grouped!.below, single!.below, 11);
      expectClose(grouped!.above, single!.above, 11);
      expect(grouped!.nonzeros).toEqual(single!.nonzeros);
    });

  it('may have instances in which variables coincide', () => {
    const meeting = [columns[0]!, columns[0]!.map((j, t) => (t % 3 === 0 ? j : j + 1)), columns[2]!];
    const [grouped, single] = both(
      ([a, b, c]) => expr`${a!}*${b!}*sin(${c!}) + ${a!} - ${b!}`,
      meeting,
      constants,
      row,
    );
    expectClose(grouped!.below, single!.below, 12);
    for (const { variables, variableSlots, count } of grouped!.problem.groups)
      for (let t = 0; t < count; t++) {
        const own = variables.slice(t * variableSlots, (t + 1) * variableSlots);
        expect(new Set(own).size).toBe(variableSlots);
      }
  });

  it('keeps linear terms linear', () => {
    const { linear, groups } = both(
      ([a, b], [p]) => expr`${p!}*(${a!} - 2*${b!})/3`,
      columns,
      constants,
      row,
    )[0]!.problem;
    expect(groups).toEqual([]);
    expect(linear.row.length).toBe(50);
  });

  it('without rows adds to the objective, whatever its sense', () => {
    for (const sense of ['minimize', 'maximize'] as const) {
      const m = new Model();
      const v = x(m);
      m[sense](f.multiply(2, v[0]!));
      m.group(([a, b], [c]) => expr`${c!}*${a!}*${b!} + ${c!}*${a!} + ${c!}`, {
        columns: [v.slice(0, 20), v.slice(20, 40)],
        constants: [Float64Array.from({ length: 20 }, (_, t) => t)],
      });
      const expected = v
        .slice(0, 20)
        .reduce((total, _, t) => total + t * (start[t]! * start[t + 20]! + start[t]! + 1), 2 * start[0]!);
      const nlp = assemble(m.problem());
      expect(nlp.objective(start)).toBeCloseTo(sense === 'minimize' ? expected : -expected, 12);
      const check = checkDerivatives(nlp, start);
      expect(check.gradient.error).toBeLessThan(tolerances.difference);
      expect(check.hessian.error).toBeLessThan(tolerances.difference);
    }
  });

  it('of 200,000 instances takes a moment', () => {
    const m = new Model();
    const v = m.variables('x', 200_001, { start: 1 }).elements;
    const begin = process.cpuUsage();
    const rows = m.rows('r', 200_000, { equals: 0 });
    m.group(([a, b], [c]) => expr`${c!}*sin(${a!})*${b!} - ${b!}`, {
      columns: [v.slice(0, -1), v.slice(1)],
      constants: [Float64Array.from({ length: 200_000 }, (_, t) => t)],
      rows,
    });
    const problem = m.problem();
    const { user } = process.cpuUsage(begin);
    expect(problem.groups.map(({ count }) => count)).toEqual([200_000]);
    expect(user / 1e6).toBeLessThan(5); // 0.4 on an idle core
  });

  it('refuses what does not fit', () => {
    const m = new Model();
    const v = x(m);
    const other = x(new Model());
    const rows = m.rows('r', 2, { lower: 0 });
    const add = (options: GroupOptions, template: Template = ([a]) => f.sin(a!)) =>
      m.group(template, options);
    expect(() => add({ columns: [v.slice(0, 3)], rows })).toThrow(
      /columns\[0\] has 3 entries for 2 instances/,
    );
    expect(() => add({ columns: [v.slice(0, 2)], constants: [[1]], rows })).toThrow(
      /constants\[0\] has 1 entries/,
    );
    expect(() => add({ columns: [v.slice(0, 2)], constants: [[1, Number.NaN]], rows })).toThrow(
      /instance 1 is NaN/,
    );
    expect(() => add({ columns: [other.slice(0, 2)], rows })).toThrow(/uses 'x\[0\]', a variable of/);
    expect(() => add({ columns: [v.slice(0, 2)], rows: [rows[0]!, { index: 9, name: 'r' }] })).toThrow(
      /row 9 is none/,
    );
    expect(() => add({ columns: [v.slice(0, 2)], rows }, ([a]) => f.add(a!, v[0]!))).toThrow(
      /mixes variables/,
    );
    expect(() => add({ columns: [v.slice(0, 2)], rows }, () => v[0]!)).toThrow(
      /uses 'x\[0\]', a variable of/,
    );
    expect(() => add({ columns: [v.slice(0, 2)], rows }, ([a]) => f.floor(a!))).toThrow(/derivative is 0/);
    expect(() => m.rows('s', 2, { lower: [1] })).toThrow(/lower has 1 entries for 2 rows/);
    expect(() => m.rows('s', -1, { lower: 1 })).toThrow(/whole number/);
    expect(() => m.rows('s', 1, {})).toThrow(/no bound/);
    expect(m.problem().groups).toEqual([]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { restrict } from '../../src/core/structure/restrict.js';
import { Structure } from '../../src/core/structure/structure.js';
import { dense, structures } from './structures.js';

const close = (found: ArrayLike<number>, expected: ArrayLike<number>): void => {
  expect(found.length).toBe(expected.length);
  for (let k = 0; k < found.length; k++)
    expect(Math.abs(found[k]! - expected[k]!)).toBeLessThan(1e-12 * (1 + Math.abs(expected[k]!)));
};
const vector = (length: number): Float64Array => Float64Array.from({ length }, (_, k) => Math.sin(k + 1));
const kinds = [
  ['general', false],
  ['symmetric', true],
] as const;

describe.each(kinds)('a %s structure', (_, symmetric) => {
  const any = structures(symmetric);

  it('multiplies as the matrix it states', () => {
    fc.assert(
      fc.property(any, ({ structure, values }) => {
        const A = dense(structure, values);
        const { rows, columns } = structure;
        const [x, y] = [vector(columns), vector(rows)];
        const [Ax, Ay] = [new Float64Array(rows).fill(0.5), new Float64Array(columns).fill(0.5)];
        structure.addProduct(values, x, -2, Ax);
        structure.addTransposed(values, y, 3, Ay);
        close(
          Ax,
          A.map((row) => 0.5 - 2 * row.reduce((total, a, j) => total + a * x[j]!, 0)),
        );
        close(
          Ay,
          Array.from(x, (__, j) => 0.5 + 3 * A.reduce((total, row, i) => total + row[j]! * y[i]!, 0)),
        );
      }),
    );
  });

  it('adds up the sizes of what it multiplies, factors and all', () => {
    fc.assert(
      fc.property(structures(symmetric), ({ structure, values }) => {
        const abs = (list: Float64Array): Float64Array => list.map(Math.abs);
        const pieces = structure.pieces.map((piece) =>
          piece.kind === 'through'
            ? { ...piece, factor: { ...piece.factor, data: abs(piece.factor.data) } }
            : piece,
        );
        const sizes = dense(
          new Structure(structure.rows, structure.columns, structure.symmetric, pieces),
          abs(values),
        );
        const x = Float64Array.from({ length: structure.columns }, (_, j) => Math.cos(3 * j));
        const y = Float64Array.from({ length: structure.rows }, (_, i) => (i === 1 ? 0 : Math.sin(1 + i)));
        const rows = new Float64Array(structure.rows).fill(1);
        const columns = new Float64Array(structure.columns).fill(2);
        structure.addSizes(values, x, rows);
        structure.addSizesTransposed(values, y, columns);
        sizes.forEach((row, i) => {
          const sum = row.reduce((total, size, j) => total + size * Math.abs(x[j]!), 1);
          expect(rows[i]).toBeCloseTo(sum, 9);
        });
        columns.forEach((value, j) => {
          const sum = sizes.reduce((total, row, i) => total + row[j]! * Math.abs(y[i]!), 2);
          expect(value).toBeCloseTo(sum, 9);
        });
      }),
    );
  });

  it('lists its triplets, positions and diagonal, and counts its nonzeros', () => {
    fc.assert(
      fc.property(any, ({ structure, values }) => {
        const A = dense(structure, values);
        const { row, column, length, direct, expand } = structure.triplets();
        const expanded = expand(values);
        const found = A.map((line) => line.map(() => 0));
        for (let k = 0; k < length; k++) {
          found[row[k]!]![column[k]!]! += expanded[k]!;
          if (symmetric) expect(row[k]).toBeGreaterThanOrEqual(column[k]!);
          if (direct) expect(structure.position(k)).toEqual({ row: row[k], column: column[k] });
        }
        A.forEach((line, i) => {
          const end = symmetric ? i + 1 : line.length;
          close(found[i]!.slice(0, end), line.slice(0, end));
        });
        expect(structure.nonzeros).toBe(new Set(Array.from(row, (i, k) => `${i} ${column[k]}`)).size);
        const diagonal = new Float64Array(structure.rows);
        structure.addDiagonal(values, diagonal);
        close(
          diagonal,
          A.map((line, i) => line[i] ?? 0),
        );
        const visited: number[] = [];
        structure.each(values, (i, j, value) => visited.push(i, j, value));
        close(visited, Array.from(expanded, (value, k) => [row[k]!, column[k]!, value]).flat());
      }),
    );
  });

  it('restricts to rows and columns in other units, and puts values back', () => {
    fc.assert(
      fc.property(any, fc.infiniteStream(fc.boolean()), ({ structure, values }, coin) => {
        const map = (size: number) => {
          let next = 0;
          return Int32Array.from({ length: size }, () => (coin.next().value ? next++ : -1));
        };
        const column = map(structure.columns);
        const row = symmetric ? column : map(structure.rows);
        const count = (list: Int32Array): number => list.filter((k) => k >= 0).length;
        const factors = (size: number): Float64Array => vector(size).map((value) => 2 + value);
        const [rowFactor, columnFactor] = [factors(count(row)), factors(count(column))];
        const part = restrict(structure, {
          row,
          column,
          rows: count(row),
          columns: count(column),
          rowFactor,
          columnFactor,
        });
        const own = new Float64Array(part.structure.length);
        part.take(values, own);
        const found = dense(part.structure, own);
        const rows = symmetric ? columnFactor : rowFactor;
        dense(structure, values).forEach((line, i) => {
          line.forEach((value, j) => {
            const [a, b] = [row[i]!, column[j]!];
            if (a >= 0 && b >= 0) close([found[a]![b]!], [value * rows[a]! * columnFactor[b]!]);
          });
        });
        const back = values.map(() => 7);
        part.putBack(own, back);
        back.forEach((value, k) => {
          if (value !== 7) close([value], [values[k]!]);
        });
      }),
    );
  });
});

describe('structure', () => {
  it('hands on its own values where nothing is restricted', () => {
    const whole = Structure.entries(1, 2, Int32Array.of(0), Int32Array.of(1));
    const [row, column] = [Int32Array.of(0), Int32Array.of(0, 1)];
    const all = { row, column, rows: 1, columns: 2, rowFactor: null, columnFactor: null };
    expect(restrict(whole, all)).toMatchObject({ same: true, structure: whole });
  });

  it('refuses a symmetric matrix that is not square', () => {
    expect(() => new Structure(2, 3, true, [])).toThrow(/2 rows and 3 columns/);
  });

  it('leaves rows with multiplier 0 out of transposed products, undefined as they may be', () => {
    const pieces = [
      { kind: 'entries', row: Int32Array.of(0), column: Int32Array.of(0) },
      { kind: 'dense', rows: Int32Array.of(0), columns: Int32Array.of(0, 1) },
    ] as const;
    const out = new Float64Array(2);
    new Structure(2, 2, false, pieces).addTransposed(
      new Float64Array(3).fill(Number.NaN),
      Float64Array.of(0, 1),
      1,
      out,
    );
    expect([...out]).toEqual([0, 0]);
  });
});

import type { BranchReport, GridReport, UnitReport } from '../../index.js';
import { branchColumns, busColumns, type Column, unitColumns } from './columns.js';

/** Rows of a table that are shown on a screen; `--out` writes all. */
const MOST = 30;

export const signRule =
  'Prices: what one MWh (MVArh) more at a bus would cost, what one MVA more of rating would save.';

/** The report as text: the whole system, then buses, units and branches; of long tables the most telling rows. */
export function gridTables(
  { system, buses, units, branches, exceeded }: GridReport,
  ofBuses = busColumns,
): string {
  const { generationMW, loadMW, lossesMW, costPerHour } = system;
  const shunts = generationMW - loadMW - lossesMW;
  return [
    lines([
      ['generation', `${generationMW.toFixed(2)} MW`],
      ['load', `${loadMW.toFixed(2)} MW`],
      ['losses', `${lossesMW.toFixed(2)} MW`],
      ...(Math.abs(shunts) > 0.005 ? [['shunts', `${shunts.toFixed(2)} MW`] as const] : []),
      ['cost', `${costPerHour.toFixed(2)} $/h`],
    ]),
    ...(exceeded.length > 0 ? [beyondLimits(exceeded)] : []),
    signRule,
    shownTable('Buses', ofBuses, buses, byPrice(buses)),
    shownTable('Units', unitColumns, units, bindingFirst(units)),
    shownTable('Branches', branchColumns, branches, dearestFirst(branches)),
  ].join('\n\n');
}

/** What had to give, a line each. */
export const beyondLimits = (exceeded: GridReport['exceeded'], most = MOST): string =>
  [
    'Beyond its limits:',
    ...exceeded.slice(0, most).map(({ text }) => `  ${text}`),
    ...(exceeded.length > most ? [`  and ${exceeded.length - most} more`] : []),
  ].join('\n');

const byPrice = (rows: GridReport['buses']): GridReport['buses'] => {
  const sorted = [...rows].sort((a, b) => a.price - b.price);
  return [...sorted.slice(0, MOST / 2), ...sorted.slice(-MOST / 2)];
};
const bindingFirst = (rows: readonly UnitReport[]): readonly UnitReport[] =>
  [...rows].sort((a, b) => Number(b.binding !== null) - Number(a.binding !== null) || b.MW - a.MW);
const dearestFirst = (rows: readonly BranchReport[]): readonly BranchReport[] => {
  const price = ({ binding, limitPrice }: BranchReport): number => (binding === null ? 0 : limitPrice);
  return [...rows].sort((a, b) => price(b) - price(a) || (b.loadingPercent ?? 0) - (a.loadingPercent ?? 0));
};

function shownTable<Row>(
  title: string,
  columns: readonly Column<Row>[],
  all: readonly Row[],
  telling: readonly Row[],
): string {
  const rows = all.length <= MOST ? all : telling.slice(0, MOST);
  const head = all.length <= MOST ? title : `${title}, ${rows.length} of ${all.length} (the others: --out)`;
  return `${head}\n${alignedTable(columns, rows)}`;
}

/** Numbers to the right with fixed decimals, texts to the left. */
export function alignedTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = columns.map(({ heading, decimals, of }) => {
    const column = [heading, ...rows.map((row) => cell(of(row), decimals))];
    const width = Math.max(...column.map((text) => text.length));
    return column.map((text) => (decimals === undefined ? text.padEnd(width) : text.padStart(width)));
  });
  return Array.from({ length: rows.length + 1 }, (_, k) =>
    cells
      .map((column) => column[k]!)
      .join('  ')
      .trimEnd(),
  ).join('\n');
}

function cell(value: number | string | null, decimals = 0): string {
  if (value === null) return '-';
  if (typeof value === 'string') return value;
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace('-', '') : text;
}

const lines = (rows: readonly (readonly [string, string])[]): string => {
  const widths = [0, 1].map((k) => Math.max(...rows.map((row) => row[k]!.length)));
  return rows.map(([name, value]) => `${name.padEnd(widths[0]!)}  ${value.padStart(widths[1]!)}`).join('\n');
};

/** All rows with all digits; texts in quotes where they hold a separator (RFC 4180). */
export function csv<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const quoted = (value: number | string | null): string => {
    const text = value === null ? '' : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns.map(({ heading }) => heading), ...rows.map((row) => columns.map(({ of }) => of(row)))]
    .map((row) => `${row.map(quoted).join(',')}\n`)
    .join('');
}

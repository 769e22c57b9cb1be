import { InputError } from '../../core/errors.js';
import { type Cost, type Unit, unitName } from '../../grid/grid.js';
import { type Line, Lines, type SourceText } from './records.js';

const sections = [
  'bus voltage constraint',
  'adjustable bus shunt',
  'bus load',
  'adjustable bus load table',
  'generator dispatch',
  'active power dispatch table',
  'generation reserve',
  'generation reactive capability',
  'adjustable branch reactance',
  'piecewise linear cost table',
] as const;

/** Cost types of dispatch tables: 1 polynomial, 2 piecewise linear, 3 piecewise quadratic. */
const LINEAR = 2;

interface Table {
  readonly curve: number;
  readonly fuel: number;
  readonly at: string;
}

/**
 * The units with their costs from a `.rop` file: a unit's dispatch names a table, the table a curve, each by its own number.
 * Throws {@link InputError} for a unit in service without a cost and for a link of the chain that is missing.
 */
export function withCosts(units: readonly Unit[], source: SourceText): Unit[] {
  const lines = new Lines(source);
  lines.need('the first line of the costs');
  const dispatches = new Map<string, { readonly table: number; readonly at: string }>();
  const tables = new Map<number, Table>();
  const curves = new Map<number, Cost>();
  const once = <K>(map: ReadonlyMap<K, unknown>, key: K, line: Line, what: string): void => {
    if (map.has(key)) throw new InputError(`${line.at}: ${what} ${String(key)} is there twice`);
  };
  for (const name of sections)
    for (const line of lines.section(name)) {
      if (name === 'generator dispatch') {
        const unit = unitName({ bus: line.whole(0, 'BUS'), id: line.text(1, '1') });
        once(dispatches, unit, line, 'the dispatch of unit');
        dispatches.set(unit, { table: line.whole(3, 'DSPTBL'), at: line.at });
      } else if (name === 'active power dispatch table') {
        const number = line.whole(0, 'TBL');
        once(tables, number, line, 'dispatch table');
        const type = line.whole(4, 'CTYP', LINEAR);
        if (type !== LINEAR)
          throw new InputError(
            `${line.at}: dispatch table ${number} has costs of type ${type}; type ${LINEAR} (piecewise linear) is read`,
          );
        tables.set(number, {
          curve: line.whole(6, 'CTBL'),
          fuel: line.number(3, 'FUELCOST', 1),
          at: line.at,
        });
      } else if (name === 'piecewise linear cost table') {
        const number = line.whole(0, 'LTBL');
        once(curves, number, line, 'cost table');
        curves.set(number, curveOf(line, lines));
      }
    }
  return units.map((unit) => {
    const name = unitName(unit);
    const dispatch = dispatches.get(name);
    if (dispatch === undefined) {
      if (!unit.on) return unit;
      throw new InputError(`${source.file}:1: unit ${name} has no dispatch, so no cost (${unit.at ?? ''})`);
    }
    const table = tables.get(dispatch.table);
    if (table === undefined)
      throw new InputError(
        `${dispatch.at}: unit ${name} names dispatch table ${dispatch.table}, which is missing`,
      );
    const curve = curves.get(table.curve);
    if (curve === undefined)
      throw new InputError(
        `${table.at}: dispatch table ${dispatch.table} names cost table ${table.curve}, which is missing`,
      );
    return { ...unit, cost: scaled(curve, table.fuel) };
  });
}

function curveOf(head: Line, lines: Lines): Cost {
  const count = head.whole(2, 'NPAIRS');
  if (count < 2) throw new InputError(`${head.at}: a cost table of ${count} points; at least 2 are needed`);
  const points: (readonly [number, number])[] = [];
  // The file says how many; it may end before.
  while (points.length < count) {
    const line = lines.need('a point of a cost table');
    points.push([line.number(0, 'MW'), line.number(1, 'cost')]);
  }
  return { kind: 'piecewise', points, at: head.at };
}

const scaled = (cost: Cost, factor: number): Cost =>
  cost.kind === 'piecewise' && factor !== 1
    ? { ...cost, points: cost.points.map(([MW, dollars]) => [MW, factor * dollars] as const) }
    : cost;

import { InputError } from '../core/errors.js';
import { checkLength, listOf, optionsOf, told } from '../core/given.js';
import { Column, type Expression, type Operand } from './expression.js';
import type { Row } from './row.js';
import type { GroupUse, Statement } from './statement.js';

/** The expression of one instance of a group in its variables and constants, written once for all. */
export type Template = (variables: readonly Expression[], constants: readonly Expression[]) => Operand;

/** Instances of a template; all lists have one entry an instance. */
export interface GroupOptions {
  /** For each variable of the template, the model's variable that it is. */
  readonly columns: readonly Iterable<Column>[];
  /** For each constant of the template, its values. */
  readonly constants?: readonly ArrayLike<number>[];
  /** The rows that the instances are added to; without them they are added to the objective. */
  readonly rows?: Iterable<Row>;
}

/** Makes the statement whose objective is the template, in so many variables and, behind them, constants. */
export type StateTemplate = (template: Template, variables: number, constants: number) => Statement;

/** The uses of a template: one for the instances whose variables all differ, one for each way in which some coincide. */
export function groupUses(
  template: Template,
  options: GroupOptions,
  column: (variable: Column) => number,
  row: (given: Row) => number,
  state: StateTemplate,
): GroupUse[] {
  const { columns, constants = [], rows } = optionsOf(options, 'group', ['columns', 'constants', 'rows']);
  if (typeof template !== 'function')
    throw new InputError(`group: the template is ${told(template)}, not a function`);
  const slots = listOf(columns, 'group: columns').map((list, i) =>
    Int32Array.from(listOf(list, `group: columns[${i}]`), (variable) => {
      if (!(variable instanceof Column))
        throw new InputError(`group: columns[${i}] holds more than variables`);
      return column(variable);
    }),
  );
  const tables = listOf(constants, 'group: constants').map((list, i) => {
    checkLength(list, `group: constants[${i}]`, undefined);
    return list;
  });
  const places = rows === undefined ? undefined : Int32Array.from(listOf(rows, 'group: rows'), row);
  const count = places?.length ?? slots[0]?.length ?? tables[0]?.length ?? 0;
  const expect = (what: string, length: number): void => {
    if (length !== count) throw new InputError(`group: ${what} has ${length} entries for ${count} instances`);
  };
  for (const [i, list] of slots.entries()) expect(`columns[${i}]`, list.length);
  for (const [i, list] of tables.entries()) {
    expect(`constants[${i}]`, list.length);
    for (let t = 0; t < count; t++)
      if (typeof list[t] !== 'number' || !Number.isFinite(list[t]))
        throw new InputError(
          `group: constants[${i}] of instance ${t} is ${told(list[t])}, not a finite number`,
        );
  }
  const uses: GroupUse[] = [];
  for (const [pattern, instances] of coincidences(slots, count)) {
    // The first slot of each variable, in order, and for each slot the one it coincides with.
    const distinct = pattern.flatMap((first, i) => (first === i ? [i] : []));
    const merged: Template = (variables, values) =>
      template(
        pattern.map((first) => variables[distinct.indexOf(first)]!),
        values,
      );
    uses.push({
      template: state(merged, distinct.length, tables.length),
      width: distinct.length,
      columns: table(
        instances,
        distinct.map((i) => slots[i]!),
        (length) => new Int32Array(length),
      ),
      constants: table(instances, tables, (length) => new Float64Array(length)),
      rows: Int32Array.from(instances, (t) => places?.[t] ?? -1),
    });
  }
  return uses;
}

/** Instances by which of their slots hold one variable: for each slot the first that does. */
function coincidences(slots: readonly Int32Array[], count: number): Iterable<[number[], number[]]> {
  const found = new Map<string, [number[], number[]]>();
  for (let t = 0; t < count; t++) {
    const pattern = slots.map((list, i) => slots.findIndex((other, k) => k <= i && other[t] === list[t]));
    const key = pattern.join();
    const known = found.get(key);
    if (known === undefined) found.set(key, [pattern, [t]]);
    else known[1].push(t);
  }
  return found.values();
}

/** Entries of the lists at these instances, instance by instance. */
function table<A extends Int32Array | Float64Array>(
  instances: readonly number[],
  lists: readonly ArrayLike<number>[],
  make: (length: number) => A,
): A {
  const out = make(instances.length * lists.length);
  let at = 0;
  for (const t of instances) for (const list of lists) out[at++] = list[t]!;
  return out;
}

import { Float64List, Int32List } from '../../core/lists.js';
import type { Ticker } from '../../core/ticker.js';
import type { ElementGroup, Problem } from '../../problem/problem.js';
import type { GroupUse } from '../statement.js';
import { affineForm, isAffine, withConstants } from './slots.js';

/** Collects what templates come down to, instance by instance. */
export class Instances {
  readonly row = new Int32List();
  readonly column = new Int32List();
  readonly value = new Float64List();
  readonly groups: ElementGroup[] = [];
  /** Plain constants of the objective, of rows and of the sums that templates add. */
  objectiveConstant = 0;
  readonly rowConstants: Float64Array;
  readonly sumConstants = new Float64List();

  /** For a problem of n variables and m rows, with `sums` sums of its own. */
  constructor(
    readonly n: number,
    readonly m: number,
    readonly sums: number,
    readonly sense: 1 | -1,
    readonly ticker: Ticker,
  ) {
    this.rowConstants = new Float64Array(m);
  }

  /** Adds all instances of a template; `parts` is what the template by itself comes down to, as an objective. */
  add(use: GroupUse, parts: Problem): void {
    const to = new Places(
      use,
      this.n,
      this.m,
      this.sums + this.sumConstants.length,
      parts.sums.constant.length,
    );
    for (let t = 0; t < to.count; t++) {
      this.ticker.tick();
      this.#constant(use.rows[t]!, parts.objectiveConstant);
      for (const constant of parts.sums.constant) this.sumConstants.push(constant);
    }
    const { row, column, value } = parts.linear;
    for (let k = 0; k < row.length; k++)
      for (let t = 0; t < to.count; t++)
        if (to.isGiven(column[k]!)) this.#constant(to.row(t, row[k]!), value[k]! * to.given(t, column[k]!));
        else this.#linear(to.row(t, row[k]!), to.column(t, column[k]!), value[k]!);
    for (const group of parts.groups)
      for (let k = 0; k < group.count; k++) this.#addTerm(termOf(group, k), to);
  }

  /** These triplets and those of the instances. */
  joined({ row, column, value }: Problem['linear']): Problem['linear'] {
    if (this.row.length === 0) return { row, column, value };
    this.row.append(row, 0, row.length);
    this.column.append(column, 0, column.length);
    this.value.append(value, 0, value.length);
    return { row: this.row.toArray(), column: this.column.toArray(), value: this.value.toArray() };
  }

  #linear(row: number, column: number, value: number): void {
    this.row.push(row);
    this.column.push(column);
    this.value.push(row < 0 ? this.sense * value : value);
  }

  #constant(row: number, value: number): void {
    if (row < 0) this.objectiveConstant += this.sense * value;
    else if (row < this.m) this.rowConstants[row]! += value;
    else this.sumConstants.data[row - this.m - this.sums]! += value;
  }

  #addTerm(term: Term, to: Places): void {
    const given = term.columns.map((column) => Number(to.isGiven(column)));
    if (!isAffine(term.shape, given)) {
      this.groups.push(this.#group(term, given, to));
      return;
    }
    for (let t = 0; t < to.count; t++) {
      this.ticker.tick();
      const numbers = Float64Array.from(term.columns, (column) =>
        to.isGiven(column) ? to.given(t, column) : 0,
      );
      const form = affineForm(term.shape, given, numbers, term.constants);
      const row = to.row(t, term.row);
      this.#constant(row, term.weight * form[0]!);
      for (let slot = 0; slot < given.length; slot++)
        if (given[slot] === 0)
          this.#linear(row, to.column(t, term.columns[slot]!), term.weight * form[1 + slot]!);
    }
  }

  #group(term: Term, marks: Int32Array, to: Places): ElementGroup {
    const own = term.columns.filter((column) => !to.isGiven(column));
    const given = term.columns.filter((column) => to.isGiven(column));
    const constantSlots = term.constants.length + given.length;
    const variables = new Int32Array(to.count * own.length);
    const constants = new Float64Array(to.count * constantSlots);
    const weight = new Float64Array(to.count);
    const row = new Int32Array(to.count);
    for (let t = 0; t < to.count; t++) {
      this.ticker.tick();
      row[t] = to.row(t, term.row);
      weight[t] = row[t]! < 0 ? this.sense * term.weight : term.weight;
      for (let i = 0; i < own.length; i++) variables[t * own.length + i] = to.column(t, own[i]!);
      constants.set(term.constants, t * constantSlots);
      for (let i = 0; i < given.length; i++)
        constants[t * constantSlots + term.constants.length + i] = to.given(t, given[i]!);
    }
    const shape = withConstants(term.shape, marks, term.constants.length);
    return {
      shape,
      count: to.count,
      variableSlots: own.length,
      constantSlots,
      variables,
      constants,
      weight,
      row,
    };
  }
}

/** One term of a template. */
interface Term extends Pick<ElementGroup, 'shape' | 'constants'> {
  readonly columns: Int32Array;
  readonly row: number;
  readonly weight: number;
}

function termOf(
  { shape, variables, variableSlots, constants, constantSlots, row, weight }: ElementGroup,
  k: number,
): Term {
  return {
    shape,
    columns: variables.slice(k * variableSlots, (k + 1) * variableSlots),
    constants: constants.slice(k * constantSlots, (k + 1) * constantSlots),
    row: row[k]!,
    weight: weight[k]!,
  };
}

/** Where the variables, constants and sums of a template stand in its instances. */
class Places {
  readonly count: number;
  readonly #width: number;
  readonly #constants: number;

  constructor(
    readonly use: GroupUse,
    readonly n: number,
    readonly m: number,
    /** Of the first instance. */
    readonly firstSum: number,
    readonly sums: number,
  ) {
    this.count = use.rows.length;
    this.#width = use.width;
    this.#constants = use.template.variables.lower.length - use.width;
  }

  /** Whether a column of the template is a constant. */
  isGiven(column: number): boolean {
    return column >= this.#width && column < this.#width + this.#constants;
  }

  given(t: number, column: number): number {
    return this.use.constants[t * this.#constants + column - this.#width]!;
  }

  column(t: number, column: number): number {
    if (column < this.#width) return this.use.columns[t * this.#width + column]!;
    return this.n + this.#sum(t, column - this.#width - this.#constants);
  }

  /** A template has no rows: what is not of its objective is of its sums. */
  row(t: number, row: number): number {
    return row < 0 ? this.use.rows[t]! : this.m + this.#sum(t, row);
  }

  #sum(t: number, k: number): number {
    return this.firstSum + t * this.sums + k;
  }
}

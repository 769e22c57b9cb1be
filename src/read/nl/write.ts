import { Budget, type BudgetLimits } from '../../core/budget.js';
import { InputError } from '../../core/errors.js';
import { optionsOf } from '../../core/given.js';
import { requireModel } from '../../model/given.js';
import type { Model } from '../../model/index.js';
import { type LinearByRow, linearByRow } from '../../problem/by-row.js';
import type { ElementGroup, Problem } from '../../problem/problem.js';
import { bySlots, type Template } from './write-shape.js';

/** The texts of an AMPL problem: the `.nl` file and, in its order, the names of columns and rows, one a line. */
export interface NlTexts {
  readonly nl: string;
  readonly col: string;
  readonly row: string;
}

/**
 * A model as an AMPL problem in text form, for any solver that reads one. Parameters are variables between equal bounds;
 * auxiliary sums are defined variables. Variables and rows stand in the order that the format wants, nonlinear ones first.
 * Throws {@link InputError} for a model with gray boxes, which no file can state, and for functions that AMPL lacks.
 * (D. M. Gay, "Writing .nl files", 2005.)
 */
export function writeNl(model: Model, options: { readonly limits?: BudgetLimits } = {}): NlTexts {
  requireModel(model, 'writeNl');
  const budget = new Budget(optionsOf(options, 'writeNl', ['limits']).limits);
  const problem = model.problem(undefined, budget);
  if (problem.grayBoxes.length > 0)
    throw new InputError(
      `writeNl: model '${model.name}' holds a network as a gray box, which a .nl file cannot state: build it with network(net, x, { formulation: 'full' })`,
    );
  return new Writer(problem, budget).texts();
}

/** A term of a row: a template with its slots filled. */
interface Term {
  readonly group: ElementGroup;
  readonly template: Template;
  readonly t: number;
}

class Writer {
  readonly #problem: Problem;
  readonly #n: number;
  readonly #m: number;
  readonly #linear: LinearByRow;
  /** Terms by block: the objective, rows, sums. */
  readonly #terms: Term[][];
  /** Place in the file by column of the problem, and back; likewise of rows. */
  readonly #column: Order;
  readonly #row: Order;
  readonly #counts: { readonly both: number; readonly rows: number; readonly objective: number };
  readonly #lines: string[] = [];
  /** Real columns below each block, those of sums included, sorted by place in the file. */
  readonly #columns: (readonly number[])[];
  readonly #nonlinear: (block: number) => boolean;

  constructor(problem: Problem, budget: Budget) {
    this.#problem = problem;
    const { variables, rows, sums } = problem;
    const n = variables.lower.length;
    const m = rows.lower.length;
    const K = sums.constant.length;
    this.#n = n;
    this.#m = m;
    this.#linear = linearByRow(problem);
    this.#terms = Array.from({ length: 1 + m + K }, () => []);
    for (const group of problem.groups) {
      const template = bySlots(group.shape);
      for (let t = 0; t < group.count; t++) this.#terms[1 + group.row[t]!]!.push({ group, template, t });
    }
    const ofBlocks = this.#columnsOfBlocks(budget);
    this.#nonlinear = (block) => this.#terms[block]!.length > 0 || this.#linearSums(block).length > 0;
    const inRows = new Uint8Array(n);
    const inObjective = new Uint8Array(n);
    for (let block = 0; block <= m; block++)
      for (const j of ofBlocks.nonlinear[block]!) (block === 0 ? inObjective : inRows)[j] = 1;
    const kind = (j: number): number => (inRows[j] ? (inObjective[j] ? 0 : 1) : inObjective[j] ? 2 : 3);
    this.#column = ordered(n, kind);
    this.#row = ordered(m, (i) => (this.#nonlinear(1 + i) ? 0 : 1));
    const count = (of: number): number => this.#column.list.filter((j) => kind(j) === of).length;
    const [both, rowsOnly, objectiveOnly] = [count(0), count(1), count(2)];
    const nlvc = both + rowsOnly;
    this.#counts = { both, rows: nlvc, objective: objectiveOnly > 0 ? nlvc + objectiveOnly : both };
    this.#columns = ofBlocks.all.map((columns) =>
      [...columns].sort((a, b) => this.#column.place[a]! - this.#column.place[b]!),
    );
  }

  texts(): NlTexts {
    this.#header();
    this.#definitions();
    for (const i of this.#row.list) this.#expression(`C${this.#row.place[i]}`, 1 + i, 0, 1);
    const { sense, objectiveConstant, variables, rows } = this.#problem;
    this.#expression(`O0 ${sense === 1 ? 0 : 1}`, 0, sense * objectiveConstant, sense);
    this.#start();
    if (this.#m > 0) {
      this.#lines.push('r');
      for (const i of this.#row.list) this.#lines.push(boundsLine(rows.lower[i]!, rows.upper[i]!));
    }
    this.#lines.push('b');
    for (const j of this.#column.list) this.#lines.push(boundsLine(variables.lower[j]!, variables.upper[j]!));
    this.#jacobian();
    const names = (list: Int32Array, of: readonly string[]): string =>
      Array.from(list, (k) => `${of[k]!.replaceAll(/[\r\n]+/g, ' ')}\n`).join('');
    return {
      nl: `${this.#lines.join('\n')}\n`,
      col: names(this.#column.list, variables.names),
      row: `${names(this.#row.list, rows.names)}objective\n`,
    };
  }

  #header(): void {
    const { rows, variables, sums, name } = this.#problem;
    const [n, m] = [this.#n, this.#m];
    let [ranges, equations] = [0, 0];
    for (let i = 0; i < m; i++) {
      if (rows.lower[i] === rows.upper[i]) equations++;
      else if (Number.isFinite(rows.lower[i]) && Number.isFinite(rows.upper[i])) ranges++;
    }
    const nonlinearRows = this.#row.list.filter((i) => this.#nonlinear(1 + i)).length;
    const nonzeros = this.#columns.slice(1, 1 + m).reduce((total, own) => total + own.length, 0);
    const longest = (names: readonly string[]): number =>
      names.reduce((most, own) => Math.max(most, own.length), 0);
    const { both, rows: nlvc, objective: nlvo } = this.#counts;
    this.#lines.push(
      `g3 1 1 0\t# problem ${name.replaceAll(/\s+/g, ' ')}`,
      ` ${n} ${m} 1 ${ranges} ${equations}\t# vars, constraints, objectives, ranges, eqns`,
      ` ${nonlinearRows} ${this.#nonlinear(0) ? 1 : 0}\t# nonlinear constraints, objectives`,
      ' 0 0\t# network constraints: nonlinear, linear',
      ` ${nlvc} ${nlvo} ${both}\t# nonlinear vars in constraints, objectives, both`,
      ' 0 0 0 1\t# linear network variables; functions; arith, flags',
      ' 0 0 0 0 0\t# discrete variables: binary, integer, nonlinear (b,c,o)',
      ` ${nonzeros} ${this.#columns[0]!.length}\t# nonzeros in Jacobian, gradients`,
      ` ${longest([...rows.names, 'objective'])} ${longest(variables.names)}\t# max name lengths: constraints, variables`,
      ` ${sums.constant.length} 0 0 0 0\t# common exprs: b,c,o,c1,o1`,
    );
  }

  /** Defined variables, in an order in which each uses those before it. */
  #definitions(): void {
    const { constant } = this.#problem.sums;
    for (let k = 0; k < constant.length; k++) {
      const block = 1 + this.#m + k;
      const own = this.#ownLinear(block);
      this.#lines.push(`V${this.#n + k} ${own.length} 0`);
      for (const [column, value] of own) this.#lines.push(`${this.#column.place[column]} ${number(value)}`);
      this.#tree(block, constant[k]!, 1);
    }
  }

  #expression(head: string, block: number, constant: number, factor: number): void {
    this.#lines.push(head);
    this.#tree(block, constant, factor);
  }

  /** The nonlinear part of a block, times `factor`, plus a constant. */
  #tree(block: number, constant: number, factor: number): void {
    const parts: (() => void)[] = [];
    const times = (weight: number, write: () => void): void => {
      if (weight !== 1) this.#lines.push('o2', `n${number(weight)}`);
      write();
    };
    for (const [column, value] of this.#linearSums(block))
      parts.push(() => times(factor * value, () => this.#lines.push(`v${column}`)));
    for (const { group, template, t } of this.#terms[block]!)
      parts.push(() =>
        times(factor * group.weight[t]!, () =>
          template(
            this.#lines,
            (slot) => this.#reference(group.variables[t * group.variableSlots + slot]!),
            (slot) => `n${number(group.constants[t * group.constantSlots + slot]!)}`,
          ),
        ),
      );
    if (constant !== 0 || parts.length === 0) parts.push(() => this.#lines.push(`n${number(constant)}`));
    if (parts.length === 2) this.#lines.push('o0');
    else if (parts.length > 2) this.#lines.push('o54', String(parts.length));
    for (const write of parts) write();
  }

  #reference(column: number): string {
    return `v${column < this.#n ? this.#column.place[column] : column}`;
  }

  #start(): void {
    const { start } = this.#problem.variables;
    this.#lines.push(`x${this.#n}`);
    for (const j of this.#column.list) this.#lines.push(`${this.#column.place[j]} ${number(start[j]!)}`);
  }

  /** Linear coefficients, 0 where a variable is there nonlinearly alone. */
  #jacobian(): void {
    const { sense } = this.#problem;
    const counts = new Int32Array(this.#n);
    for (let i = 0; i < this.#m; i++)
      for (const j of this.#columns[1 + i]!) counts[this.#column.place[j]!]!++;
    this.#lines.push(`k${this.#n - 1}`);
    let before = 0;
    for (let k = 0; k < this.#n - 1; k++) {
      before += counts[k]!;
      this.#lines.push(String(before));
    }
    const block = (head: string, b: number, factor: number): void => {
      const columns = this.#columns[b]!;
      if (columns.length === 0) return;
      const values = new Map<number, number>();
      for (const [j, value] of this.#ownLinear(b)) values.set(j, value + (values.get(j) ?? 0));
      this.#lines.push(`${head} ${columns.length}`);
      for (const j of columns)
        this.#lines.push(`${this.#column.place[j]} ${number(factor * (values.get(j) ?? 0) + 0)}`);
    };
    for (const i of this.#row.list) block(`J${this.#row.place[i]}`, 1 + i, 1);
    block('G0', 0, sense);
  }

  /** Linear terms of a block: those of variables, and those of auxiliary sums. */
  #ownLinear(block: number): (readonly [column: number, value: number])[] {
    return this.#linearTerms(block).filter(([column]) => column < this.#n);
  }

  #linearSums(block: number): (readonly [column: number, value: number])[] {
    return this.#linearTerms(block).filter(([column]) => column >= this.#n);
  }

  #linearTerms(block: number): (readonly [column: number, value: number])[] {
    const { start, column, value } = this.#linear;
    const [from, end] = [start[block]!, start[block + 1]!];
    return Array.from({ length: end - from }, (_, k) => [column[from + k]!, value[from + k]!] as const);
  }

  /** Real columns of every block, by way of sums too: all of them, and those that are there nonlinearly. */
  #columnsOfBlocks(budget: Budget): { all: ReadonlySet<number>[]; nonlinear: ReadonlySet<number>[] } {
    const [n, m] = [this.#n, this.#m];
    const blocks = this.#terms.length;
    const all = Array.from({ length: blocks }, () => new Set<number>());
    const nonlinear = Array.from({ length: blocks }, () => new Set<number>());
    // A sum uses only sums before it; rows and the objective use any.
    const order = [
      ...Array.from({ length: blocks - 1 - m }, (_, k) => 1 + m + k),
      ...Array.from({ length: 1 + m }, (_, b) => b),
    ];
    for (const b of order) {
      const under = (column: number): void => {
        const columns = column < n ? [column] : all[1 + m + column - n]!;
        for (const j of columns) {
          all[b]!.add(j);
          nonlinear[b]!.add(j);
        }
      };
      for (const [column] of this.#linearTerms(b)) {
        if (column >= n) under(column);
        else all[b]!.add(column);
      }
      for (const { group, t } of this.#terms[b]!)
        for (let slot = 0; slot < group.variableSlots; slot++)
          under(group.variables[t * group.variableSlots + slot]!);
      budget.take('jacobian', all[b]!.size, this.#problem.name);
    }
    return { all, nonlinear };
  }
}

interface Order {
  /** What stands at each place. */
  readonly list: Int32Array;
  /** Where each stands. */
  readonly place: Int32Array;
}

/** 0 … count − 1 by kind, each kind in its order. */
function ordered(count: number, kind: (k: number) => number): Order {
  const list = Int32Array.from({ length: count }, (_, k) => k).sort((a, b) => kind(a) - kind(b) || a - b);
  const place = new Int32Array(count);
  list.forEach((k, at) => {
    place[k] = at;
  });
  return { list, place };
}

function boundsLine(lower: number, upper: number): string {
  if (lower === upper) return `4 ${number(lower)}`;
  const [low, high] = [lower > Number.NEGATIVE_INFINITY, upper < Number.POSITIVE_INFINITY];
  if (low && high) return `0 ${number(lower)} ${number(upper)}`;
  if (low) return `2 ${number(lower)}`;
  return high ? `1 ${number(upper)}` : '3';
}

/** The shortest text that reads back as the same number. */
const number = (value: number): string => (Object.is(value, -0) ? '0' : String(value));

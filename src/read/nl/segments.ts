import { type BoundArrays, readBounds } from './bounds.js';
import { type Algebra, finite, readExpression, type Scope } from './expressions.js';
import type { NlHeader } from './header.js';
import { type Lexer, letter } from './lexer.js';
import { LinearRows } from './linear.js';
import { readSuffix, type Suffix } from './suffixes.js';

/** Everything that follows the header, with expressions in the reader's caller's own nodes. */
export interface Body<E> {
  readonly rows: readonly E[];
  readonly objectives: readonly { readonly maximize: boolean; readonly expression: E }[];
  readonly jacobian: LinearRows;
  readonly gradients: LinearRows;
  readonly rowBounds: BoundArrays;
  readonly variableBounds: BoundArrays;
  /** NaN where the file gives no start. */
  readonly start: Float64Array;
  /** AMPL's duals; NaN where the file gives none; undefined without a d segment. */
  readonly duals: Float64Array | undefined;
  readonly suffixes: readonly Suffix[];
  /** Contradictions that leave the problem itself unambiguous. */
  readonly warnings: readonly string[];
}

/** Reads all segments up to the end of the file and checks that they are what the header announced. */
export function readBody<E>(lexer: Lexer, header: NlHeader, algebra: Algebra<E>): Body<E> {
  const reader = new SegmentReader(lexer, header, algebra);
  reader.readAll();
  return reader.finish();
}

class SegmentReader<E> {
  private readonly rows: (E | undefined)[];
  private readonly objectives: ({ maximize: boolean; expression: E } | undefined)[];
  private readonly jacobian: LinearRows;
  private readonly gradients: LinearRows;
  private readonly mark: Int32Array;
  private readonly columnCounts: Int32Array;
  private announcedColumns: Int32Array | undefined;
  private rowBounds: BoundArrays | undefined;
  private variableBounds: BoundArrays | undefined;
  private start: Float64Array | undefined;
  private duals: Float64Array | undefined;
  private readonly suffixes: Suffix[] = [];
  private readonly scope: Scope<E>;

  constructor(
    private readonly lexer: Lexer,
    private readonly header: NlHeader,
    algebra: Algebra<E>,
  ) {
    this.rows = new Array(header.constraints).fill(undefined);
    this.objectives = new Array(header.objectives).fill(undefined);
    this.jacobian = new LinearRows(header.constraints, header.jacobianNonzeros);
    this.gradients = new LinearRows(header.objectives, header.gradientNonzeros);
    this.mark = new Int32Array(header.variables).fill(-1);
    this.columnCounts = new Int32Array(header.variables);
    this.scope = { variables: header.variables, defined: new Map(), functions: new Map(), algebra };
  }

  readAll(): void {
    const lexer: Lexer = this.lexer;
    for (;;) {
      const code = lexer.key();
      if (code < 0) return;
      switch (String.fromCharCode(code)) {
        case 'C':
          this.readRow();
          break;
        case 'O':
          this.readObjective();
          break;
        case 'V':
          this.readDefinedVariable();
          break;
        case 'F':
          this.readFunction();
          break;
        case 'J':
          this.readLinear(this.jacobian, this.header.constraints, 'constraint', 0);
          break;
        case 'G':
          this.readLinear(this.gradients, this.header.objectives, 'objective', this.header.constraints);
          break;
        case 'r':
          lexer.endRecord();
          if (this.rowBounds) lexer.fail('a second r segment');
          this.rowBounds = readBounds(lexer, this.header.constraints, 'constraint');
          break;
        case 'b':
          lexer.endRecord();
          if (this.variableBounds) lexer.fail('a second b segment');
          this.variableBounds = readBounds(lexer, this.header.variables, 'variable');
          break;
        case 'k':
          this.readColumnCounts(true);
          break;
        case 'K':
          this.readColumnCounts(false);
          break;
        case 'x':
          if (this.start) lexer.fail('a second x segment');
          this.start = this.readValues(this.header.variables, 'variable');
          break;
        case 'd':
          if (this.duals) lexer.fail('a second d segment');
          this.duals = this.readValues(this.header.constraints, 'constraint');
          break;
        case 'S':
          this.suffixes.push(
            readSuffix(lexer, [this.header.variables, this.header.constraints, this.header.objectives, 1]),
          );
          break;
        case 'L':
          lexer.fail('a logical constraint: not supported, reformulate it with continuous variables');
          break;
        default:
          lexer.fail(`expected a segment (C L V F G J O S r b k K x d), found ${letter(code)}`);
      }
    }
  }

  finish(): Body<E> {
    const { header } = this;
    const lexer: Lexer = this.lexer;
    const missing = this.rows.indexOf(undefined);
    if (missing >= 0) lexer.fail(`constraint ${missing} has no C segment: is the file truncated?`);
    const missingObjective = this.objectives.indexOf(undefined);
    if (missingObjective >= 0)
      lexer.fail(`objective ${missingObjective} has no O segment: is the file truncated?`);
    const none = { lower: new Float64Array(0), upper: new Float64Array(0) };
    const rowBounds = this.rowBounds ?? (header.constraints === 0 ? none : undefined);
    if (!rowBounds) lexer.fail('no r segment (bounds of the constraints): is the file truncated?');
    const variableBounds = this.variableBounds ?? (header.variables === 0 ? none : undefined);
    if (!variableBounds) lexer.fail('no b segment (bounds of the variables): is the file truncated?');
    const warnings = this.checkCounts();
    return {
      rows: this.rows as E[],
      objectives: this.objectives as { maximize: boolean; expression: E }[],
      jacobian: this.jacobian,
      gradients: this.gradients,
      rowBounds,
      variableBounds,
      start: this.start ?? new Float64Array(header.variables).fill(Number.NaN),
      duals: this.duals,
      suffixes: this.suffixes,
      warnings,
    };
  }

  private readRow(): void {
    const row = this.index(this.header.constraints, 'constraint');
    this.lexer.endRecord();
    if (this.rows[row] !== undefined) this.lexer.fail(`constraint ${row} has two C segments`);
    this.rows[row] = readExpression(this.lexer, this.scope);
  }

  private readObjective(): void {
    const lexer: Lexer = this.lexer;
    const objective = this.index(this.header.objectives, 'objective');
    const sense = lexer.integer('0 (minimize) or 1 (maximize)');
    if (sense !== 0 && sense !== 1) lexer.fail(`expected 0 (minimize) or 1 (maximize), found ${sense}`);
    lexer.endRecord();
    if (this.objectives[objective]) lexer.fail(`objective ${objective} has two O segments`);
    this.objectives[objective] = { maximize: sense === 1, expression: readExpression(lexer, this.scope) };
  }

  /** `V i k j`: defined variable i = k linear terms + expression; j tells where it is used. */
  private readDefinedVariable(): void {
    const { scope, header } = this;
    const lexer: Lexer = this.lexer;
    const first = header.variables;
    const index = lexer.integer('the index of a defined variable');
    if (index < first || index >= first + header.definedVariables)
      lexer.fail(
        `defined variable ${index} outside ${first}..${first + header.definedVariables - 1}, as the header has ${header.definedVariables} common expressions`,
      );
    if (scope.defined.has(index)) lexer.fail(`variable ${index} is defined twice`);
    const count = lexer.integer('the number of linear terms');
    if (count < 0 || count * lexer.least.pair > lexer.size)
      lexer.fail(`${count} linear terms cannot stand in this file`);
    lexer.integer('where the defined variable is used');
    lexer.endRecord();
    const terms: E[] = [];
    for (let k = 0; k < count; k++) {
      const column = lexer.integer('the index of a variable');
      const base = column >= 0 && column < first ? scope.algebra.variable(column) : scope.defined.get(column);
      if (base === undefined) lexer.fail(`variable ${column} is not defined above`);
      const coefficient = finite(lexer, lexer.real('a coefficient'));
      lexer.endRecord();
      terms.push(
        coefficient === 1
          ? base
          : scope.algebra.apply('multiply', [scope.algebra.constant(coefficient), base]),
      );
    }
    const expression = readExpression(lexer, scope);
    scope.defined.set(
      index,
      terms.length === 0 ? expression : scope.algebra.apply('sum', [...terms, expression]),
    );
  }

  private readFunction(): void {
    const lexer: Lexer = this.lexer;
    const index = this.index(this.header.functions, 'function');
    const kind = lexer.integer('the kind of a function');
    if (kind < 0 || kind > 7) lexer.fail(`expected the kind of a function (0 or 1), found ${kind}`);
    lexer.integer('the number of arguments');
    const name = lexer.word('the name of a function');
    lexer.endRecord();
    if (this.scope.functions.has(index)) lexer.fail(`function ${index} is declared twice`);
    this.scope.functions.set(index, name);
  }

  private readLinear(rows: LinearRows, size: number, what: string, stampOffset: number): void {
    const lexer: Lexer = this.lexer;
    const row = this.index(size, what);
    const count = lexer.integer('the number of linear terms');
    if (count < 0 || count > this.header.variables)
      lexer.fail(`${count} terms in a row of ${this.header.variables} variables`);
    if (count * lexer.least.pair > lexer.size) lexer.fail(`${count} linear terms cannot stand in this file`);
    lexer.endRecord();
    if (rows.has(row)) lexer.fail(`${what} ${row} has two linear parts`);
    const first = rows.used;
    rows.read(lexer, row, count, this.header.variables, this.mark, stampOffset + row);
    if (rows === this.jacobian)
      for (let k = first; k < rows.used; k++) this.columnCounts[rows.column[k]!]! += 1;
  }

  /** k: number of Jacobian nonzeros in columns 0..i, for all but the last column; K: in column i. */
  private readColumnCounts(cumulative: boolean): void {
    const lexer: Lexer = this.lexer;
    // Without variables, some writers put -1 and others 0.
    const count = Math.max(0, lexer.integer('the number of column counts'));
    const expected = Math.max(0, this.header.variables - 1);
    if (count !== expected) lexer.fail(`expected ${expected} column counts, found ${count}`);
    lexer.endRecord();
    if (this.announcedColumns) lexer.fail('a second k segment');
    const counts = new Int32Array(count);
    let before = 0;
    for (let k = 0; k < count; k++) {
      const value = lexer.integer('a column count');
      counts[k] = cumulative ? value - before : value;
      if (counts[k]! < 0 || counts[k]! > this.header.constraints)
        lexer.fail(`column ${k} has ${counts[k]} nonzeros in ${this.header.constraints} rows`);
      before = value;
      lexer.endRecord();
    }
    this.announcedColumns = counts;
  }

  private readValues(size: number, what: string): Float64Array {
    const lexer: Lexer = this.lexer;
    const count = lexer.integer(`the number of initial values`);
    if (count < 0 || count > size) lexer.fail(`${count} initial values for ${size} ${what}s`);
    lexer.endRecord();
    const values = new Float64Array(size).fill(Number.NaN);
    for (let k = 0; k < count; k++) {
      const index = this.index(size, what);
      values[index] = finite(lexer, lexer.real('an initial value'));
      lexer.endRecord();
    }
    return values;
  }

  private index(size: number, what: string): number {
    const index = this.lexer.integer(`the index of a ${what}`);
    if (index < 0 || index >= size) this.lexer.fail(`${what} ${index} outside the ${size} ${what}s`);
    return index;
  }

  /** The counts of the header and of the k segment must be those of the J and G segments. */
  private checkCounts(): string[] {
    const { header } = this;
    const lexer: Lexer = this.lexer;
    const found = [this.jacobian.used, this.gradients.used] as const;
    const announced = [header.jacobianNonzeros, header.gradientNonzeros] as const;
    if (this.announcedColumns)
      for (let k = 0; k < this.announcedColumns.length; k++)
        if (this.announcedColumns[k] !== this.columnCounts[k])
          lexer.fail(
            `the k segment gives column ${k} ${this.announcedColumns[k]} nonzeros, the J segments ${this.columnCounts[k]}`,
          );
    if (found[0] === announced[0] && found[1] === announced[1]) return [];
    if (nonzerosStandInLineSeven(header, found))
      return [
        'the nonzero counts stand in line 7 of the header (discrete variables), line 8 has none: read as continuous',
      ];
    lexer.fail(
      `the header announces ${announced[0]} Jacobian and ${announced[1]} gradient nonzeros, the J and G segments hold ${found[0]} and ${found[1]}: is the file truncated?`,
    );
  }
}

/**
 * Some hand-made files omit the header's line of discrete variables: the nonzero counts are then in line 7, zeros
 * follow in line 8, and the segments agree with line 7 alone.
 */
function nonzerosStandInLineSeven(header: NlHeader, found: readonly [number, number]): boolean {
  return (
    header.jacobianNonzeros === 0 &&
    header.gradientNonzeros === 0 &&
    header.discrete.length === 2 &&
    header.nonlinearVariables[2] < 0 &&
    header.discrete[0] === found[0] &&
    header.discrete[1] === found[1]
  );
}

/** The discrete variables that the problem truly has. */
export function discreteCount<E>(header: NlHeader, body: Body<E>): number {
  const found = [body.jacobian.used, body.gradients.used] as const;
  if (body.warnings.length > 0 && nonzerosStandInLineSeven(header, found)) return 0;
  return header.discrete.reduce((sum, value) => sum + value, 0);
}

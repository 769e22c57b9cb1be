/** An expression in .nl terms: a number, a variable, or an operator by its number in the file. */
export type Tree = number | { readonly v: number } | { readonly o: number; readonly args: readonly Tree[] };

export const v = (index: number): Tree => ({ v: index });
export const o = (code: number, ...args: Tree[]): Tree => ({ o: code, args });

export interface Row {
  readonly tree: Tree;
  readonly linear?: readonly (readonly [number, number])[];
  readonly lower?: number;
  readonly upper?: number;
}

export interface Spec {
  readonly variables: readonly {
    readonly lower?: number;
    readonly upper?: number;
    readonly start?: number;
  }[];
  readonly rows: readonly Row[];
  readonly objectives: readonly (Pick<Row, 'tree' | 'linear'> & { readonly maximize?: boolean })[];
  readonly defined?: readonly {
    readonly linear: readonly (readonly [number, number])[];
    readonly tree: Tree;
  }[];
  readonly duals?: readonly (readonly [number, number])[];
  readonly suffixes?: readonly {
    readonly kind: number;
    readonly name: string;
    readonly values: readonly (readonly [number, number])[];
  }[];
  readonly discrete?: readonly number[];
}

export type Encoding = 'text' | 'little' | 'big';

const counted = new Set([11, 12, 54, 70, 71]);

/** Collects records in one of the encodings. */
class Sink {
  private readonly chunks: Buffer[] = [];
  constructor(private readonly encoding: Encoding) {}

  /** A record: its letter, then values; `r…` marks reals, `w` words. */
  record(letter: string, ...values: (number | { real: number } | { word: string })[]): void {
    if (this.encoding === 'text') {
      const words = values.map((value) =>
        typeof value === 'number' ? String(value) : 'real' in value ? real(value.real) : value.word,
      );
      const glue = letter === '' || /[0-5]/.test(letter) ? ' ' : '';
      const line = words.length === 0 ? letter : `${letter}${letter === '' ? '' : glue}${words.join(' ')}`;
      this.chunks.push(Buffer.from(`${line}\n`));
      return;
    }
    this.chunks.push(Buffer.from(letter));
    for (const value of values) {
      if (typeof value === 'number') this.integer(value);
      else if ('real' in value) {
        const bytes = Buffer.alloc(8);
        if (this.encoding === 'little') bytes.writeDoubleLE(value.real);
        else bytes.writeDoubleBE(value.real);
        this.chunks.push(bytes);
      } else {
        this.integer(value.word.length);
        this.chunks.push(Buffer.from(value.word));
      }
    }
  }

  plain(text: string): void {
    this.chunks.push(Buffer.from(text));
  }

  bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.chunks));
  }

  private integer(value: number): void {
    const bytes = Buffer.alloc(4);
    if (this.encoding === 'little') bytes.writeInt32LE(value);
    else bytes.writeInt32BE(value);
    this.chunks.push(bytes);
  }
}

const real = (value: number): string =>
  Number.isFinite(value) ? String(value) : value > 0 ? 'Infinity' : '-Infinity';

/** The bytes of a .nl file that says `spec`, as AMPL lays it out. */
export function writeNl(spec: Spec, encoding: Encoding = 'text'): Uint8Array {
  const sink = new Sink(encoding);
  const n = spec.variables.length;
  const linear = (row: { readonly linear?: readonly (readonly [number, number])[] }) => row.linear ?? [];
  const nonzeros = spec.rows.reduce((sum, row) => sum + linear(row).length, 0);
  const gradient = spec.objectives.reduce((sum, row) => sum + linear(row).length, 0);
  const arithmetic = { text: 0, little: 1, big: 2 }[encoding];
  sink.plain(
    [
      `${encoding === 'text' ? 'g' : 'b'}3 1 1 0\t# problem test`,
      ` ${n} ${spec.rows.length} ${spec.objectives.length} 0 0`,
      ` ${spec.rows.length} ${spec.objectives.length}`,
      ' 0 0',
      ` ${n} ${n} ${n}`,
      ` 0 0 ${arithmetic} 1`,
      ` ${(spec.discrete ?? [0, 0, 0, 0, 0]).join(' ')}`,
      ` ${nonzeros} ${gradient}`,
      ' 0 0',
      ` ${spec.defined?.length ?? 0} 0 0 0 0`,
      '',
    ].join('\n'),
  );
  for (const suffix of spec.suffixes ?? []) {
    sink.record('S', suffix.kind, suffix.values.length, { word: suffix.name });
    for (const [index, value] of suffix.values)
      sink.record('', index, suffix.kind & 4 ? { real: value } : value);
  }
  (spec.defined ?? []).forEach((defined, k) => {
    sink.record('V', n + k, defined.linear.length, 0);
    for (const [column, value] of defined.linear) sink.record('', column, { real: value });
    writeTree(sink, defined.tree);
  });
  spec.rows.forEach((row, i) => {
    sink.record('C', i);
    writeTree(sink, row.tree);
  });
  spec.objectives.forEach((objective, i) => {
    sink.record('O', i, objective.maximize ? 1 : 0);
    writeTree(sink, objective.tree);
  });
  if (spec.duals) writePairs(sink, 'd', spec.duals);
  const starts = spec.variables.flatMap(({ start }, i) => (start === undefined ? [] : [[i, start] as const]));
  if (starts.length > 0) writePairs(sink, 'x', starts);
  if (spec.rows.length > 0) {
    sink.record('r');
    for (const row of spec.rows) writeBound(sink, row.lower, row.upper);
  }
  sink.record('b');
  for (const variable of spec.variables) writeBound(sink, variable.lower, variable.upper);
  sink.record('k', n - 1);
  const columns = new Array(n).fill(0);
  for (const row of spec.rows) for (const [column] of linear(row)) columns[column]++;
  let before = 0;
  for (let k = 0; k < n - 1; k++) {
    before += columns[k];
    sink.record('', before);
  }
  spec.rows.forEach((row, i) => {
    if (linear(row).length > 0) writePairs(sink, 'J', linear(row), i);
  });
  spec.objectives.forEach((row, i) => {
    if (linear(row).length > 0) writePairs(sink, 'G', linear(row), i);
  });
  return sink.bytes();
}

function writePairs(
  sink: Sink,
  letter: string,
  pairs: readonly (readonly [number, number])[],
  index?: number,
): void {
  if (index === undefined) sink.record(letter, pairs.length);
  else sink.record(letter, index, pairs.length);
  for (const [column, value] of pairs) sink.record('', column, { real: value });
}

function writeBound(sink: Sink, lower = Number.NEGATIVE_INFINITY, upper = Number.POSITIVE_INFINITY): void {
  if (lower === upper) sink.record('4', { real: lower });
  else if (Number.isFinite(lower) && Number.isFinite(upper))
    sink.record('0', { real: lower }, { real: upper });
  else if (Number.isFinite(lower)) sink.record('2', { real: lower });
  else if (Number.isFinite(upper)) sink.record('1', { real: upper });
  else sink.record('3');
}

function writeTree(sink: Sink, root: Tree): void {
  const pending: Tree[] = [root];
  while (pending.length > 0) {
    const tree = pending.pop()!;
    if (typeof tree === 'number') sink.record('n', { real: tree });
    else if ('v' in tree) sink.record('v', tree.v);
    else {
      sink.record('o', tree.o);
      if (counted.has(tree.o)) sink.record('', tree.args.length);
      for (let k = tree.args.length - 1; k >= 0; k--) pending.push(tree.args[k]!);
    }
  }
}

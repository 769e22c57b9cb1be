/** A .sol file as AMPL and Pyomo read it. */
export interface Sol {
  readonly message: string;
  readonly options: readonly number[];
  readonly duals: readonly number[];
  readonly x: readonly number[];
  readonly objective: number;
  readonly code: number;
  readonly suffixes: Readonly<Record<string, Readonly<Record<number, number>>>>;
}

/** Reads a .sol file by its description in "Hooking your solver to AMPL", independently of what writes it. */
export function parseSol(text: string): Sol {
  const lines = text.split('\n');
  let at = 0;
  const next = (): string => {
    const line = lines[at++];
    if (line === undefined) throw new Error('the .sol file ends early');
    return line;
  };
  const message: string[] = [];
  for (let line = next(); line !== ''; line = next()) message.push(line);
  if (next() !== 'Options') throw new Error('no Options line');
  let count = Number(next());
  const withTolerance = count > 4;
  if (withTolerance) count -= 2;
  const options = Array.from({ length: count }, () => Number(next()));
  const [, duals, , variables] = [next(), next(), next(), next()].map(Number);
  if (withTolerance) next();
  const y = Array.from({ length: duals! }, () => Number(next()));
  const x = Array.from({ length: variables! }, () => Number(next()));
  const [word, objective, code] = next().split(' ');
  if (word !== 'objno') throw new Error(`expected objno, found ${word}`);
  const suffixes: Record<string, Record<number, number>> = {};
  while (at < lines.length && lines[at] !== '') {
    const [keyword, kind, entries, , table] = next().split(' ');
    if (keyword !== 'suffix' || kind !== '4' || table !== '0')
      throw new Error('not a real suffix on variables');
    const own: Record<number, number> = {};
    suffixes[next()] = own;
    for (let k = 0; k < Number(entries); k++) {
      const [index, value] = next().split(' ').map(Number);
      own[index!] = value!;
    }
  }
  return {
    message: message.join('\n').trim(),
    options,
    duals: y,
    x,
    objective: Number(objective),
    code: Number(code),
    suffixes,
  };
}

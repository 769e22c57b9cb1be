import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What Ipopt 3.14.11 with MUMPS answered on the AMPL model of one problem. */
export interface Reference {
  readonly variables: number;
  readonly equalities: number;
  readonly inequalities: number;
  readonly solved: boolean;
  readonly objective: number;
  readonly iterations: number;
}

/** The reference table `hs/reference.csv` below a data folder, by problem; undefined where it is missing. */
export function readReference(folder: string): ReadonlyMap<string, Reference> | undefined {
  const file = join(folder, 'hs', 'reference.csv');
  if (!existsSync(file)) return undefined;
  const [heading, ...lines] = readFileSync(file, 'utf8').trim().split(/\r?\n/);
  const columns = heading!.split(',');
  return new Map(
    lines.map((line) => {
      const cells = line.split(',');
      const cell = (name: string) => cells[columns.indexOf(name)]!;
      return [
        cell('problem'),
        {
          variables: Number(cell('variables')),
          equalities: Number(cell('equalities')),
          inequalities: Number(cell('inequalities')),
          solved: cell('exit').startsWith('Optimal'),
          objective: Number(cell('objective')),
          iterations: Number(cell('iterations')),
        },
      ];
    }),
  );
}

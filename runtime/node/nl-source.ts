import type { BudgetLimits } from '../../src/core/budget.js';
import type { NlFile } from '../../src/read/nl.js';
import { provideSource, type Source } from '../source.js';
import { readNl } from './read-nl.js';

/** How a .nl file is read. */
export interface NlReading {
  /** Which objective, from 1; 0 for none. Default: the first, where there is one. */
  readonly objective?: number;
  readonly relax: boolean;
  /** Maximize what the file minimizes and the other way round. */
  readonly reverse: boolean;
  /** Start from the multipliers in the file. */
  readonly warm: boolean;
  readonly limits?: BudgetLimits | undefined;
}

/** A .nl file that the solver's thread reads. */
export interface NlSource extends Source {
  readonly source: 'nl';
  readonly path: string;
  readonly reading: NlReading;
}

/** What a .nl file tells besides its problem. */
export type NlFacts = Pick<NlFile, 'sense' | 'objective' | 'warnings'>;

provideSource<NlSource>('nl', ({ path, reading }, limits) => {
  const { warm, ...options } = reading;
  const file = readNl(path, { ...options, until: limits });
  const { start, multipliers, sense, objective, warnings } = file;
  return {
    problem: file.model.statement(),
    start,
    ...(warm && multipliers && { warmStart: { multipliers } }),
    facts: { sense, objective, warnings } satisfies NlFacts,
  };
});

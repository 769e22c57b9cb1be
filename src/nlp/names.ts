import type { Bounds, Nlp } from './contract.js';

/** Entry `k` of the variables or rows as messages call it: by its name, or by its index where it has none. */
export const nameOf = (kind: 'variable' | 'row', { names }: Bounds, k: number): string =>
  names?.[k] === undefined ? `${kind} ${k}` : `${kind} '${names[k]}'`;

export const rowName = (nlp: Pick<Nlp, 'constraints'>, i: number): string =>
  nameOf('row', nlp.constraints, i);
export const columnName = (nlp: Pick<Nlp, 'variables'>, j: number): string =>
  nameOf('variable', nlp.variables, j);

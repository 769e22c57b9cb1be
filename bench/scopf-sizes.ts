import { markdown } from './markdown.js';

/** One solve with a surrogate of some size; seconds. */
export interface SizeRow {
  readonly size: string;
  readonly parameters: number;
  readonly trained: boolean;
  readonly formulation: string;
  readonly status: string;
  readonly objective: number;
  readonly iterations: number;
  readonly seconds: {
    readonly total: number;
    readonly oracle: number;
    readonly linear: number;
    readonly other: number;
  };
  readonly variables: number;
  readonly hessianNonzeros: number;
}

const seconds = (value: number): string => value.toFixed(2);

/** Solves by size of the surrogate, as a Markdown table. */
export const sizesTable = (rows: readonly SizeRow[]): string =>
  markdown(
    [
      'network',
      'parameters',
      'space',
      'variables',
      'Hessian',
      'status',
      '$/h',
      'iterations',
      'seconds',
      'oracle',
      'linear',
      'other',
    ],
    rows.map((row) => [
      `${row.size}${row.trained ? '' : ', untrained'}`,
      row.parameters,
      row.formulation,
      row.variables,
      row.hessianNonzeros,
      row.status,
      row.objective.toFixed(2),
      row.iterations,
      seconds(row.seconds.total),
      seconds(row.seconds.oracle),
      seconds(row.seconds.linear),
      seconds(row.seconds.other),
    ]),
  );

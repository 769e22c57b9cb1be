import type { Statement } from '../src/model/statement.js';
import type { Problem } from '../src/problem/problem.js';
import type { Source } from './source.js';

/** A problem, a model that is taken apart where the task runs, or a source that is read there. */
export type Stated = Problem | Statement | Source;

export const isSource = (stated: Stated): stated is Source => 'source' in stated;

/** Numbers of variables and rows. */
export const dimensionsOf = (stated: Stated): Source['size'] =>
  isSource(stated)
    ? stated.size
    : { variables: stated.variables.lower.length, constraints: stated.rows.lower.length };

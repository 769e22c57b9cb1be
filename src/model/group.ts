import type { ElementGroup, Shape } from '../problem/problem.js';
import type { Term } from './term.js';

interface Growing {
  readonly shape: Shape;
  readonly variableSlots: number;
  readonly constantSlots: number;
  readonly variables: number[];
  readonly constants: number[];
  readonly weight: number[];
  readonly row: number[];
}

/** Collects terms by shape. */
export class Grouper {
  readonly #groups = new Map<number, Growing>();

  add(row: number, weight: number, term: Term): void {
    let group = this.#groups.get(term.key);
    if (group === undefined) {
      group = {
        shape: term.shape(),
        variableSlots: term.variables.length,
        constantSlots: term.constants.length,
        variables: [],
        constants: [],
        weight: [],
        row: [],
      };
      this.#groups.set(term.key, group);
    }
    for (const column of term.variables) group.variables.push(column);
    for (const value of term.constants) group.constants.push(value);
    group.weight.push(weight);
    group.row.push(row);
  }

  groups(): ElementGroup[] {
    return Array.from(this.#groups.values(), (group) => ({
      shape: group.shape,
      count: group.row.length,
      variableSlots: group.variableSlots,
      constantSlots: group.constantSlots,
      variables: Int32Array.from(group.variables),
      constants: Float64Array.from(group.constants),
      weight: Float64Array.from(group.weight),
      row: Int32Array.from(group.row),
    }));
  }
}

import { Call, type Expression, type Owner } from './expression.js';
import { expressions } from './nodes.js';
import type { Source } from './source.js';

/** The sum of the entries of a recipe, which are made when they are looked at. */
export class Total extends Call {
  readonly op = 'add';
  readonly owner: Owner | undefined;
  #args: readonly Expression[] | undefined;

  constructor(readonly source: Source) {
    super();
    this.owner = source.owner;
  }

  get args(): readonly Expression[] {
    this.#args ??= this.#made();
    return this.#args;
  }

  #made(): readonly Expression[] {
    const sum = expressions.sum(this.source.elements);
    return sum instanceof Call && sum.op === 'add' ? sum.args : [sum];
  }
}

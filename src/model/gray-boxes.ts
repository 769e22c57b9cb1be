import { InputError } from '../core/errors.js';
import { listOf, nameOf, optionsOf } from '../core/given.js';
import type { GrayBoxUse } from '../problem/problem.js';
import { Column } from './expression.js';
import type { GrayBoxOptions } from './model-options.js';

/** What stands for gray boxes, and their uses. */
export class GrayBoxes {
  readonly tokens: unknown[] = [];
  readonly uses: GrayBoxUse[] = [];

  /** One more use, its rows from `firstRow` on; `indexOf` refuses what is foreign. */
  add(
    options: GrayBoxOptions,
    firstRow: number,
    indexOf: (column: Column, where: string) => number,
  ): { readonly name: string; readonly use: GrayBoxUse } {
    const {
      box,
      inputs,
      outputs,
      name = 'graybox',
    } = optionsOf(options, 'addGrayBox', ['box', 'inputs', 'outputs', 'name']);
    nameOf(name, 'a gray box');
    const where = `gray box '${name}'`;
    const indices = (variables: Iterable<Column>): Int32Array =>
      Int32Array.from(listOf(variables, `${where}: a list of variables`), (variable) => {
        if (!(variable instanceof Column)) throw new InputError(`${where} connects variables only`);
        return indexOf(variable, where);
      });
    const columns = { inputs: indices(inputs), outputs: indices(outputs), firstRow };
    if (new Set(columns.outputs).size < columns.outputs.length)
      throw new InputError(`${where}: an output variable occurs twice`);
    let index = this.tokens.indexOf(box);
    if (index < 0) index = this.tokens.push(box) - 1;
    const use = { box: index, ...columns };
    this.uses.push(use);
    return { name, use };
  }

  /** Takes out uses whose rows begin from `first` to `end − 1`, and boxes that are not used any more. */
  withdraw(first: number, end: number): void {
    const left = this.uses.filter(({ firstRow }) => firstRow < first || firstRow >= end);
    const tokens = this.tokens.filter((_, k) => left.some(({ box }) => box === k));
    const moved = left.map((use) => ({ ...use, box: tokens.indexOf(this.tokens[use.box]) }));
    replace(this.uses, moved);
    replace(this.tokens, tokens);
  }
}

/** Puts other entries into a list; there may be more than a call takes arguments. */
function replace<T>(list: T[], entries: readonly T[]): void {
  list.length = 0;
  for (const entry of entries) list.push(entry);
}

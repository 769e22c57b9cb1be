import { InputError } from '../core/errors.js';
import { told } from '../core/given.js';
import { ExpressionArray } from './array.js';
import { Column, type Owner, Parameter, Variable } from './expression.js';
import { shapeText } from './extents.js';
import { ParameterArray } from './parameters.js';
import { VariableArray } from './variables.js';

/** What has a name of its own. */
export type Handle = Variable | VariableArray | Parameter | ParameterArray;

/** Variables, parameters and arrays of them by name. */
export class Handles {
  readonly #known = new Map<string, Handle>();

  constructor(readonly owner: Owner) {}

  /** Refuses a name that something has. */
  check(name: string): void {
    const own = this.#known.get(name);
    if (own !== undefined)
      throw new InputError(
        `'${name}' exists already in model '${this.owner.name}', as ${own instanceof ExpressionArray ? `an array of shape ${shapeText(own.shape)}` : 'a single one'}; choose another name`,
      );
  }

  add<H extends Handle>(handle: H): H {
    this.#known.set(handle.name, handle);
    return handle;
  }

  find(name: string): Handle | undefined {
    return this.#known.get(name);
  }

  variable(name: string): Variable | VariableArray {
    const found = this.#known.get(name);
    if (found instanceof Variable || found instanceof VariableArray) return found;
    throw this.#missing('variable', name);
  }

  parameter(name: string): Parameter | ParameterArray {
    const found = this.#known.get(name);
    if (found instanceof Parameter || found instanceof ParameterArray) return found;
    throw this.#missing('parameter', name);
  }

  /** The columns of a handle of this model; `where` is for messages. */
  columns(handle: Handle, where: string): number[] {
    if (!(handle instanceof Column || handle instanceof ExpressionArray))
      throw new InputError(`${where}: ${told(handle)} is neither a variable nor a parameter`);
    const columns: readonly Column[] = handle instanceof Column ? [handle] : handle.elements;
    for (const column of columns)
      if (!(column instanceof Column) || column.owner !== this.owner)
        throw new InputError(`${where}: '${String(handle)}' is not of model '${this.owner.name}'`);
    return columns.map(({ index }) => index);
  }

  #missing(what: string, name: string): InputError {
    const near = [...this.#known.keys()].find((own) => own.toLowerCase() === name.toLowerCase());
    const hint = near === undefined ? '' : `; there is '${near}'`;
    return new InputError(`there is no ${what} ${told(name)} in model '${this.owner.name}'${hint}`);
  }
}

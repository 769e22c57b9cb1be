import { InputError } from '../core/errors.js';
import { told } from '../core/given.js';
import { Model } from './model.js';

/** Refuses what is no model; `where` is the function that was called. */
export function requireModel(model: Model, where: string): void {
  if (!(model instanceof Model)) throw new InputError(`${where}: ${told(model)} is not a Model`);
}

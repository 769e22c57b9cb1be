import { type Directions, type InputName, inputNames, type QpBatch } from '../solvers/batch/contract.js';
import { InputError } from '../src/core/errors.js';
import { optionsOf } from '../src/core/given.js';
import { arrayOf } from './array.js';
import { axesOf, type QpData } from './blocks.js';

/** A copy of what a caller gave as directions of a batch's inputs: of the inputs' own shapes. */
export function directionsOf(given: QpData, batch: QpBatch): Directions {
  const parts = Object.entries(optionsOf(given, 'directions'))
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      if (!inputNames.includes(name as InputName))
        throw new InputError(`directions: unknown input '${name}'; known are ${inputNames.join(', ')}`);
      const own = axesOf(name as InputName, batch);
      const one = own.reduce((size, length) => size * length, 1);
      const { shape, data } = arrayOf(value, `direction of ${name}`, one);
      const axes = batch[name as InputName].shared ? own : [batch.batch, ...own];
      const fits = shape.length === 1 || shape.join() === axes.join();
      if (!fits || data.length !== batch[name as InputName].values.length)
        throw new InputError(
          `the direction of ${name} has the shape [${shape.join(', ')}], expected [${axes.join(', ')}]`,
        );
      return [name, data];
    });
  return Object.fromEntries(parts);
}

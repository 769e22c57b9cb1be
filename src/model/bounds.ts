import { InputError } from '../core/errors.js';

/** Refuses what is no bound; with `strict` also bounds between which there is no number. */
export function checkBounds(what: string, lower: number, upper: number, strict: boolean): void {
  checkBound(what, 'lower', lower);
  checkBound(what, 'upper', upper);
  if (!strict) return;
  if (lower === Number.POSITIVE_INFINITY || upper === Number.NEGATIVE_INFINITY)
    throw new InputError(`${what}: no number lies between its bounds ${lower} and ${upper}`);
  if (lower > upper)
    throw new InputError(`${what}: its lower bound ${lower} is above its upper bound ${upper}`);
}

function checkBound(what: string, key: string, bound: number): void {
  if (typeof bound !== 'number')
    throw new InputError(
      `${what}: its ${key} bound is not a number; bring an expression to the other side, as in constrain(subtract(a, b), { lower: 0 })`,
    );
  if (Number.isNaN(bound))
    throw new InputError(`${what}: its ${key} bound is NaN; leave it out where there is none`);
}

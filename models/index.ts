import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../index.js';
import { packageRoot } from '../scenarios/data.js';

/** Trained networks that come with the package, and those that only a checkout of the repository holds. */
const places = {
  'mnist-tanh-128': 'package',
  'mnist-tanh-512': 'repository',
  'scopf-nine-buses': 'package',
  'scopf-tanh-100x3': 'package',
} as const satisfies Record<string, 'package' | 'repository'>;

export type ModelName = keyof typeof places;

/** Names of the trained networks; each has a card, `card.json`, beside its weights. */
export const modelNames = Object.keys(places) as readonly ModelName[];

/** The folder of a trained network, for `loadNetwork`. Throws {@link InputError} where it is not here. */
export function modelFolder(name: ModelName): string {
  const folder = join(packageRoot, 'models', name);
  if (!Object.hasOwn(places, name))
    throw new InputError(`there is no model '${String(name)}'; there are ${modelNames.join(', ')}`);
  if (existsSync(join(folder, 'model.json'))) return folder;
  throw new InputError(
    `model '${name}' does not come with the package: take the folder models/${name} of the repository and give its path to loadNetwork`,
  );
}

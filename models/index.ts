import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../index.js';
import { packageRoot } from '../scenarios/data.js';

/** Trained networks: those that come with the package, and those that a checkout of the repository holds beside them. */
const known = [
  'mnist-tanh-128',
  'scopf-nine-buses',
  'scopf-tanh-100x3',
  'mnist-relu-128x3',
  'mnist-convolution',
  'mnist-attention',
  'mnist-tanh-512',
  'scopf-tanh-500x5',
] as const;

/** A network that ships. */
export type ModelName = (typeof known)[number];

const folderOf = (name: ModelName): string => join(packageRoot, 'models', name);

/** Names of the trained networks that are here; each has a card, `card.json`, beside its weights. */
export const modelNames: readonly ModelName[] = known.filter((name) =>
  existsSync(join(folderOf(name), 'model.json')),
);

/** The folder of a trained network, for `loadNetwork`. Throws {@link InputError} where it is not here. */
export function modelFolder(name: ModelName): string {
  if (modelNames.includes(name)) return folderOf(name);
  throw new InputError(
    known.includes(name)
      ? `model '${name}' does not come with the package, which has ${modelNames.join(', ')}: take the folder models/${name} of the repository and give its path to loadNetwork`
      : `there is no model ${typeof name === 'string' ? `'${name}'` : 'of that name, which is no text'}; there are ${modelNames.join(', ')}`,
  );
}

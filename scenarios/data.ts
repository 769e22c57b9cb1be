import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../index.js';

/** The package's root folder: where `models/` and `package.json` are, seen from source and from `dist/`. */
export const packageRoot = (() => {
  let folder = fileURLToPath(new URL('.', import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = join(folder, '..');
    if (parent === folder) throw new Error('graybox-nlp: no package.json above its own code; reinstall it');
    folder = parent;
  }
  return folder;
})();

/** Where `graybox data` puts what it downloads. */
export const cacheFolder = (): string =>
  join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'graybox-nlp', 'data');

/**
 * Folder of a data set: under `GRAYBOX_DATA` when that is set, otherwise `../shared/data` beside the package, then
 * the user's cache. Undefined when none of them holds it.
 */
export function findData(name: string): string | undefined {
  const configured = process.env['GRAYBOX_DATA'];
  if (configured && !existsSync(configured))
    throw new InputError(`GRAYBOX_DATA names ${configured}, which does not exist: unset it or correct it`);
  const roots = configured ? [configured] : [join(packageRoot, '..', 'shared', 'data'), cacheFolder()];
  return roots.map((root) => join(root, name)).find((folder) => existsSync(folder));
}

/** {@link findData}, where going on without the data is impossible. */
export function requireData(name: string): string {
  const folder = findData(name);
  if (folder === undefined)
    throw new InputError(
      `the data set '${name}' is not here: get it with 'graybox data ${name}', or point GRAYBOX_DATA at its parent folder`,
    );
  return folder;
}

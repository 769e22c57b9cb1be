import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
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

/** Where `graybox data` puts what it downloads; undefined for a user without a home. */
export function cacheFolder(): string | undefined {
  // A relative path would mean the working folder.
  const absolute = (path: string | undefined): string | undefined =>
    path && isAbsolute(path) ? path : undefined;
  const cache = absolute(process.env['XDG_CACHE_HOME']) ?? (absolute(home()) && join(home()!, '.cache'));
  return cache && join(cache, 'graybox-nlp', 'data');
}

function home(): string | undefined {
  try {
    return homedir();
  } catch {
    return undefined; // the system knows nothing of this user
  }
}

/**
 * Folder of a data set: under `GRAYBOX_DATA` when that is set, otherwise `../shared/data` beside the package, then
 * the user's cache. Undefined when none of them holds it.
 */
export function findData(name: string): string | undefined {
  const configured = process.env['GRAYBOX_DATA'];
  if (configured && !existsSync(configured))
    throw new InputError(`GRAYBOX_DATA names ${configured}, which does not exist: unset it or correct it`);
  const roots = configured ? [configured] : [join(packageRoot, '..', 'shared', 'data'), cacheFolder()];
  return roots
    .filter((root) => root !== undefined)
    .map((root) => join(root, name))
    .find((folder) => existsSync(folder));
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

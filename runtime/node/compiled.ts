import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { InputError } from '../../src/core/errors.js';

/**
 * Where the compiled JavaScript of a module stands, as a `file:` URL; worker threads can run nothing else.
 *
 * From compiled code this resolves `specifier` against `from` (an `import.meta.url`). From TypeScript sources, as test
 * runners execute them, it answers with the matching file under `dist/`.
 */
export function compiled(from: string, specifier: string): URL {
  const beside = new URL(specifier, from);
  if (!from.endsWith('.ts')) return beside;
  const path = fileURLToPath(beside);
  const root = packageRoot(dirname(path));
  const built = join(root, 'dist', relative(root, path));
  if (!existsSync(built)) {
    throw new InputError(
      `${relative(root, built)} is missing: run "npm run build" before starting worker threads`,
    );
  }
  return pathToFileURL(built);
}

/** The folder with the `package.json` that `folder` belongs to. */
export function packageRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder)
    throw new InputError(`no package.json above ${folder}: cannot find the compiled files`);
  return packageRoot(parent);
}

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { InputError } from '../../src/core/errors.js';

/**
 * Where the compiled JavaScript of a module stands, as a `file:` URL; worker threads can run nothing else.
 *
 * From compiled code this resolves `specifier` against `from` (an `import.meta.url`). From TypeScript sources, as test
 * runners execute them, it answers with the matching file under `dist/`; from a bundle, with that of the package, where it
 * is installed.
 */
export function compiled(from: string, specifier: string): URL {
  const beside = new URL(specifier, from);
  if (!from.endsWith('.ts')) return existsSync(beside) ? beside : installed(specifier, from);
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

/** The compiled file of this room in the package that is installed where a bundle runs. */
function installed(specifier: string, from: string): URL {
  const name = basename(specifier);
  try {
    const root = dirname(createRequire(from).resolve('graybox-nlp/package.json'));
    const path = join(root, 'dist', 'runtime', 'node', specifier);
    if (existsSync(path)) return pathToFileURL(path);
  } catch {
    // Not installed: told below.
  }
  throw new InputError(
    `${name} is neither beside the bundle ${fileURLToPath(from)} nor in an installed graybox-nlp: leave the package external (esbuild: --external:graybox-nlp), install it where the bundle runs, or use solveHere, which needs no threads`,
  );
}

/** The folder with the `package.json` that `folder` belongs to. */
export function packageRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder)
    throw new InputError(`no package.json above ${folder}: cannot find the compiled files`);
  return packageRoot(parent);
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of public test problems, outside the repository. */
export const nlFolder = join(
  process.env['GRAYBOX_DATA'] ?? join(import.meta.dirname, '../../../shared/data'),
  'nl',
);

/** Names of its .nl files without the ending; empty where the folder is missing. */
export const nlNames: readonly string[] = existsSync(nlFolder)
  ? readdirSync(nlFolder)
      .filter((name) => name.endsWith('.nl'))
      .map((name) => name.slice(0, -3))
      .sort()
  : [];

/** What one version of Ipopt answered for them (`reference.json`). */
export const nlReference: Readonly<Record<string, Readonly<Record<string, number>>>> =
  nlNames.length > 0 ? JSON.parse(readFileSync(join(nlFolder, 'reference.json'), 'utf8')) : {};

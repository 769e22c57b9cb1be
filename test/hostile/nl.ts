import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findData } from '../../scenarios/data.js';
import { tryHostile } from '../ampl/hostile-solve.js';
import type { Format } from './format.js';

/** The small ones of the public files; none without the data. */
function realFiles(): Uint8Array[] {
  const folder = findData('nl');
  if (folder === undefined || !existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.nl'))
    .sort()
    .map((name) => new Uint8Array(readFileSync(join(folder, name))))
    .filter((bytes) => bytes.length < 4000);
}

let real: readonly Uint8Array[] | undefined;

/** Malformed, truncated and random .nl files, solved under random options. */
export const nl: Format = {
  name: '.nl',
  count: 10_000,
  attempt(random) {
    real ??= realFiles();
    return tryHostile(random, real);
  },
};

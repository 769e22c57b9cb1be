import { existsSync } from 'node:fs';
import { Budget, InputError } from '../../index.js';
import { writeWhole } from '../../runtime/node/draft.js';
import { readRegularFile } from '../../runtime/node/read-file.js';
import type { Arrays } from './adam.js';

const magic = 'graybox-checkpoint 2';

/** Where a training stands after an epoch. */
export interface Checkpoint {
  /** What the training is: two that differ in it are not continued by each other. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Everything but arrays, as JSON: epochs so far, steps. */
  readonly state: Readonly<Record<string, unknown>>;
  readonly arrays: Arrays;
}

/** Writes it whole or not at all: one line of JSON, then the arrays as little-endian f64. */
export function writeCheckpoint(file: string, { settings, state, arrays }: Checkpoint): void {
  const lengths = Object.fromEntries(Object.entries(arrays).map(([name, { length }]) => [name, length]));
  const head = Buffer.from(`${JSON.stringify({ magic, settings, state, lengths })}\n`);
  const body = Object.values(arrays).map((array) =>
    Buffer.from(array.buffer, array.byteOffset, array.byteLength),
  );
  writeWhole(file, Buffer.concat([head, ...body]));
}

/**
 * Reads a checkpoint into `arrays`; undefined where there is no file. Throws InputError for a file that is none, is
 * damaged, or belongs to a training with other settings.
 */
export function readCheckpoint(
  file: string,
  settings: Readonly<Record<string, unknown>>,
  arrays: Arrays,
): Readonly<Record<string, unknown>> | undefined {
  if (!existsSync(file)) return undefined;
  const bytes = readRegularFile(file, new Budget());
  const end = bytes.indexOf(10);
  const refuse = (what: string): never => {
    throw new InputError(`${file}: ${what}; remove it, or name another folder with --out`);
  };
  let head: { magic?: unknown; settings?: unknown; state?: unknown; lengths?: unknown } = {};
  try {
    head = JSON.parse(bytes.toString('utf8', 0, Math.max(0, Math.min(end, 1 << 24)))) as typeof head;
  } catch {
    refuse('is no checkpoint of a training');
  }
  if (head?.magic !== magic) refuse('is no checkpoint of this version');
  if (JSON.stringify(head.settings) !== JSON.stringify(settings))
    refuse(`belongs to a training with other settings, ${JSON.stringify(head.settings)}`);
  const lengths = Object.fromEntries(Object.entries(arrays).map(([name, { length }]) => [name, length]));
  const count = Object.values(lengths).reduce((sum, length) => sum + length, 0);
  if (JSON.stringify(head.lengths) !== JSON.stringify(lengths) || bytes.length !== end + 1 + 8 * count)
    refuse('is cut off or damaged');
  let at = end + 1;
  for (const array of Object.values(arrays))
    for (let k = 0; k < array.length; k++, at += 8) array[k] = bytes.readDoubleLE(at);
  if (Object.values(arrays).some((array) => !array.every(Number.isFinite)))
    refuse('holds numbers that are not finite');
  return head.state as Readonly<Record<string, unknown>>;
}

import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pick, whole } from '../read/random.js';
import { damageJson, damageText, writeJson } from './damage-json.js';
import { inFolder } from './folder.js';
import type { Format } from './format.js';
import { judged } from './judge.js';

/** JSON that asks for much, whatever it is for. */
export function greedyJson(random: () => number, key: string): string {
  const many = pick(random, [65, 1e3, 1e5, 1e6]);
  switch (whole(random, 5)) {
    case 0:
      return `{"${key}":${'['.repeat(many)}${']'.repeat(many)}}`;
    case 1:
      return `{"${key}":${'{"a":'.repeat(many)}1${'}'.repeat(many)}}`;
    case 2:
      return `{"${key}":[${'0,'.repeat(many)}0]}`;
    case 3:
      return `{${Array.from({ length: Math.min(many, 1e5) }, (_, k) => `"${key}${k}":${k}`).join()},"${key}":1}`;
    default:
      return `{"${key}":"${'\\u0007'.repeat(many)}"}`;
  }
}

/** How files of one kind are made and used. */
export interface JsonFile<T> {
  readonly name: string;
  /** What files are called. */
  readonly file: string;
  generate(random: () => number): T | Promise<T>;
  /** The value that the file holds. */
  json(generated: T): unknown;
  /** A small file that asks for much; {@link greedyJson} where there is none of its own. */
  greedy(random: () => number): string;
  /** Uses a file; `expected` where `generated` was left whole. Throws where what comes of it is wrong. */
  use(path: string, expected: T | undefined, generated: T): string | Promise<string>;
}

/** JSON by a grammar: whole, with values, keys and text damaged, other things in place of the file. */
export const jsonFile = <T>({ name, file, generate, json, greedy, use }: JsonFile<T>): Format => ({
  name,
  count: 1000,
  attempt: (random) =>
    inFolder(async (folder) => {
      const path = join(folder, file);
      const kind = random();
      const generated = await generate(random);
      const sound = kind < 0.25;
      if (kind >= 0.25 && kind < 0.35) writeFileSync(path, greedy(random));
      else if (kind >= 0.35 && kind < 0.38) {
        const which = whole(random, 3);
        if (which === 0) mkdirSync(path);
        else if (which === 1) symlinkSync(pick(random, ['/dev/zero', path, '/dev/stdin']), path);
        else execFileSync('mkfifo', [path]);
      } else {
        const value = structuredClone(json(generated));
        if (!sound && kind < 0.85) for (let k = 1 + whole(random, 2); k > 0; k--) damageJson(random, value);
        const text = writeJson(value);
        writeFileSync(path, kind >= 0.75 ? damageText(random, text) : text);
      }
      return await judged(() => use(path, sound ? generated : undefined, generated), sound);
    }),
});

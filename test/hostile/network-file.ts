import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whole } from '../read/random.js';
import { damaged } from './bytes.js';
import type { Format } from './format.js';
import { judged } from './judge.js';
import { type Generated, generateModel } from './model-grammar.js';
import { useNetwork } from './use-network.js';

/** How the bytes of one kind of network file are made. */
export interface NetworkFile {
  readonly name: string;
  /** The file's name, of which the reader knows what it is. */
  readonly file: string;
  /** A whole file of the model. */
  write(generated: Generated): Uint8Array | Promise<Uint8Array>;
  /** A file whose parts are well written and wrong. */
  twist(random: () => number, generated: Generated): Uint8Array | Promise<Uint8Array>;
  /** A small file that asks for much. */
  greedy(random: () => number): Uint8Array | Promise<Uint8Array>;
}

/** Models by the grammar in one file, whole, twisted, with damaged bytes; and small ones that ask for much. */
export const networkFile = ({ name, file, write, twist, greedy }: NetworkFile): Format => ({
  name,
  count: 5000,
  attempt(random) {
    const folder = mkdtempSync(join(tmpdir(), 'graybox-hostile-'));
    return judged(async () => {
      try {
        const kind = random();
        const path = join(folder, file);
        if (kind < 0.12) writeFileSync(path, await greedy(random));
        else {
          const generated = generateModel(random);
          if (kind < 0.3) {
            writeFileSync(path, await write(generated));
            return await useNetwork(path, generated);
          }
          let bytes = kind < 0.7 ? await twist(random, generated) : await write(generated);
          if (kind >= 0.65) for (let k = 1 + whole(random, 2); k > 0; k--) bytes = damaged(random, bytes);
          writeFileSync(path, bytes);
        }
        return await useNetwork(path, undefined);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  },
});

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
  // What it takes to make a file is not counted.
  async attempt(random) {
    const kind = random();
    const generated = kind < 0.12 ? undefined : generateModel(random);
    let bytes: Uint8Array;
    if (!generated) bytes = await greedy(random);
    else {
      bytes = await (kind >= 0.3 && kind < 0.7 ? twist(random, generated) : write(generated));
      if (kind >= 0.65) for (let k = 1 + whole(random, 2); k > 0; k--) bytes = damaged(random, bytes);
    }
    const folder = mkdtempSync(join(tmpdir(), 'graybox-hostile-'));
    try {
      const path = join(folder, file);
      writeFileSync(path, bytes);
      return await judged(() => useNetwork(path, kind < 0.3 ? generated : undefined));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
});

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pick, whole } from '../read/random.js';
import { damaged } from './bytes.js';
import { damageJson, damageText, writeJson } from './damage-json.js';
import type { Format } from './format.js';
import { judged } from './judge.js';
import { type Generated, generateModel, type Trained } from './model-grammar.js';
import { useNetwork } from './use-network.js';

/** A model as tfjs saves it: what `model.json` holds beside its manifest, and the trained arrays. */
export interface Saved {
  readonly json: Readonly<Record<string, unknown>>;
  readonly weights: readonly (Trained & { readonly dtype?: string })[];
}

interface Files {
  json: Uint8Array;
  readonly shards: Map<string, Uint8Array>;
}

function filesOf(random: () => number, { json, weights }: Saved, damages: number): Files {
  const bytes = Buffer.concat(weights.map((weight) => weight.bytes));
  const count = weights.length === 0 ? 0 : 1 + whole(random, 3);
  const paths = Array.from({ length: count }, (_, k) => `s${k}.bin`);
  const size = Math.ceil(bytes.length / Math.max(1, count));
  const shards = new Map<string, Uint8Array>(
    paths.map((path, k) => [path, bytes.subarray(k * size, (k + 1) * size)]),
  );
  const entries = weights.map(({ name, shape, quantization, dtype = 'float32' }) => ({
    name,
    shape,
    dtype,
    ...(quantization && { quantization }),
  }));
  const everything = { ...json, weightsManifest: [{ paths, weights: entries }] };
  for (let k = 0; k < damages; k++) damageJson(random, everything);
  return { json: Buffer.from(writeJson(everything)), shards };
}

/** Puts the files into `folder`, now and then something else in place of one. */
function place(random: () => number, folder: string, { json, shards }: Files, damage: boolean): void {
  for (const [name, content] of [['model.json', json] as const, ...shards]) {
    const path = join(folder, name);
    const kind = damage && random() < 0.15 ? whole(random, 8) : -1;
    if (kind === 0) continue;
    if (kind === 1) mkdirSync(path);
    else if (kind === 2) symlinkSync(pick(random, ['/dev/zero', path, '/etc/hostname', 'model.json']), path);
    else if (kind === 3) execFileSync('mkfifo', [path]);
    else writeFileSync(path, kind >= 4 ? damaged(random, content) : content);
  }
}

/**
 * Models by the grammar as `save` writes them, damaged in their JSON, its text, its files; and those of `greedy`, small
 * ones that ask for much.
 */
export const tfjsFormat = (
  name: string,
  save: (generated: Generated) => Saved,
  greedy: (random: () => number) => Readonly<Record<string, unknown>>,
): Format => ({
  name,
  count: 5000,
  attempt(random) {
    const folder = mkdtempSync(join(tmpdir(), 'graybox-hostile-'));
    return judged(async () => {
      try {
        const kind = random();
        if (kind < 0.12) {
          writeFileSync(join(folder, 'model.json'), writeJson({ ...greedy(random), weightsManifest: [] }));
          return await useNetwork(folder, undefined);
        }
        const generated = generateModel(random);
        const sound = kind < 0.3;
        const files = filesOf(
          random,
          structuredClone(save(generated)),
          !sound && kind < 0.85 ? 1 + whole(random, 2) : 0,
        );
        if (kind >= 0.75) files.json = damageText(random, Buffer.from(files.json).toString());
        place(random, folder, files, kind >= 0.6);
        return await useNetwork(folder, sound ? generated : undefined);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  },
});

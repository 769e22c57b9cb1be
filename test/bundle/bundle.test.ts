import { fileURLToPath } from 'node:url';
import { createContext, Script } from 'node:vm';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import * as here from './entry.js';

type Entry = typeof here;

/** What a page has beside the language itself, as far as it is needed. */
const page = { performance, atob, TextEncoder, TextDecoder, AbortController, AbortSignal, console };

let code: string;
let known: ReturnType<Entry['solveHockSchittkowski']>;
let external: readonly string[];

beforeAll(async () => {
  known = here.solveHockSchittkowski();
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL('./entry.ts', import.meta.url))],
    bundle: true,
    platform: 'browser',
    format: 'iife',
    globalName: 'entry',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  code = outputFiles[0]!.text;
  external = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
}, 60_000);

/** Runs the bundle where there is neither `require` nor `process`; `strings` allows code from text. */
function load(strings: boolean): Entry {
  const context = createContext({ ...page }, { codeGeneration: { strings, wasm: true } });
  return new Script(`${code}; entry`).runInContext(context) as Entry;
}

describe('a bundle for browsers', () => {
  it('imports nothing, of Node or otherwise', () => {
    expect(external).toEqual([]);
    expect(code).not.toMatch(/["'`]node:|\brequire\(/);
  });

  it.each([
    ['where code may be made from text', true],
    ['under a content security policy that forbids it', false],
  ])('solves what the package solves, %s', async (_, strings) => {
    const bundle = load(strings);
    const found = bundle.solveHockSchittkowski();
    expect(found.length).toBeGreaterThan(100);
    for (const [k, { name, status, objective }] of known.entries()) {
      expect({ name: found[k]!.name, status: found[k]!.status }).toEqual({ name, status });
      expect(Math.abs(found[k]!.objective - objective)).toBeLessThan(1e-6 * Math.max(1, Math.abs(objective)));
    }
    const { y, ...network } = await bundle.solveNetwork();
    expect(network).toMatchObject({ status: 'optimal', engine: 'wasm' });
    expect(y).toBeCloseTo(0.5, 6);
    expect(network.objective).toBeCloseTo((await here.solveNetwork()).objective, 8);
  });
});

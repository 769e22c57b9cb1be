import { readdirSync, readFileSync } from 'node:fs';
import { transformSync } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import * as library from '../index.js';

afterAll(() => library.shutdown());

const exported = new Map<string, unknown>(Object.entries(library));
const folder = new URL('../docs/', import.meta.url);
const blocks = readdirSync(folder)
  .filter((name) => name.endsWith('.md'))
  .flatMap((name) =>
    [...readFileSync(new URL(name, folder), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(
      ([, code], k) => [`${name}, block ${k + 1}`, code!] as const,
    ),
  );

/** Runs a block of a page with what it imports from the library; returns what it printed. */
async function run(code: string): Promise<unknown[][]> {
  const names = [...code.matchAll(/import \{([^}]*)\} from 'graybox-nlp';/g)].flatMap(([, list]) =>
    list!.split(',').map((name) => name.trim()),
  );
  const scope = Object.fromEntries(
    names.map((name) => {
      expect([...exported.keys()], 'exports of the library').toContain(name);
      return [name, exported.get(name)];
    }),
  );
  const printed: unknown[][] = [];
  const console = { log: (...args: unknown[]): void => void printed.push(args) };
  const body = code.replace(/^import .*$/gm, '');
  const { code: plain } = transformSync(`(async () => {${body}})()`, { loader: 'ts', target: 'es2022' });
  // Helpers that the translation adds stand before the function.
  const at = plain.lastIndexOf('(async () => {');
  const whole = `${plain.slice(0, at)}return ${plain.slice(at)}`;
  await (new Function(...Object.keys(scope), 'console', whole)(
    ...Object.values(scope),
    console,
  ) as Promise<void>);
  return printed;
}

describe('the recipes', () => {
  it.each(blocks)('run: %s', async (_, code) => {
    const printed = await run(code);
    expect(printed.length).toBeGreaterThan(0);
    expect(JSON.stringify(printed)).not.toMatch(/infeasible|error|null/);
  });

  it('say what they promise of multipliers', async () => {
    const code = readFileSync(new URL('multipliers.md', folder), 'utf8')
      .split('```ts\n')[1]!
      .split('```')[0]!;
    const [[λ]] = (await run(code)) as [[number]];
    expect(λ).toBeCloseTo(-4, 5);
  });

  it('tell every status', () => {
    const page = readFileSync(new URL('statuses.md', folder), 'utf8');
    const source = readFileSync(new URL('../src/nlp/result.ts', import.meta.url), 'utf8');
    const statuses = [...source.slice(0, source.indexOf(';')).matchAll(/'([a-z-]+)'/g)].map(
      ([, name]) => name!,
    );
    expect(statuses.length).toBeGreaterThan(9);
    for (const status of statuses) expect(page).toContain(`\`${status}\``);
  });
});

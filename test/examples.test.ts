import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const names = readdirSync(`${root}/examples`).flatMap((file) => /^(.*)\.md$/.exec(file)?.[1] ?? []);

/** What an example prints, with a status of 0. */
const output = (name: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [`dist/examples/${name}.js`], { cwd: root });
    const [out, err]: [string[], string[]] = [[], []];
    child.stdout.on('data', (data: Buffer) => out.push(String(data)));
    child.stderr.on('data', (data: Buffer) => err.push(String(data)));
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve(out.join('')) : reject(new Error(err.join('')))));
  });

/** A line as words; what reads as a number is one. */
const words = (line: string): (string | number)[] =>
  line.split(/\s+/).map((word) => (word !== '' && Number.isFinite(Number(word)) ? Number(word) : word));

describe('every example', () => {
  it('has a page', () => {
    const sources = readdirSync(`${root}/examples`).flatMap((file) => /^(.*)\.ts$/.exec(file)?.[1] ?? []);
    expect(sources.filter((name) => !['trained', 'drift'].includes(name)).sort()).toEqual([...names].sort());
    expect(names.length).toBe(9);
  });

  it.concurrent.each(names)('prints what its page says: %s', async (name) => {
    const page = readFileSync(`${root}/examples/${name}.md`, 'utf8');
    const wanted = /```text\n([\s\S]*?)\n```/.exec(page)![1]!.split('\n').map(words);
    const found = (await output(name)).trim().split('\n').map(words);
    expect(found.length).toBe(wanted.length);
    found.forEach((line, k) => {
      expect(line.length, `line ${k + 1}`).toBe(wanted[k]!.length);
      line.forEach((word, i) => {
        const other = wanted[k]![i]!;
        if (typeof word === 'number' && typeof other === 'number')
          expect(Math.abs(word - other), `line ${k + 1}: ${word}, not ${other}`).toBeLessThan(
            1e-4 + 1e-3 * Math.abs(other),
          );
        else expect(word).toBe(other);
      });
    });
  }, 120_000);
});

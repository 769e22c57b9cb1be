import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findData } from '../../scenarios/data.js';
import { command, graybox } from './run.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graybox-samples-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const solving = ['solve', 'mnist', '--tol', '1e-4', '--samples'];
const linesOf = (out: string): Record<string, unknown>[] =>
  readFileSync(join(out, 'results.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

describe.skipIf(findData('mnist') === undefined)('graybox solve mnist --samples', () => {
  it('appends a line as each ends, and goes on where it stopped', () => {
    const out = join(folder, 'list');
    const first = graybox([...solving, '4,7', '--out', out]);
    expect(first.code).toBe(0);
    expect(first.out).toBe('');
    expect(first.err).toMatch(/^1\/2 {2}image [47] as a \d: optimal, \d+ iterations$/m);
    expect(
      linesOf(out)
        .map(({ sample }) => sample)
        .sort(),
    ).toEqual([4, 7]);
    // A line that was cut short by the end of the process.
    appendFileSync(join(out, 'results.jsonl'), '{"key":"8→');
    const second = graybox([...solving, '4-8', '--target', '3', '--out', out, '--max-iter', '2']);
    expect(second.err).not.toMatch(/already/);
    expect(second.code).toBe(1);
    const third = graybox([...solving, '4,7', '--out', out]);
    expect(third.err).toMatch(/^2 of 2 are in .*results\.jsonl already\.$/m);
    expect(third.code).toBe(0);
    const text = readFileSync(join(out, 'results.jsonl'), 'utf8').split('\n');
    expect(text[2]).toBe('{"key":"8→');
    expect(text.length).toBe(2 + 1 + 5 + 1);
    for (const line of text.slice(3, -1)) expect(JSON.parse(line)).toMatchObject({ target: 3 });
    expect(JSON.parse(text[0]!)).toMatchObject({
      scenario: 'mnist',
      status: 'optimal',
      problem: { variables: 2362 },
      solution: { y: expect.any(Array) },
    });
  });

  it('does not end for one that is a mistake, and tries that again', () => {
    const out = join(folder, 'mistaken');
    const shown = 7; // test image 0
    const args = [...solving, '0,4', '--target', String(shown), '--out', out];
    for (let k = 1; k <= 2; k++) {
      const ended = graybox(args);
      expect(ended.code).toBe(1);
      expect(ended.err).toMatch(/image 0 as a 7: the image shows a 7 already/);
      expect(linesOf(out).filter(({ error }) => error !== undefined).length).toBe(k);
      expect(linesOf(out).filter(({ status }) => status === 'optimal').length).toBe(1);
    }
  });

  it('prints JSON lines where no folder is named', () => {
    const { out, code } = graybox([...solving, '4', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ sample: 4, label: 4, status: 'optimal' });
  });

  it('leaves no line of what Ctrl-C interrupted, and goes on with it', async () => {
    const out = join(folder, 'interrupted');
    const args = [command, ...solving, '0-30', '--out', out];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let told = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (told === '') child.kill('SIGINT');
      told += text;
    });
    const code = await new Promise((resolve) => child.on('exit', resolve));
    expect(code).toBe(1);
    const ended = linesOf(out);
    expect(ended.length).toBeGreaterThan(0);
    expect(ended.length).toBeLessThan(31);
    expect(ended.every(({ status }) => status === 'optimal')).toBe(true);
    expect(told).toMatch(/^\d+ were not solved; the same command goes on with them\.$/m);
  });

  it.each([
    [['--sample', '4'], /--samples excludes --sample/],
    [['--samples', '9-4'], /give whole numbers and ranges/],
    [['--samples', '99999'], /sample 99999: .* holds images 0 to 9999/],
  ])('refuses %s', (flags, reason) => {
    const { code, err } = graybox([...solving, '4', ...flags]);
    expect(code).toBe(2);
    expect(err).toMatch(reason);
  });

  it('does not write through a link', () => {
    const out = mkdtempSync(join(folder, 'linked-'));
    const target = join(folder, 'target');
    writeFileSync(target, 'mine');
    symlinkSync(target, join(out, 'results.jsonl'));
    const { code, err } = graybox([...solving, '4', '--out', out]);
    expect(code).toBe(2);
    expect(err).toMatch(/is a link/);
    expect(readFileSync(target, 'utf8')).toBe('mine');
  });
});

it('refuses --concurrency without --samples', () => {
  const { code, err } = graybox(['solve', 'mnist', '--concurrency', '3']);
  expect(code).toBe(2);
  expect(err).toMatch(/--concurrency belongs to --samples/);
});

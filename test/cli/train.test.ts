import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { command, graybox } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'graybox-train-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('graybox train sudoku makes its own puzzles, writes a picture, and tells one object', () => {
  const out = join(folder, 'sudoku');
  const own = [
    'train',
    'sudoku',
    '--data',
    'own',
    '--only',
    'layer',
    '--epochs',
    '0',
    '--out',
    out,
    '--json',
  ];
  const { code, out: printed, err } = graybox(own);
  expect(err).toContain('9000 puzzles of our own');
  expect(code).toBe(0);
  const result = JSON.parse(printed);
  expect(result).toMatchObject({ scenario: 'sudoku', status: 'trained', seed: 1, batch: 150 });
  expect(result.trained[0].curve[0].test.strict).toBeGreaterThan(0.9);
  const picture = readFileSync(join(out, 'picture.svg'), 'utf8');
  expect(picture).toMatch(/^<svg [\s\S]*test boards that are wrong[\s\S]*<\/svg>\n$/);
  expect(existsSync(join(out, 'result.json'))).toBe(true);
});

it('refuses in one line what it cannot train', () => {
  for (const [args, message] of [
    [['cats'], /^graybox: cannot train 'cats': there are scopf, sudoku, denoising, mnist-qp\n$/],
    [
      ['sudoku', '--data', 'own', '--only', 'rules', '--out', join(folder, 'a')],
      /--only rules: sudoku trains layer, convolutional/,
    ],
    [['mnist-qp', '--data', 'own', '--out', join(folder, 'b')], /mnist-qp makes no data of its own/],
  ] as const) {
    const { code, err } = graybox(['train', ...args]);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err.trim().split('\n').length).toBe(1);
  }
});

const nine = ['train', 'scopf', '--case', 'nine-buses', '--samples', '40'];

it('ends at once when a signal asks a training that would go on for days, and leaves nothing behind', async () => {
  const out = join(folder, 'long');
  const child = spawn(process.execPath, [command, ...nine, '--epochs', '1000000', '--out', out]);
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (text.includes('losses simulated')) child.kill('SIGTERM');
  });
  const signal = await new Promise((resolve) => child.once('close', (_, name) => resolve(name)));
  expect(signal).toBe('SIGTERM');
  expect(existsSync(out)).toBe(false);
}, 60_000);

it('refuses a place that takes no files before it trains', () => {
  const { code, err } = graybox([...nine, '--epochs', '1000000', '--out', '/dev/null']);
  expect(code).toBe(2);
  expect(err).toMatch(/^graybox: \/dev\/null: is there and no folder/);
});

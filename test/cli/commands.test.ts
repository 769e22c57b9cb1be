import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { graybox } from './run.js';

const small = fileURLToPath(new URL('../../models/mnist-tanh-128', import.meta.url));
const version = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;

it('tells its version, in the form by which Pyomo recognizes Ipopt’s protocol', () => {
  const { code, out, err } = graybox(['--version']);
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(new RegExp(`^ipopt 3\\.14\\.\\d+ \\(.*graybox ${version}.*\\)\n$`));
  expect(graybox(['-v']).out).toMatch(new RegExp(`^graybox ${version} \\(.*\\)\n$`));
});

it('inspects a network: layers, shapes, parameters and the cost of its programs', () => {
  const json = JSON.parse(graybox(['inspect', small, '--json']).out);
  expect(json.parameters).toBe(167_818);
  expect(json.inputs).toBe(784);
  expect(json.flops.value).toBeGreaterThan(2 * 166_000);
  expect(json.flops.hessian).toBeGreaterThan(json.flops.jacobian);
  const { out, code } = graybox(['inspect', small]);
  expect(code).toBe(0);
  expect(out).toContain('167,818 parameters');
  expect(out).toMatch(/softmax/);
});

it('holds files to limits that its flag changes, and names them', () => {
  const { code, err } = graybox(['inspect', small, '--limit', 'trained=1e5']);
  expect(code).toBe(2);
  expect(err).toMatch(/^graybox: .*at most 100,000 are taken \(.*--limit trained=….*\)\n$/);
  expect(graybox(['inspect', small, '--limit', 'trained=200000', '--limit', 'nodes=40']).code).toBe(0);
  for (const wrong of ['trainde=1', 'trained', 'trained=-1', 'trained=x', '__proto__=1'])
    expect(graybox(['inspect', small, '--limit', wrong])).toMatchObject({ code: 2, out: '' });
});

it('checks a network’s derivatives and says so by its exit code', () => {
  const { out, code } = graybox(['check', small, '--points', '1']);
  expect(out).toMatch(/Hessian\s+\S+\s+\S+\s+right/);
  expect(code).toBe(0);
});

it('lists the solver’s options with their defaults', () => {
  const { out, code } = graybox(['options']);
  expect(code).toBe(0);
  expect(out).toMatch(/^tol\s+1e-8/m);
  expect(out).toMatch(/^mu_strategy\s+\w+\s+monotone \| adaptive/m);
});

it('solves an AMPL problem file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'graybox-nl-'));
  try {
    // minimize (x − 3)² subject to x ≤ 2.
    const lines = [
      'g3 1 1 0',
      ' 1 0 1 0 0',
      ' 0 1',
      ' 0 0',
      ' 0 1 0',
      ' 0 0 0 1',
      ' 0 0 0 0 0',
      ' 0 1',
      ' 0 0',
      ' 0 0 0 0 0',
      'O0 0',
      'o5',
      'o0',
      'v0',
      'n-3',
      'n2',
      'b',
      '1 2',
      'G0 1',
      '0 0',
      '',
    ];
    const file = join(folder, 'square.nl');
    writeFileSync(file, lines.join('\n'));
    const { out, code } = graybox(['solve', file, '--json']);
    const result = JSON.parse(out);
    expect(result.status).toBe('optimal');
    expect(result.objective).toBeCloseTo(1, 6);
    expect(code).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

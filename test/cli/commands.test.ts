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
  // Without the images, 784 variables and rows of changes, 784 and 11 bounds, the sizes of the adversarial image.
  expect(json.formulations.full).toEqual({
    variables: 3653 - 2 * 784,
    constraints: 2096 - 784 - 11,
    jacobianNonzeros: 171_502 - 3 * 784 - 11,
    hessianNonzeros: 661,
  });
  expect(json.formulations.reduced.hessianNonzeros).toBe(307_720);
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
  const { out, code } = graybox(['options'], { COLUMNS: '' });
  expect(code).toBe(0);
  expect(out).toMatch(/^tol\s+1e-8/m);
  expect(out).toMatch(/^mu_strategy\s+\w+\s+monotone \| adaptive/m);
  const narrow = graybox(['options'], { COLUMNS: '60' }).out;
  expect(narrow).toMatch(/^tol\n {4}default: 1e-8; range: > 0; meaning: /m);
  for (const line of narrow.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
  const rows = JSON.parse(graybox(['options', '--json']).out);
  expect(rows[0]).toMatchObject({ name: 'tol', default: '1e-8' });
});

it('lists benchmarks and data sets, and tells what a benchmark takes', () => {
  expect(graybox(['bench', '--help'])).toMatchObject({ code: 0, err: '' });
  for (const name of ['loading', 'modelling'])
    expect(graybox(['bench', name, '--help']).out).toContain(`node dist/bench/${name}.js`);
  expect(Object.keys(JSON.parse(graybox(['data', '--json']).out))).toEqual(['mnist', 'scopf', 'pglib']);
  expect(graybox(['data', 'mnist', '--json'])).toMatchObject({ code: 2, out: '' });
});

it('refuses flags that would mean nothing', () => {
  for (const args of [
    ['x.nl', '--engine', 'wasm'],
    ['mnist', '--layers', 'hidden_2'],
    ['mnist', '--samples', '1', '--certify'],
  ]) {
    const { code, err } = graybox(['solve', ...args]);
    expect(code).toBe(2);
    expect(err).toMatch(/^graybox: .*\n$/);
  }
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

it('bounds a network over a box, and refuses a file that holds none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'graybox-box-'));
  try {
    const file = join(folder, 'box.json');
    writeFileSync(file, JSON.stringify({ lower: 0, upper: 1, center: new Array(784).fill(0.1), norm1: 0.2 }));
    const { out, code } = graybox(['bounds', small, '--box', file, '--json']);
    expect(code).toBe(0);
    const { outputs, layers, seconds } = JSON.parse(out);
    expect(outputs).toHaveLength(10);
    for (const [low, high] of outputs) expect(low).toBeLessThanOrEqual(high);
    expect(layers.map(({ op }: { op: string }) => op)).toEqual([...Array(5).fill('tanh'), 'softmax']);
    expect(layers[0].bounds).toHaveLength(128);
    expect(seconds).toBeGreaterThan(0);
    writeFileSync(file, '{"lower": 0}');
    expect(graybox(['bounds', small, '--box', file])).toMatchObject({
      code: 2,
      out: '',
      err: 'graybox: bounds: the box has no upper; give both, finite\n',
    });
    expect(graybox(['bounds', small]).code).toBe(2);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('takes lengths, inputs and outputs by name, in one line where they are wrong', () => {
  for (const wrong of ['time', 'time=0', '=3', 'time=1.5']) {
    const { code, err } = graybox(['inspect', small, '--shapes', wrong]);
    expect(code).toBe(2);
    expect(err).toMatch(/^graybox: .*give axis=length.*\n$/);
  }
  expect(graybox(['inspect', small, '--outputs', 'a,,b']).code).toBe(2);
});

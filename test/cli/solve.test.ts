import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findData } from '../../scenarios/data.js';
import { command, graybox } from './run.js';

const models = fileURLToPath(new URL('../../models/', import.meta.url));
const small = join(models, 'mnist-tanh-128');
let folder: string;
let noData: Record<string, string>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graybox-cli-'));
  mkdirSync(join(folder, 'empty'));
  noData = { GRAYBOX_DATA: join(folder, 'empty') };
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('graybox solve mnist', () => {
  it('attacks the drawn digit when there is no data, says so, and leaves result, log and picture', () => {
    const out = join(folder, 'drawn');
    const ended = graybox(['solve', 'mnist', '--out', out], noData);
    expect(ended.err).toBe('');
    expect(ended.code).toBe(0);
    expect(ended.out).toContain('drawn for this purpose');
    expect(ended.out).toMatch(/iter\s+objective\s+primal\s+dual/);
    expect(ended.out).toMatch(/network\s+largest \|y − NN\(x\)\| \d\.\d\de-\d+/);
    expect(readdirSync(out).sort()).toEqual(['log.txt', 'picture.png', 'result.json']);
    const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'));
    expect(result.status).toBe('optimal');
    expect(result.solution.y[9]).toBeGreaterThan(0.6 - 1e-6);
    const picture = decode(readFileSync(join(out, 'picture.png')));
    expect(picture.width).toBeGreaterThan(900);
  });

  it.skipIf(findData('mnist') === undefined)(
    'prints one JSON object with the sizes of the reduced space',
    () => {
      const ended = graybox([
        'solve',
        'mnist',
        '--sample',
        '6',
        '--target',
        '9',
        '--network',
        small,
        '--json',
      ]);
      expect(ended.code).toBe(0);
      const result = JSON.parse(ended.out);
      expect(result).toMatchObject({
        scenario: 'mnist',
        status: 'optimal',
        problem: { variables: 2362, constraints: 805, jacobianNonzeros: 10213, hessianNonzeros: 307720 },
        network: { parameters: 167818, device: 'cpu', precision: 'f64' },
      });
      expect(result.network.error).toBeLessThan(1e-7);
      expect(result.iterations).toBeLessThanOrEqual(40);
      expect(result.solution.x).toHaveLength(784);
      expect(result.solution.y).toHaveLength(10);
      expect(Object.keys(result.seconds).sort()).toEqual(['build', 'linear', 'oracle', 'other', 'total']);
      for (const error of Object.values(result.errors)) expect(error).toBeLessThan(1e-6);
    },
  );

  it('computes Hessians in f32 where that is asked for', () => {
    const ended = graybox(['solve', 'mnist', '--precision', 'mixed', '--engine', 'wasm', '--json'], noData);
    const result = JSON.parse(ended.out);
    expect(ended.code).toBe(0);
    expect(result).toMatchObject({ status: 'optimal', network: { engine: 'wasm', precision: 'mixed' } });
    expect(result.network.error).toBeLessThan(1e-7);
  });

  it('ends with exit code 1 and the point it holds when it is not allowed to finish', () => {
    const ended = graybox(['solve', 'mnist', '--max-iter', '3', '--json'], noData);
    expect(ended.code).toBe(1);
    const result = JSON.parse(ended.out);
    expect(result.status).toBe('iteration-limit');
    expect(result.iterations).toBe(3);
    expect(result.solution.x).toHaveLength(784);
  });

  it('takes Ctrl-C as a request to stop and still reports the best point', async () => {
    const child = spawn(
      process.execPath,
      [command, 'solve', 'mnist', '--tol', '1e-12', '--json', '--option', 'acceptable_iter=0'],
      {
        env: { ...process.env, ...noData },
      },
    );
    let [out, err, sent] = ['', '', false];
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
      if (!sent && /^\s+3 /m.test(err)) {
        sent = true;
        child.kill('SIGINT');
      }
    });
    const code = await new Promise((resolve) => child.on('exit', resolve));
    const result = JSON.parse(out);
    expect(result.status).toBe('interrupted');
    expect(result.solution.x).toHaveLength(784);
    expect(code).toBe(1);
  });
});

describe('a caller’s mistake', () => {
  /** One line on standard error that names what was wrong; exit code 2; nothing written. */
  const refused = (args: readonly string[], message: RegExp, env = noData): void => {
    const out = join(folder, 'refused');
    const ended = graybox(args[0] === 'solve' ? [...args, '--out', out] : args, env);
    expect(ended.err).toMatch(message);
    expect(ended.err.trim().split('\n')).toHaveLength(1);
    expect(ended.out).toBe('');
    expect(ended.code).toBe(2);
    expect(existsSync(join(out, 'result.json'))).toBe(false);
  };

  it.each([
    ['an unknown command', ['slove'], /slove/],
    ['an unknown problem', ['solve', 'nothing'], /cannot solve 'nothing'/],
    ['an unknown option', ['solve', 'mnist', '--tagret', '3'], /--tagret.*--target/],
    ['an unknown value', ['solve', 'mnist', '--engine', 'abacus'], /abacus/],
    ['a target out of range', ['solve', 'mnist', '--target', '10'], /from 0 to 9/],
    ['a target that is not whole', ['solve', 'mnist', '--target', '1.5'], /from 0 to 9/],
    ['a target that the image already shows', ['solve', 'mnist', '--target', '4'], /already shows a 4/],
    ['a negative tolerance', ['solve', 'mnist', '--tol', '-1'], /positive/],
    ['an unknown solver option', ['solve', 'mnist', '--option', 'mu_strateg=adaptive'], /mu_strategy/],
    ['a wrong solver option', ['solve', 'mnist', '--option', 'mu_strategy=often'], /monotone/],
    ['a missing network', ['solve', 'mnist', '--network', 'nowhere'], /nowhere/],
    ['a missing picture', ['solve', 'mnist', '--image', 'none.png'], /none\.png/],
    ['sample and image together', ['solve', 'mnist', '--image', 'a.png', '--sample', '1'], /exclude/],
    ['missing data', ['solve', 'mnist', '--sample', '1'], /graybox data mnist/],
    ['an unknown data set', ['data', 'nonsense'], /there is mnist/],
    ['an unknown benchmark', ['bench', 'nonsense'], /no benchmark 'nonsense'/],
    ['a missing problem file', ['solve', 'missing.nl'], /missing\.nl/],
    ['flags of another problem', ['solve', 'missing.nl', '--target', '3'], /--target belongs to/],
    ['a missing network to inspect', ['inspect', 'nowhere'], /nowhere/],
  ])('%s', (_, args, message) => refused(args, message));

  it('a picture that is not one', () => {
    const file = join(folder, 'text.png');
    writeFileSync(file, 'no picture');
    refused(['solve', 'mnist', '--image', file], /text\.png: not a readable PNG/);
  });

  const damaged = (name: string, damage: (copy: string) => void): string => {
    const copy = join(folder, name);
    cpSync(small, copy, { recursive: true });
    damage(copy);
    return copy;
  };
  const edit = (copy: string, change: (model: Record<string, unknown>) => void): void => {
    const file = join(copy, 'model.json');
    const model = JSON.parse(readFileSync(file, 'utf8'));
    change(model);
    writeFileSync(file, JSON.stringify(model));
  };

  it.each([
    ['a missing shard', (copy: string) => rmSync(join(copy, 'weights.bin')), /weights\.bin/],
    ['a truncated shard', (copy: string) => truncateSync(join(copy, 'weights.bin'), 1000), /weights\.bin/],
    [
      'a model that is not JSON',
      (copy: string) => writeFileSync(join(copy, 'model.json'), '{'),
      /model\.json/,
    ],
    [
      'NaN weights',
      (copy: string) => {
        const file = join(copy, 'weights.bin');
        const bytes = readFileSync(file);
        bytes.writeFloatLE(Number.NaN, 400);
        writeFileSync(file, bytes);
      },
      /NaN/,
    ],
    [
      'an unknown layer',
      (copy: string) =>
        edit(copy, (model) => {
          const text = JSON.stringify(model).replace('"class_name":"Dense"', '"class_name":"Dance"');
          Object.assign(model, JSON.parse(text));
        }),
      /Dance/,
    ],
    [
      'weights of the wrong shape',
      (copy: string) =>
        edit(copy, (model) => {
          Object.assign(model, JSON.parse(JSON.stringify(model).replace('[128,128]', '[64,256]')));
        }),
      /\[?64/,
    ],
  ])('%s', (name, damage, message) => {
    refused(['solve', 'mnist', '--network', damaged(name.replaceAll(' ', '-'), damage)], message);
  });
});

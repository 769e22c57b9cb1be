import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compiled } from '../../runtime/node/compiled.js';
import { writeQuadratic } from './quadratic.js';

const command = compiled(new URL('../../cli/any.ts', import.meta.url).href, './graybox.js').pathname;
const folder = mkdtempSync(join(tmpdir(), 'graybox-limits-'));
afterAll(() => rmSync(folder, { recursive: true }));

const unix = process.platform === 'linux';

/** Runs the command by a shell that sets limits first. */
const limited = (limits: string, args: readonly string[], flags = '') =>
  spawnSync('bash', ['-c', `${limits}; exec "$NODE" ${flags} "$@"`, 'bash', command, ...args], {
    encoding: 'utf8',
    cwd: folder,
    timeout: 110_000,
    env: { ...process.env, NODE: process.execPath },
  });

describe.skipIf(!unix)('where address space is short', () => {
  const file = writeQuadratic(folder, 'small', { variables: 2, rows: 1, perRow: 2 });

  it.each([2, 4, 8])('solves with %i GB', (gigabytes) => {
    const { stdout, stderr, status } = limited(`ulimit -v ${gigabytes * 2 ** 20}`, ['solve', file, '--json']);
    expect({ status, stderr: stderr.includes('Error') }).toEqual({ status: 0, stderr: false });
    expect(JSON.parse(stdout)).toMatchObject({ status: 'optimal', kernels: ['wasm'] });
  }, 120_000);

  it('passes the exit code of the second process on, and its streams', () => {
    const none = limited('ulimit -v 4194304', ['solve', 'none.nl']);
    expect(none).toMatchObject({ status: 2, stdout: '' });
    expect(none.stderr).toMatch(/^graybox: none\.nl: no such .*\n$/);
    const version = limited('ulimit -v 4194304', ['--version']);
    expect(version.stdout).toMatch(/^ipopt 3/);
  }, 120_000);

  it('the library solves in plain JavaScript', () => {
    const index = compiled(new URL('../../any.ts', import.meta.url).href, './index.js').href;
    const script = `import { solveNl } from '${index}';
      const { solution } = await solveNl('${file}');
      console.log(solution.status, solution.kernels.join());`;
    const run = spawnSync(
      'bash',
      ['-c', 'ulimit -v 4194304; exec "$0" --input-type=module -e "$1"', process.execPath, script],
      { encoding: 'utf8', timeout: 110_000 },
    );
    expect(run).toMatchObject({ status: 0, stdout: 'optimal javascript\n' });
  }, 120_000);

  it('says what was needed where a factorization cannot be had, with the point held', () => {
    // 12,000 rows on 20,000 variables: their factor takes more than a process of 2 GB can have.
    const stub = writeQuadratic(folder, 'large', { variables: 20_000, rows: 12_000, perRow: 4 }).replace(
      /\.nl$/,
      '',
    );
    const { status } = limited('ulimit -v 2097152', [stub, '-AMPL', 'max_iter=3']);
    expect(status).toBe(0);
    const sol = readFileSync(join(folder, 'large.sol'), 'utf8');
    expect(sol).toMatch(
      /Out of memory\. the linear solver needs \d\.\d\d GiB \(\d+ bytes\): more than can be had/,
    );
    expect(sol).toMatch(/^objno 0 553$/m);
    expect(sol.split('\n').length).toBeGreaterThan(32_000);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  }, 120_000);
});

describe('where the heap is short', () => {
  /** min Σ x in a box, as text. */
  const linear = (n: number): string => {
    const each = (line: (j: number) => string) => Array.from({ length: n }, (_, j) => line(j));
    return [
      `g3 1 1 0\n ${n} 0 1 0 0\n 0 0\n 0 0\n 0 0 0\n 0 0 0 1\n 0 0 0 0 0\n 0 ${n}\n 0 0\n 0 0 0 0 0\nO0 0\nn0\nb`,
      ...each(() => '0 -1 1'),
      `k${n - 1}`,
      ...each(() => '0').slice(1),
      `G0 ${n}`,
      ...each((j) => `${j} 1`),
      '',
    ].join('\n');
  };

  it.each([64, 80])('300,000 variables in %i MB end in an answer, a status or one line', (megabytes) => {
    const file = join(folder, 'many.nl');
    writeFileSync(file, linear(300_000));
    const args = [`--max-old-space-size=${megabytes}`, command, 'solve', file, '--json', '--max-iter', '1'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      timeout: 110_000,
      maxBuffer: 2 ** 27,
    });
    expect({ status, trace: /^ +at |FATAL/m.test(stderr) }).toEqual({ status: 1, trace: false });
    if (stdout === '') expect(stderr).toMatch(/\ngraybox: out of memory: .*raise it with node.*\n$/);
    else expect(JSON.parse(stdout).status).toMatch(/^(out-of-memory|iteration-limit)$/);
  }, 120_000);
});

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compiled } from '../../runtime/node/compiled.js';
import { loadIpopt } from '../../solvers/ipopt/library.js';
import { splitOptions } from '../../solvers/ipopt/options.js';
import { InputError } from '../../src/core/errors.js';
import { libraryPaths } from '../../src/core/libraries.js';

const folder = mkdtempSync(join(tmpdir(), 'ipopt-opt-'));
afterAll(() => rmSync(folder, { recursive: true }));
const planted = 'max_iter 1\noutput_file written.txt\nprint_level 5\n';
writeFileSync(join(folder, 'ipopt.opt'), planted);
writeFileSync(join(folder, 'mine.opt'), 'max_iter 2\n');

const module = (specifier: string): string => JSON.stringify(compiled(import.meta.url, specifier).href);

/** Solves hs71 in a process whose working folder holds an ipopt.opt. */
function solve(
  solver: 'openIpopt' | 'openIpoptWasm',
  options: object,
): { status: string; iterations: number } {
  const script = `
    import { ${solver} } from ${module('../../solvers/ipopt/index.js')};
    import * as problems from ${module('../interior-point/problems.js')};
    const ipopt = await ${solver}();
    const { status, iterations } = await ipopt.solve(problems.small(problems.hs71()), ${JSON.stringify(options)});
    process.stderr.write('\\n' + JSON.stringify({ status, iterations }));`;
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
    encoding: 'utf8',
  });
  return JSON.parse(stderr.split('\n').at(-1)!);
}

const missing = await loadIpopt().then(
  () => false,
  (error) => error instanceof InputError,
);

describe.each([
  ['openIpopt', missing],
  ['openIpoptWasm', process.env['GRAYBOX_IPOPT_WASM'] === undefined],
] as const)('%s', (solver, absent) => {
  it.skipIf(absent)('does not read the ipopt.opt of the working folder', () => {
    const { status, iterations } = solve(solver, {});
    expect(status).toBe('optimal');
    expect(iterations).toBeGreaterThan(5);
    expect(existsSync(join(folder, 'written.txt'))).toBe(false);
  });
});

it.skipIf(missing)('reads the option file that the caller names', () => {
  expect(solve('openIpopt', { option_file_name: 'mine.opt' })).toEqual({
    status: 'iteration-limit',
    iterations: 2,
  });
});

it('leaves option files to the caller, once', () => {
  const named = (given: Record<string, string>) =>
    splitOptions(given, undefined, true).options.filter(([name]) => name === 'option_file_name');
  expect(named({})).toEqual([['option_file_name', '']]);
  expect(named({ option_file_name: 'mine.opt' }).at(-1)).toEqual(['option_file_name', 'mine.opt']);
});

it('lets no loader look for a library in the working folder', () => {
  const names = ['a.dll', 'C:\\there\\b.dll'];
  expect(libraryPaths(names, 'win32', '.;C:\\Windows\\;"D:\\my libs";lib;\\\\host\\share;C:')).toEqual([
    'C:\\Windows\\a.dll',
    'D:\\my libs\\a.dll',
    '\\\\host\\share\\a.dll',
    'C:\\there\\b.dll',
  ]);
  for (const path of libraryPaths(['libipopt.dylib'], 'darwin')) expect(path).toMatch(/^\//);
  expect(libraryPaths(['/System/A'], 'darwin')).toEqual(['/System/A']);
  expect(libraryPaths(['libipopt.so.3'], 'linux')).toEqual(['libipopt.so.3']);
});

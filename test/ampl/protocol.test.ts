import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readArguments } from '../../cli/ampl/arguments.js';
import { solveCode } from '../../cli/ampl/codes.js';
import { parseAssignments, readAssignments } from '../../cli/ampl/keywords.js';
import { runAmpl } from '../../cli/ampl.js';
import type { Solve } from '../../cli/nl/solve.js';
import type { Solution, SolveOptions, Status } from '../../index.js';
import { v, writeNl } from '../read/nl-writer.js';
import { parseSol } from './sol-reader.js';

describe('assignments', () => {
  it.each([
    ['tol=1e-6 max_iter=5', ['tol=1e-6', 'max_iter=5']],
    ['  tol 1e-6\tmax_iter = 5 ', ['tol=1e-6', 'max_iter=5']],
    ['mu_strategy="adaptive" a=\'b c\' d="e ""f"""', ['mu_strategy=adaptive', 'a=b c', 'd=e "f"']],
    ['', []],
    ['flag', ['flag=']],
  ])('%s', (text, expected) => {
    expect(parseAssignments(text).map(({ name, text: value }) => `${name}=${value}`)).toEqual(expected);
  });

  it('go to the protocol or to the solver, under their types', () => {
    const { protocol, solver } = readAssignments(
      parseAssignments(
        'outlev=0 tol=1e-6 max_iter=7 mu_strategy=adaptive timelim=3 objno=2 relax=yes tol=1e-5',
      ),
    );
    expect(protocol).toMatchObject({ outlev: 0, objno: 2, relax: true, wantsol: 0 });
    expect(solver).toEqual({ tol: 1e-5, max_iter: 7, mu_strategy: 'adaptive', max_wall_time: 3 });
  });

  it('take 0 and 1 for switches', () => {
    expect(readAssignments(parseAssignments('relax=1 honor_original_bounds=0'))).toMatchObject({
      protocol: { relax: true },
      solver: { honor_original_bounds: false },
    });
  });

  it.each([
    ['tolerance=1', /Unknown keyword "tolerance"/],
    ['mu_stratgy=adaptive', /did you mean "mu_strategy"/],
    ['tol=abc', /Bad value in "tol=abc": must be > 0/],
    ['tol=', /Bad value/],
    ['max_iter=1.5', /Bad value/],
    ['max_iter=-1', /Bad value/],
    ['constructor=1', /Unknown keyword/],
    ['mu_strategy=quick', /monotone \| adaptive/],
    ['wantsol=0.5', /Bad value/],
    ['=5', /expected key=value/],
  ])('refuses %s', (text, message) => {
    expect(() => readAssignments(parseAssignments(text))).toThrow(message);
  });
});

describe('arguments', () => {
  it('reads stub, -AMPL and assignments after those of the environment', () => {
    const request = readArguments(['dir/p.nl', '-AMPL', 'tol=1e-6'], { graybox_options: 'tol=1 outlev=0' });
    expect(request).toMatchObject({ do: 'solve', stub: 'dir/p', ampl: true, echo: true, writeSol: false });
    expect(request.do === 'solve' && request.assignments.map(({ name, text }) => name + text)).toEqual([
      'tol1',
      'outlev0',
      'tol1e-6',
    ]);
  });
  it('reads options before the stub', () => {
    expect(readArguments(['-s', '-e', '-o', 'out.sol', 'p'], {})).toMatchObject({
      writeSol: true,
      echo: false,
      solFile: 'out.sol',
      ampl: false,
    });
    expect(readArguments(['-v'], {})).toEqual({ do: 'version' });
    expect(readArguments(['-='], {})).toEqual({ do: 'keywords' });
    expect(() => readArguments(['-q', 'p'], {})).toThrow(/bad option -q/);
    expect(() => readArguments([], {})).toThrow(/no stub/);
  });
});

describe('runAmpl', () => {
  let folder = '';
  let out = '';
  let errors = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ampl-'));
    [out, errors] = ['', ''];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      out += text;
      return true;
    });
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      errors += text;
      return true;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });

  const stub = () => join(folder, 'p');
  const write = (maximize: boolean, options = 'g3 1 1 0'): void => {
    const bytes = writeNl({
      variables: [{ lower: 0 }, { upper: 4 }],
      rows: [
        {
          tree: 0,
          linear: [
            [0, 1],
            [1, 1],
          ],
          upper: 3,
        },
      ],
      objectives: [{ tree: v(0), maximize }],
    });
    writeFileSync(`${stub()}.nl`, new TextDecoder().decode(bytes).replace('g3 1 1 0', options));
  };
  let given: SolveOptions = {};
  /** A solver that answers at once, with multipliers that can be told apart. */
  const answering =
    (status: Status): Solve =>
    async (_, options) => {
      given = options;
      return {
        status,
        message: 'as asked',
        x: Float64Array.of(1.25, 1e-300),
        objective: -7,
        constraints: Float64Array.of(1.25),
        multipliers: {
          constraints: Float64Array.of(0.5),
          lower: Float64Array.of(2, 0),
          upper: Float64Array.of(0, 3),
        },
        iterations: 9,
        seconds: { total: 0.25, oracle: 0, linear: 0, other: 0.25 },
      } as Solution;
    };

  it('writes STUB.sol for a minimization', async () => {
    write(false);
    expect(await runAmpl([stub(), '-AMPL', 'tol=1e-6'], {}, answering('optimal'))).toBe(0);
    const sol = parseSol(readFileSync(`${stub()}.sol`, 'utf8'));
    expect(sol.message).toMatch(
      /^graybox \d+\.\d+\.\d+: Optimal Solution Found\. as asked; objective -7, 9 iterations$/,
    );
    expect(sol.options).toEqual([1, 1, 0]);
    expect(sol.duals).toEqual([-0.5]);
    expect(sol.x).toEqual([1.25, 1e-300]);
    expect([sol.objective, sol.code]).toEqual([0, 0]);
    expect(sol.suffixes).toEqual({ ipopt_zL_out: { 0: 2 }, ipopt_zU_out: { 1: -3 } });
    expect(given['tol']).toBe(1e-6);
    expect(out).toContain('tol=1e-6');
    expect(out).toMatch(/^Number of Iterations\.*: 9$/m);
    expect(out).toMatch(/^Total seconds in graybox = 0\.250$/m);
    expect(readdirSync(folder).sort()).toEqual(['p.nl', 'p.sol']);
  });

  it('exchanges the signs for a maximization', async () => {
    write(true);
    await runAmpl([`${stub()}.nl`, '-AMPL'], {}, answering('acceptable'));
    const sol = parseSol(readFileSync(`${stub()}.sol`, 'utf8'));
    expect(sol.duals).toEqual([0.5]);
    expect(sol.code).toBe(1);
    expect(sol.suffixes).toEqual({ ipopt_zL_out: { 0: -2 }, ipopt_zU_out: { 1: 3 } });
  });

  it('lays the .sol file out as readers of Ipopt’s expect: duals from line 13, zU before zL', async () => {
    write(false);
    await runAmpl([stub(), '-AMPL'], {}, answering('optimal'));
    const lines = readFileSync(`${stub()}.sol`, 'utf8').split('\n');
    expect(lines[1]).toContain('Optimal Solution Found');
    expect(lines.slice(2, 12)).toEqual(['', 'Options', '3', '1', '1', '0', '1', '1', '2', '2']);
    expect(lines.slice(12, 17)).toEqual(['-0.5', '1.25', '1e-300', 'objno 0 0', 'suffix 4 1 13 0 0']);
    expect(lines.filter((line) => line.startsWith('ipopt_'))).toEqual(['ipopt_zU_out', 'ipopt_zL_out']);
  });

  it('echoes options with a bound tolerance', async () => {
    write(false, 'g3 1 3 0 1e-9');
    await runAmpl([stub(), '-AMPL'], {}, answering('optimal'));
    const lines = readFileSync(`${stub()}.sol`, 'utf8').split('\n');
    const at = lines.indexOf('Options');
    expect(lines.slice(at, at + 10)).toEqual(['Options', '5', '1', '3', '0', '1', '1', '2', '2', '1e-9']);
  });

  it('gives every status its code and the exit code 0 under -AMPL', async () => {
    write(false);
    for (const [status, code] of Object.entries(solveCode)) {
      expect(await runAmpl([stub(), '-AMPL', 'outlev=0'], {}, answering(status as Status))).toBe(0);
      expect(parseSol(readFileSync(`${stub()}.sol`, 'utf8')).code).toBe(code);
    }
    expect(out).toBe('');
  });

  it('without -AMPL prints, and writes only when asked', async () => {
    write(false);
    expect(await runAmpl([stub()], {}, answering('optimal'))).toBe(0);
    expect(existsSync(`${stub()}.sol`)).toBe(false);
    expect(await runAmpl([stub()], {}, answering('infeasible'))).toBe(1);
    out = '';
    await runAmpl([stub(), 'wantsol=15'], {}, answering('optimal'));
    expect(existsSync(`${stub()}.sol`)).toBe(true);
    expect(out).toMatch(/v0\s+1\.25/);
    expect(out).toMatch(/c0\s+-0\.5/);
    expect(out).not.toContain('Optimal');
    await runAmpl(['-o', join(folder, 'else.sol'), stub()], {}, answering('optimal'));
    expect(existsSync(join(folder, 'else.sol'))).toBe(true);
  });

  it('reports its version, its keys and its usage', async () => {
    expect(await runAmpl(['-v'], {})).toBe(0);
    expect(out).toMatch(/^graybox \d+\.\d+\.\d+ \(.*\)\n$/);
    await runAmpl(['-='], {});
    expect(out).toMatch(/^max_iter .*3000/m);
    await runAmpl(['-?'], {});
    expect(out).toContain('usage: graybox');
  });

  it('refuses unknown keywords and unreadable files without a .sol file', async () => {
    write(false);
    expect(await runAmpl([stub(), '-AMPL', 'speed=11'], {}, answering('optimal'))).toBe(1);
    expect(errors).toContain('Unknown keyword "speed"');
    expect(await runAmpl([stub(), '-AMPL'], { graybox_options: 'tol=x' }, answering('optimal'))).toBe(1);
    writeFileSync(`${stub()}.nl`, 'g3 1 1 0\n 2 1\n');
    expect(await runAmpl([stub(), '-AMPL'], {}, answering('optimal'))).toBe(2);
    expect(errors).toMatch(/p\.nl:2: expected 3 to 6 integers/);
    expect(await runAmpl([join(folder, 'none'), '-AMPL'], {}, answering('optimal'))).toBe(2);
    expect(existsSync(`${stub()}.sol`)).toBe(false);
  });

  it('passes multipliers on when asked to start warm', async () => {
    writeFileSync(
      `${stub()}.nl`,
      writeNl({
        variables: [{ lower: 0 }],
        rows: [{ tree: v(0), upper: 1 }],
        objectives: [{ tree: v(0) }],
        duals: [[0, -2]],
      }),
    );
    await runAmpl([stub(), '-AMPL'], {}, answering('optimal'));
    expect(given.warmStart).toBeUndefined();
    await runAmpl([stub(), '-AMPL', 'warm_start_init_point=yes'], {}, answering('optimal'));
    expect([...given.warmStart!.multipliers!.constraints]).toEqual([2]);
  });
});

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readArguments } from '../../cli/ampl/arguments.js';
import { parseAssignments } from '../../cli/ampl/assignments.js';
import { solveCode } from '../../cli/ampl/codes.js';
import { readAssignments } from '../../cli/ampl/keywords.js';
import { runAmpl } from '../../cli/ampl.js';
import type { Solve } from '../../cli/nl/solve.js';
import { type Solution, type SolveOptions, type Status, solveHere, type WarmStart } from '../../index.js';
import { o, v, writeNl } from '../read/nl-writer.js';
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

  it('mean the same by Ipopt’s other names', () => {
    const read = (text: string) => readAssignments(parseAssignments(text));
    expect(read('maxit=7 MU_STRATEGY=Adaptive tol=1d-6').solver).toEqual({
      max_iter: 7,
      mu_strategy: 'adaptive',
      tol: 1e-6,
    });
    expect(read('max_wall_time=9 max_cpu_time=5').solver).toEqual({ max_wall_time: 5 });
    expect(read('max_cpu_time=5 max_wall_time=3').solver).toEqual({ max_wall_time: 3 });
    expect(read('nlp_lower_bound_inf=-1e15 nlp_upper_bound_inf=1e16').solver).toEqual({ nlp_infinity: 1e16 });
    for (const [level, outlev] of Object.entries({ 0: 0, 1: 1, 4: 1, 5: 2, 12: 2 }))
      expect(read(`print_level=${level}`).protocol.outlev).toBe(outlev);
  });

  it('take Ipopt’s options without a meaning here, with one remark', () => {
    const { solver, remark } = readAssignments(
      parseAssignments(
        'linear_solver="ma57" print_user_options=yes tol=1e-6 resto.tol=1e-3 alpha_for_y=acceptor sb=1',
      ),
    );
    expect(solver).toEqual({ tol: 1e-6 });
    expect(remark).toBe(
      'options of Ipopt without a meaning here, ignored: linear_solver, print_user_options, resto.tol, sb; values that only Ipopt offers, default kept: alpha_for_y=acceptor',
    );
    expect(readAssignments(parseAssignments('tol=1e-6')).remark).toBeUndefined();
  });

  it.each([
    ['ma57_pivtol=high', /Bad value in "ma57_pivtol=high": must be a real number in \(0, 1\)/],
    ['print_level=5.5', /must be a whole number in \[0, 12\]/],
    ['linear_solver=ma58', /must be ma27 \| ma57/],
    ['linear_solvr=ma57', /Unknown keyword "linear_solvr"; did you mean "linear_solver"/],
    ['print_timing=yes', /Unknown keyword/],
    ['linear_solver_options={}', /Unknown keyword/],
    ['option_file_name=/nowhere/a.opt', /option_file_name: \/nowhere\/a\.opt cannot be read \(ENOENT\)/],
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
  it('takes an argument with blanks for one assignment, as Pyomo passes paths', () => {
    const request = readArguments(
      ['p', '-AMPL', 'output_file=/my dir/a.txt', 'tol=1 max_iter=2', 'mu_init', '=3'],
      {},
    );
    expect(request.do === 'solve' && request.assignments.map(({ name, text }) => `${name}:${text}`)).toEqual([
      'output_file:/my dir/a.txt',
      'tol:1',
      'max_iter:2',
      'mu_init:3',
    ]);
  });
  it.each([
    [undefined, true],
    ['0', false],
    ['1', true],
    ['2', false],
    ['no', true],
  ])('heeds AMPL’s solver_msg=%s', (solver_msg, echo) => {
    expect(readArguments(['p'], { solver_msg })).toMatchObject({ echo });
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

  it('reads the option file that it is told to, and only that, over what the command line says', async () => {
    write(false);
    const file = join(folder, 'my options.opt');
    writeFileSync(
      file,
      '\uFEFF# a comment\ntol 1d-4 # more\n\nlinear_solver "ma57"\n  max_iter\t12\nprint_level 0\n',
    );
    writeFileSync(join(folder, 'ipopt.opt'), 'tol 1\n');
    await runAmpl([stub(), '-AMPL', `option_file_name=${file}`, 'tol=1e-9'], {}, answering('optimal'));
    expect(given).toMatchObject({ tol: 1e-4, max_iter: 12 });
    for (const [text, message] of [
      ['tol\n', /my options\.opt: option "tol" has no value/],
      ['tol 1e-4\nmax_iterr 5', /my options\.opt: Unknown keyword "max_iterr"; did you mean "max_iter"/],
      ['max_iter many', /my options\.opt: Bad value in "max_iter=many"/],
      ['#'.repeat(1_000_001), /my options\.opt has more than 1000000 bytes/],
    ] as const) {
      writeFileSync(file, text);
      errors = '';
      expect(await runAmpl([stub(), '-AMPL', `option_file_name="${file}"`], {}, answering('optimal'))).toBe(
        1,
      );
      expect(errors).toMatch(message);
    }
  });

  it.skipIf(!existsSync('/dev/zero'))(
    'waits for no pipe and reads no endless device as an option file',
    async () => {
      write(false);
      const pipe = join(folder, 'pipe');
      spawnSync('mkfifo', [pipe]);
      for (const [path, code] of [
        ['/dev/null', 0],
        [pipe, 0],
        ['/dev/zero', 1],
        [folder, 1],
      ] as const)
        expect(await runAmpl([stub(), '-AMPL', `option_file_name=${path}`], {}, answering('optimal'))).toBe(
          code,
        );
    },
  );

  it.skipIf(process.platform === 'win32')('refuses names that are no regular files', async () => {
    write(false);
    spawnSync('mkfifo', [`${stub()}.col`]);
    expect(await runAmpl([stub(), '-AMPL'], {}, answering('optimal'))).toBe(2);
    expect(errors).toMatch(/p\.col: is a pipe, not a regular file/);
  });

  it('maximizes where obj_scaling_factor is negative, as Ipopt does', async () => {
    const objectives = [{ tree: o(16, o(5, o(0, v(0), -3), 2)) }];
    writeFileSync(`${stub()}.nl`, writeNl({ variables: [{ upper: 2 }], rows: [], objectives }));
    expect(await runAmpl([stub(), '-AMPL', 'obj_scaling_factor=-2'], {}, solveHere)).toBe(0);
    const { x, suffixes, code } = parseSol(readFileSync(`${stub()}.sol`, 'utf8'));
    expect(code).toBe(0);
    expect(x[0]).toBeCloseTo(2, 6);
    // d(−(x − 3)²)/dx at the bound 2 is 2.
    expect(suffixes['ipopt_zU_out']![0]).toBeCloseTo(2, 5);
    expect(out).toContain('objective -1');
  });

  it('names the clock that was limited', async () => {
    write(false);
    await runAmpl([stub(), '-AMPL', 'max_cpu_time=5'], {}, answering('time-limit'));
    expect(readFileSync(`${stub()}.sol`, 'utf8')).toContain('Maximum CPU Time Exceeded');
    await runAmpl([stub(), '-AMPL', 'max_wall_time=5'], {}, answering('time-limit'));
    expect(readFileSync(`${stub()}.sol`, 'utf8')).toContain('Maximum Wallclock Time Exceeded');
  });

  it('tells faults of its own in the .sol file and lets them through', async () => {
    write(false);
    const failing: Solve = async () => {
      throw new TypeError('of ours\nin two lines');
    };
    await expect(runAmpl([stub(), '-AMPL'], {}, failing)).rejects.toThrow('of ours');
    const sol = parseSol(readFileSync(`${stub()}.sol`, 'utf8'));
    expect([sol.code, sol.x, sol.duals]).toEqual([554, [], []]);
    expect(sol.message).toContain('Internal error. of ours\\nin two lines');
    expect(readdirSync(folder).sort()).toEqual(['p.nl', 'p.sol']);
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
    expect((given.warmStart as WarmStart).multipliers!.constraints).toEqual(Float64Array.of(2));
  });
});

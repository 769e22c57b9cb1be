import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { parseSol } from '../ampl/sol-reader.js';
import { o, v, writeNl } from '../read/nl-writer.js';
import { graybox } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'ampl-flags-'));
afterAll(() => rmSync(folder, { recursive: true }));
const [stub, other] = [join(folder, 'p'), join(folder, 'other file.sol')];

// min (x₀ − 1)² with 2 x₀ + x₁ = 3: x = (1, 1), dual 0.
writeFileSync(
  `${stub}.nl`,
  writeNl({
    variables: [{}, {}],
    rows: [
      {
        tree: 0,
        linear: [
          [0, 2],
          [1, 1],
        ],
        lower: 3,
        upper: 3,
      },
    ],
    objectives: [{ tree: o(5, o(0, v(0), -1), 2) }],
  }),
);
beforeEach(() => {
  rmSync(`${stub}.sol`, { force: true });
  rmSync(other, { force: true });
});

const optimal = /Optimal Solution Found/;

it.each<[string, string[], { out?: RegExp; not?: RegExp; sol?: string }]>([
  ['a stub', [stub], { out: optimal }],
  ['a stub with .nl', [`${stub}.nl`], { out: optimal }],
  ['a stub and assignments', [stub, 'tol=1e-6'], { out: /^tol=1e-6$/m }],
  ['-s', ['-s', stub], { out: optimal, sol: `${stub}.sol` }],
  ['-e', ['-e', stub, 'tol=1e-6'], { out: optimal, not: /tol=/ }],
  ['-e -s', ['-e', '-s', stub, 'tol=1e-6'], { not: /tol=/, sol: `${stub}.sol` }],
  ['-o FILE', ['-o', other, stub], { out: optimal, sol: other }],
  ['-oFILE', [`-o${other}`, stub], { out: optimal, sol: other }],
  ['-o FILE with -AMPL', ['-o', other, stub, '-AMPL'], { out: optimal, sol: other }],
  ['--', ['--', stub], { out: optimal }],
  ['wantsol=1', [stub, 'wantsol=1'], { out: optimal, not: /variable/, sol: `${stub}.sol` }],
  ['wantsol=2', [stub, 'wantsol=2'], { out: /^v0\s+(1|0\.9999)[\s\S]*^v1\s/m, not: /c0/ }],
  ['wantsol=4', [stub, 'wantsol=4'], { out: /^c0\s/m, not: /^v0/m }],
  ['wantsol=3', [stub, 'wantsol=3'], { out: /^v0\s/m, sol: `${stub}.sol` }],
  ['wantsol=8', [stub, 'wantsol=8'], { not: optimal }],
  ['wantsol=15', [stub, 'wantsol=15'], { out: /^v0[\s\S]*^c0/m, not: optimal, sol: `${stub}.sol` }],
  ['wantsol=0 with -AMPL', [stub, '-AMPL', 'wantsol=0'], { out: optimal, sol: `${stub}.sol` }],
])('%s', (_, args, { out, not, sol }) => {
  const ended = graybox(args);
  expect(ended.err).toBe('');
  expect(ended.code).toBe(0);
  if (out) expect(ended.out).toMatch(out);
  if (not) expect(ended.out).not.toMatch(not);
  for (const path of [`${stub}.sol`, other]) expect(existsSync(path), path).toBe(path === sol);
  if (sol) {
    const { code, x } = parseSol(readFileSync(sol, 'utf8'));
    expect(code).toBe(0);
    expect(x[0]).toBeCloseTo(1, 6);
    expect(x[1]).toBeCloseTo(1, 5);
  }
});

it('tells its usage and its keys, each with what it takes', () => {
  const usage = graybox(['-?']);
  expect(usage.code).toBe(0);
  for (const flag of ['--', '-=', '-?', '-e', '-o FILE', '-s', '-v'])
    expect(usage.out).toContain(`\t${flag}  `);
  const { out } = graybox(['-=']);
  for (const key of ['tol', 'wantsol', 'objno', 'relax', 'outlev'])
    expect(out).toMatch(new RegExp(`^${key} `, 'm'));
  expect(out).not.toContain('[object');
});

it.each([
  ['an unknown flag', ['-q', stub], 2, /unknown option '-q'/],
  ['-o without a file', ['-o'], 1, /-o needs the name of a file/],
  ['no stub', ['-s'], 1, /no stub/],
  ['a stub that is not there', ['-e', join(folder, 'none'), 'tol=1'], 2, /none: no such \.nl file/],
  ['a command that is not there', ['slove'], 2, /unknown command 'slove'/],
])('%s: one line, nothing written', (_, args, code, message) => {
  const ended = graybox(args);
  expect(ended.err).toMatch(message);
  expect(ended.err.trim().split('\n')).toHaveLength(1);
  expect([ended.code, ended.out]).toEqual([code, '']);
});

it('solves with integer variables relaxed, by flag and by key', () => {
  const mixed = join(folder, 'mixed');
  const objectives = [{ tree: o(5, o(0, v(0), -1.5), 2) }];
  writeFileSync(`${mixed}.nl`, writeNl({ variables: [{}], rows: [], objectives, discrete: [0, 1, 0, 0, 0] }));
  const refused = graybox(['solve', `${mixed}.nl`]);
  expect([refused.code, refused.out]).toEqual([2, '']);
  expect(refused.err).toMatch(/1 integer or binary variables.*relax/);
  for (const args of [
    ['solve', `${mixed}.nl`, '--relax', '--json'],
    ['solve', `${mixed}.nl`, '--json', '--relax', '--option', 'objno=1'],
  ]) {
    const { code, out, err } = graybox(args);
    expect(code).toBe(0);
    expect(err).toMatch(/1 integer or binary variables are treated as continuous/);
    expect(JSON.parse(out).solution.v0).toBeCloseTo(1.5, 6);
  }
  expect(graybox([mixed, '-AMPL', 'relax=1']).code).toBe(0);
  expect(parseSol(readFileSync(`${mixed}.sol`, 'utf8')).x[0]).toBeCloseTo(1.5, 6);
  expect(graybox(['solve', 'mnist', '--relax']).err).toMatch(/--relax belongs to/);
});

it('takes Ipopt’s options on the command line of solve, with one remark', () => {
  const args = [
    'solve',
    `${stub}.nl`,
    '--json',
    '--option',
    'linear_solver=ma57',
    '--option',
    'mu_target=1e-9',
  ];
  const { code, err, out } = graybox(args);
  expect(code).toBe(0);
  expect(err).toMatch(
    /^graybox: options of Ipopt without a meaning here, ignored: linear_solver, mu_target$/m,
  );
  expect(JSON.parse(out).status).toBe('optimal');
  const unknown = graybox(['solve', `${stub}.nl`, '--option', 'linear_solvr=ma57']);
  expect([unknown.code, unknown.out]).toEqual([2, '']);
  expect(unknown.err).toMatch(/did you mean 'linear_solver'/);
  const objective = graybox(['solve', `${stub}.nl`, '--option', 'objno=0', '--json']);
  expect(JSON.parse(objective.out).objective).toBe(0);
  expect(graybox(['solve', `${stub}.nl`, '--option', 'objno=2']).err).toMatch(/objective 2 of 1/);
});

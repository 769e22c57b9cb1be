import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { parseSol } from '../ampl/sol-reader.js';
import { o, v, writeNl } from '../read/nl-writer.js';
import { command, graybox } from './run.js';

const root = mkdtempSync(join(tmpdir(), 'outputs-'));
afterAll(() => rmSync(root, { recursive: true }));
let folder: string;
let stub: string;
let runs = 0;

beforeEach(() => {
  folder = join(root, String(++runs));
  mkdirSync(folder);
  stub = join(folder, 'p');
  const objectives = [{ tree: o(5, o(0, v(0), -1), 2) }];
  writeFileSync(`${stub}.nl`, writeNl({ variables: [{}], rows: [], objectives }));
});

/** One line on standard error. */
const oneLineOf = (err: string): string => {
  expect(err.trim().split('\n')).toHaveLength(1);
  expect(err).not.toMatch(/\n {4}at /);
  return err;
};

describe('--out', () => {
  const solve = (out: string, ...more: string[]) => graybox(['solve', `${stub}.nl`, '--out', out, ...more]);

  it('makes the folder, says what it replaces, and leaves no draft', () => {
    const out = join(folder, 'a', 'b');
    const first = solve(out);
    expect([first.code, first.err]).toEqual([0, '']);
    expect(first.out).not.toContain('Replaces');
    expect(readdirSync(out).sort()).toEqual(['log.txt', 'result.json']);
    writeFileSync(join(out, 'other.txt'), 'stays');
    const second = solve(out);
    expect(second.out).toContain(`Replaces ${join(out, 'result.json')} and ${join(out, 'log.txt')}.`);
    expect(readdirSync(out).sort()).toEqual(['log.txt', 'other.txt', 'result.json']);
    expect(JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')).status).toBe('optimal');
  });

  it('writes through no link, neither the folder nor a file in it', () => {
    const [real, link] = [join(folder, 'real'), join(folder, 'link')];
    mkdirSync(real);
    writeFileSync(join(real, 'precious'), 'untouched');
    symlinkSync(real, link, 'dir');
    const through = solve(link);
    expect([through.code, through.out]).toEqual([2, '']);
    expect(oneLineOf(through.err)).toMatch(/link: is a link; it is not written through/);
    const out = join(folder, 'out');
    mkdirSync(out);
    symlinkSync(join(real, 'precious'), join(out, 'result.json'));
    const file = solve(out);
    expect([file.code, file.out]).toEqual([2, '']);
    expect(oneLineOf(file.err)).toMatch(/result\.json: is a link/);
    expect(readFileSync(join(real, 'precious'), 'utf8')).toBe('untouched');
    expect(readdirSync(out)).toEqual(['result.json']);
  });

  it.each([
    ['a file', () => `${stub}.nl`, /p\.nl: is there and no folder/],
    ['below a file', () => join(`${stub}.nl`, 'out'), /p\.nl/],
    ['nothing', () => '', /--out: name a folder/],
  ])('refuses %s before anything is solved', (_, out, message) => {
    const ended = solve(out());
    expect([ended.code, ended.out]).toEqual([2, '']);
    expect(oneLineOf(ended.err)).toMatch(message);
  });

  it.skipIf(!existsSync('/proc/self'))('refuses a place where the system makes no folders', () => {
    const ended = solve('/proc/x');
    expect([ended.code, ended.out]).toEqual([2, '']);
    expect(oneLineOf(ended.err)).toMatch(/\/proc\/x: cannot be written \(ENOENT\)/);
  });

  it('leaves nothing where the problem is refused', () => {
    const out = join(folder, 'a', 'b');
    const ended = graybox(['solve', join(folder, 'none.nl'), '--out', out]);
    expect(ended.code).toBe(2);
    const wrong = solve(out, '--option', 'objno=3');
    expect(wrong.code).toBe(2);
    expect(readdirSync(folder)).toEqual(['p.nl']);
  });

  it('keeps writers of one folder apart', async () => {
    const out = join(folder, 'shared');
    const codes = await Promise.all(
      Array.from(
        { length: 4 },
        () =>
          new Promise((resolve) =>
            spawn(process.execPath, [command, 'solve', `${stub}.nl`, '--out', out], { stdio: 'ignore' }).on(
              'close',
              resolve,
            ),
          ),
      ),
    );
    expect(codes).toEqual([0, 0, 0, 0]);
    expect(readdirSync(out).sort()).toEqual(['log.txt', 'result.json']);
    expect(JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')).status).toBe('optimal');
    expect(readFileSync(join(out, 'log.txt'), 'utf8').match(/optimal:/g)).toHaveLength(1);
  });
});

describe('a .sol file', () => {
  it('that cannot be opened is refused before the solve', () => {
    const ended = graybox(['-o', join(folder, 'none', 'p.sol'), stub, '-AMPL']);
    expect([ended.code, ended.out]).toEqual([2, '']);
    expect(oneLineOf(ended.err)).toMatch(/p\.sol: cannot be written \(ENOENT\)/);
    mkdirSync(`${stub}.sol`);
    const taken = graybox([stub, '-AMPL']);
    expect([taken.code, taken.out]).toEqual([2, '']);
    expect(oneLineOf(taken.err)).toMatch(/p\.sol: is there and no regular file/);
  });

  it('is written through no link', () => {
    writeFileSync(join(folder, 'precious'), 'untouched');
    symlinkSync(join(folder, 'precious'), `${stub}.sol`);
    const ended = graybox([stub, '-AMPL']);
    expect(ended.code).toBe(2);
    expect(oneLineOf(ended.err)).toMatch(/p\.sol: is a link/);
    expect(readFileSync(join(folder, 'precious'), 'utf8')).toBe('untouched');
  });
});

const shell = (script: string, env: Record<string, string> = {}) => {
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, GRAYBOX: command, NODE: process.execPath, ...env },
    timeout: 60_000,
  });
  return { code: status, out: stdout, err: stderr };
};

describe.skipIf(process.platform === 'win32')('what fails while writing', () => {
  // A limit on the size of files stands for a full disk.
  it('a .sol file: the answer goes to standard output, the exit code is 3', () => {
    const many = Array.from({ length: 2000 }, () => ({ start: 1 / 3 }));
    const objectives = [{ tree: o(5, o(0, v(0), -1), 2) }];
    writeFileSync(`${stub}.nl`, writeNl({ variables: many, rows: [], objectives }));
    const { code, out, err } = shell(
      'trap "" XFSZ; ulimit -f 1; "$NODE" "$GRAYBOX" p -AMPL outlev=0 | cat; exit $PIPESTATUS',
    );
    expect(oneLineOf(err)).toMatch(/p\.sol: cannot be written \(EFBIG\)/);
    expect(code).toBe(3);
    const sol = parseSol(out);
    expect([sol.code, sol.x.length]).toEqual([0, 2000]);
    expect(readdirSync(folder)).toEqual(['p.nl']);
  });

  it('files of --out: the same', () => {
    const many = Array.from({ length: 2000 }, () => ({ start: 1 / 3 }));
    const objectives = [{ tree: o(5, o(0, v(0), -1), 2) }];
    writeFileSync(`${stub}.nl`, writeNl({ variables: many, rows: [], objectives }));
    const { code, out, err } = shell(
      'trap "" XFSZ; ulimit -f 1; "$NODE" "$GRAYBOX" solve p.nl --out out | cat; exit $PIPESTATUS',
    );
    expect(oneLineOf(err)).toMatch(/result\.json: cannot be written \(EFBIG\)/);
    expect(code).toBe(3);
    expect(JSON.parse(out.slice(out.indexOf('\n{') + 1)).status).toBe('optimal');
    expect(readdirSync(join(folder, 'out'))).toEqual(['log.txt']);
  });

  it.skipIf(!existsSync('/dev/full'))(
    'standard output: one line, exit code 3, unless the answer is elsewhere',
    () => {
      const plain = shell('"$NODE" "$GRAYBOX" solve p.nl > /dev/full');
      expect(oneLineOf(plain.err)).toBe('graybox: standard output takes nothing more (ENOSPC)\n');
      expect(plain.code).toBe(3);
      for (const args of ['options', '--version', 'inspect "$MODEL"', '-v', '-=']) {
        const model = fileURLToPath(new URL('../../models/mnist-tanh-128', import.meta.url));
        const ended = shell(`"$NODE" "$GRAYBOX" ${args} > /dev/full`, { MODEL: model });
        expect(oneLineOf(ended.err)).toContain('ENOSPC');
        expect(ended.code).toBe(3);
      }
      expect(shell('"$NODE" "$GRAYBOX" p -AMPL > /dev/full').code).toBe(0);
      expect(parseSol(readFileSync(`${stub}.sol`, 'utf8')).code).toBe(0);
      expect(shell('"$NODE" "$GRAYBOX" solve p.nl --json 2> /dev/full').code).toBe(0);
    },
  );

  it('a reader that leaves early: quiet; the .sol file is written all the same', () => {
    const head = shell('"$NODE" "$GRAYBOX" options | head -1; echo "$PIPESTATUS"');
    expect(head.err).toBe('');
    expect(head.out).toMatch(/^option .*\n(0|141)\n$/);
    const gone = shell('"$NODE" "$GRAYBOX" solve p.nl | true; echo "$PIPESTATUS"');
    expect([gone.err, gone.out]).toEqual(['', '141\n']);
    const ampl = shell('"$NODE" "$GRAYBOX" p -AMPL outlev=2 | true; echo "$PIPESTATUS"');
    expect([ampl.err, ampl.out]).toEqual(['', '0\n']);
    expect(parseSol(readFileSync(`${stub}.sol`, 'utf8')).code).toBe(0);
    const error = shell('"$NODE" "$GRAYBOX" solve p.nl --json 2>&1 >out.json | true; cat out.json');
    expect(JSON.parse(error.out).status).toBe('optimal');
    const mistake = shell('"$NODE" "$GRAYBOX" solve none.nl 2>&1 >/dev/null | true; echo "$PIPESTATUS"');
    expect(mistake.out).toBe('2\n');
  });
});

describe('control characters in names', () => {
  const evil = 'a\x1b[31m\x07\x9b2J\u202eb';

  it('of variables, rows and files are shown escaped', () => {
    const named = join(folder, 'x\x1b[2Jy');
    const rows = [{ tree: v(0), upper: 5 }];
    const objectives = [{ tree: o(16, v(0)) }];
    writeFileSync(`${named}.nl`, writeNl({ variables: [{}], rows, objectives }));
    writeFileSync(`${named}.col`, `${evil}\n`);
    writeFileSync(`${named}.row`, `${evil}\n`);
    const hidden = /(?![\n\t])[\p{Cc}\u202a-\u202e]/u;
    for (const args of [
      [named, 'wantsol=6'],
      ['solve', `${named}.nl`],
      ['solve', `${named}.nl`, '--json'],
      ['solve', `${named}.nl`, '--out', join(folder, 'out')],
      [named, '-AMPL', 'objno=4'],
      ['solve', `${named}x.nl`],
      ['solve', evil],
      ['inspect', evil],
      [evil],
      [`--${evil}`],
    ]) {
      const { out, err } = graybox(args);
      expect(out + err).not.toMatch(hidden);
    }
    expect(readFileSync(`${named}.sol`, 'utf8')).not.toMatch(hidden);
    for (const file of ['log.txt', 'result.json'])
      expect(readFileSync(join(folder, 'out', file), 'utf8')).not.toMatch(hidden);
    expect(Object.keys(JSON.parse(graybox(['solve', `${named}.nl`, '--json']).out).solution)).toEqual([evil]);
  });
});

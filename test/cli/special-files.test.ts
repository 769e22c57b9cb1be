import { execFileSync } from 'node:child_process';
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
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { main } from '../../cli/main.js';
import { modelFolder } from '../../models/index.js';
import { writeQuadratic } from './quadratic.js';

const folder = mkdtempSync(join(tmpdir(), 'graybox-special-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const network = modelFolder('scopf-nine-buses');

/** Runs a command in this process. */
async function told(args: readonly string[]) {
  let err = '';
  const before = process.exitCode;
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((_text, ...rest: unknown[]) => {
    for (const own of rest) if (typeof own === 'function') own();
    return true;
  });
  const bad = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += text;
    return true;
  });
  try {
    return { code: await main(args), get err() { return err; } }; // biome-ignore format: one answer
  } finally {
    out.mockRestore();
    bad.mockRestore();
    process.exitCode = before;
  }
}

/** What may stand where a file should, by how it comes there. */
const specials: Record<string, (path: string) => void> = {
  'a device without end': (path) => symlinkSync('/dev/zero', path),
  'a link to nothing': (path) => symlinkSync('/none/x', path),
  'a link to itself': (path) => symlinkSync(path, path),
  'a pipe': (path) => void execFileSync('mkfifo', [path]),
  'a folder': (path) => void mkdirSync(path),
  'an empty file': (path) => writeFileSync(path, ''),
  zeros: (path) => writeFileSync(path, new Uint8Array(100)),
  'a byte-order mark': (path) => writeFileSync(path, '\ufeff'),
  'lists in lists': (path) => writeFileSync(path, '['.repeat(1e5)),
  'objects in objects': (path) => writeFileSync(path, '{"a":'.repeat(1e5)),
};

/** Every place for a file: its ending, and the command with FILE for it. */
const places: Record<string, readonly [ending: string, ...args: string[]]> = {
  'a network': ['json', 'inspect', 'FILE'],
  'an ONNX network': ['onnx', 'inspect', 'FILE'],
  'an HDF5 network': ['h5', 'check', 'FILE'],
  'a Keras network': ['keras', 'bounds', 'FILE', '--box', at('box.json')],
  'a box': ['json', 'bounds', network, '--box', 'FILE'],
  'a network to export': ['json', 'export', 'FILE', '--derivatives', at('exported')],
  'a .nl file': ['nl', 'solve', 'FILE'],
  'a stub': ['nl', 'FILE', '-AMPL'],
  'a grid': ['m', 'solve', 'FILE'],
  'a start': ['json', 'solve', join(import.meta.dirname, '../grid/three-buses.m'), '--start', 'FILE'],
  'quadratic programs': ['json', 'qp', 'FILE'],
  'a picture': ['png', 'solve', 'mnist', '--image', 'FILE'],
  'a classifier': ['json', 'solve', 'mnist', '--network', 'FILE'],
  'a case': ['m', 'solve', 'scopf', '--case', 'FILE'],
  dynamics: ['json', 'solve', 'scopf', '--case', 'nine-buses', '--dynamics', 'FILE'],
  contingencies: ['con', 'solve', 'scopf', '--case', 'nine-buses', '--contingency', 'FILE'],
  'a surrogate': ['json', 'solve', 'scopf', '--case', 'nine-buses', '--network', 'FILE'],
  'a case to simulate': ['m', 'simulate', '--case', 'FILE'],
  'a case to take apart': ['m', 'contingencies', '--units', '--case', 'FILE'],
  'a result to train around': [
    'json',
    'train',
    'scopf',
    '--samples',
    '20',
    '--around',
    'FILE',
    '--out',
    at('trained'),
  ],
  'data to train on': ['json', 'train', 'sudoku', '--data', 'FILE', '--out', at('trained')],
};

describe.skipIf(process.platform === 'win32')(
  'what stands where a file should is refused in one line',
  () => {
    beforeAll(() => writeFileSync(at('box.json'), '{ "lower": 0, "upper": 1 }'));
    it.each(Object.entries(places))('%s', async (what, [ending, ...args]) => {
      const wrong: string[] = [];
      for (const [special, make] of Object.entries(specials)) {
        const file = at(`${what} ${special}.${ending}`.replaceAll(' ', '-'));
        make(file);
        const { code, err } = await told(args.map((arg) => (arg === 'FILE' ? file : arg)));
        if (code !== 2 || !/^graybox[^\n]*\n$/.test(err) || err.length > 2100)
          wrong.push(`${special}: ${code}, ${err}`);
      }
      expect(wrong).toEqual([]);
      expect(existsSync(at('exported')) || existsSync(at('trained'))).toBe(false);
    });
  },
);

const stub = writeQuadratic(folder, 'p', { variables: 6, rows: 2, perRow: 3 });
/** Every command that writes into a folder: with FOLDER for it, and files that it writes there. */
const writers: Record<string, readonly [args: readonly string[], ...files: string[]]> = {
  export: [['export', network, '--derivatives', 'FOLDER'], 'f.onnx', 'fwd_adj_f.onnx'],
  'solve .nl': [['solve', stub, '--out', 'FOLDER'], 'result.json', 'log.txt'],
  'solve mnist': [['solve', 'mnist', '--max-iter', '0', '--out', 'FOLDER'], 'result.json'],
  simulate: [['simulate', '--case', 'nine-buses', '--out', 'FOLDER']],
  'train scopf': [
    ['train', 'scopf', '--samples', '20', '--epochs', '1000000', '--out', 'FOLDER'],
    'model.json',
    'card.json',
  ],
  'train sudoku': [
    ['train', 'sudoku', '--data', 'own', '--epochs', '1000000', '--out', 'FOLDER'],
    'result.json',
  ],
};

describe.skipIf(process.platform === 'win32')(
  'a place that takes no files is refused in one line, before the work',
  () => {
    const refused = async (
      args: readonly string[],
      out: string,
      wrong: string[],
      what: string,
    ): Promise<void> => {
      const { code, err } = await told(args.map((arg) => (arg === 'FOLDER' ? out : arg)));
      if (code !== 2 || !/^graybox[^\n]*\n$/.test(err)) wrong.push(`${what}: ${code}, ${err}`);
    };
    it.each(Object.entries(writers))('%s', async (what, [args, ...files]) => {
      const own = at(what.replaceAll(' ', '-'));
      mkdirSync(join(own, 'real'), { recursive: true });
      const wrong: string[] = [];
      symlinkSync('real', join(own, 'link'));
      symlinkSync('none', join(own, 'dangling'));
      symlinkSync('loop', join(own, 'loop'));
      execFileSync('mkfifo', [join(own, 'pipe')]);
      for (const out of ['link', 'dangling', 'loop', 'pipe', 'a\0b', 'n'.repeat(300)].map((name) =>
        join(own, name),
      ))
        await refused(args, out, wrong, out);
      for (const out of ['', stub, join(stub, 'below'), '/dev/full', '/dev/null/x', '/proc/x'])
        await refused(args, out, wrong, out);
      for (const file of files) {
        const victim = join(own, 'victim');
        writeFileSync(victim, 'mine');
        for (const [k, make] of [
          (path: string) => symlinkSync(victim, path),
          (path: string) => void mkdirSync(path),
          (path: string) => void execFileSync('mkfifo', [path]),
        ].entries()) {
          const out = join(own, `${file}-${k}`);
          mkdirSync(out);
          make(join(out, file));
          await refused(args, out, wrong, `${file} ${k}`);
          expect(readFileSync(victim, 'utf8')).toBe('mine');
        }
      }
      expect(wrong).toEqual([]);
      expect(readdirSync(join(own, 'real'))).toEqual([]);
      expect(
        readdirSync(own, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.part')),
      ).toEqual([]);
    });
  },
);

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readMatpower, readPsse, solveOpf } from '../../index.js';
import type { Grid } from '../../src/grid/grid.js';
import { plain } from '../read/psse-files.js';
import { pick, whole } from '../read/random.js';
import { damaged } from './bytes.js';
import { inFolder } from './folder.js';
import type { Format } from './format.js';
import { type GeneratedGrid, generateGrid, imbalance, writeGrid } from './grid-grammar.js';
import { judged } from './judge.js';

/** What stands in place of a number or a word. */
const wrong = [
  'NaN',
  'Inf',
  '-Inf',
  '1e999',
  '-1',
  '0',
  '1e308',
  '99999999999999999999',
  "'x'",
  'x',
  '[',
  ']',
  ';',
  '{',
  '%',
  '...',
  '1e',
  '0x10',
  '--1',
  '1;2',
  '\u0000',
  '\u001b[2J',
  'end',
  '1e-320',
  '__proto__',
  ',',
  '/',
  "'",
];

export function damagedText(random: () => number, text: string): string {
  let out = text;
  for (let k = 1 + whole(random, 3); k > 0; k--) {
    const words = [...out.matchAll(/[^\s,;]+/g)];
    const word = pick(random, words);
    const [at, end] = [word.index, word.index + word[0].length];
    const kind = whole(random, 5);
    if (kind <= 2) out = out.slice(0, at) + pick(random, wrong) + out.slice(end);
    else if (kind === 3) {
      const lines = out.split('\n');
      const line = whole(random, lines.length);
      if (random() < 0.5) lines.splice(line, 1);
      else lines.splice(line, 0, pick(random, lines));
      out = lines.join('\n');
    } else out = Buffer.from(damaged(random, Buffer.from(out))).toString();
    if (out.trim() === '') return '';
  }
  return out;
}

/** Texts that ask for much, or go on for long. */
function greedy(random: () => number): string {
  const many = pick(random, [1e3, 1e4, 1e5]);
  const head = "function mpc = g\nmpc.version = '2';\nmpc.baseMVA = 100;\n";
  switch (whole(random, 5)) {
    case 0:
      return `${head}mpc.bus = [${'1 '.repeat(many)}];`;
    case 1:
      return `${head}mpc.x = ${'['.repeat(many)}${']'.repeat(many)};`;
    case 2:
      return `${head}mpc.x = ${'{'.repeat(many)}'a';`;
    case 3:
      return `${head}${'mpc.y = [1 2;3 4];\n'.repeat(many / 10)}`;
    default: {
      // A long chain of buses, each told twice now and then.
      const n = many / 100;
      const rows = (row: (k: number) => string, count = n) =>
        Array.from({ length: count }, (_, k) => row(k)).join('\n');
      return `${head}mpc.bus = [\n${rows((k) => `${k + 1} ${k === 0 ? 3 : 1} 1 0 0 0 1 1 0 230 1 1.1 0.9`)}\n];\nmpc.gen = [1 0 0 9e3 -9e3 1 100 1 9e3 0];\nmpc.branch = [\n${rows((k) => `${k + 1} ${k + 2} 1e-5 1e-4 0 0 0 0 0 0 1 -360 360`, n - 1)}\n];\nmpc.gencost = [2 0 0 2 1 0];`;
    }
  }
}

/** Solves what was read where it is small, and compares flows with the rows of the case where they are known. */
export async function use(grid: Grid, expected: GeneratedGrid | undefined): Promise<string> {
  if (grid.buses.length > 1000) return 'read';
  const { solution, report } = await solveOpf(grid, { max_iter: 300 });
  if (solution.status !== 'optimal') {
    if (expected) throw new Error(`a sound grid ends as ${solution.status}`);
    return solution.status;
  }
  if (!expected) return 'optimal';
  const off = imbalance(expected, report.buses, report.units);
  if (!(off < 1e-4)) throw new Error(`a bus is out of balance by ${off} MW or MVAr`);
  return 'right';
}

/** Cases of MATPOWER by a grammar and of PSS/E, damaged in their words, lines and bytes; and ones that ask for much. */
export const grid: Format = {
  name: 'grid',
  count: 1000,
  async attempt(random) {
    const kind = random();
    if (kind < 0.1) return judged(() => use(readMatpower(Buffer.from(greedy(random))), undefined));
    if (kind < 0.7) {
      const generated = generateGrid(random);
      const text = writeGrid(random, generated);
      const sound = kind < 0.25;
      const own = sound ? text : damagedText(random, text);
      return judged(() => use(readMatpower(Buffer.from(own)), sound ? generated : undefined), sound);
    }
    return inFolder((folder) => {
      const part = pick(random, ['raw', 'raw', 'rop', 'inl', 'con'] as const);
      for (const [ending, text] of Object.entries(plain))
        writeFileSync(join(folder, `case.${ending}`), ending === part ? damagedText(random, text) : text);
      return judged(() => use(readPsse(folder), undefined));
    });
  },
};

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPsse } from '../../index.js';
import { pick, whole } from '../read/random.js';
import { inFolder } from './folder.js';
import type { Format } from './format.js';
import { damagedText, use } from './grid.js';
import { type GeneratedGrid, generateGrid } from './grid-grammar.js';
import { judged } from './judge.js';

type Texts = Record<'raw' | 'rop' | 'inl' | 'con', string>;

/** PSS/E's transformers have no line charging. */
const withoutCharging = (grid: GeneratedGrid): GeneratedGrid => ({
  ...grid,
  branch: grid.branch.map((row) => (isTransformer(row) ? row.map((v, k) => (k === 4 ? 0 : v)) : row)),
});

const isTransformer = (row: readonly number[]): boolean => row[8] !== 0 || row[9] !== 0;

/** Ids by bus in their order, as units and circuits are told apart. */
function numbering(): (key: string) => number {
  const counts = new Map<string, number>();
  return (key) => {
    counts.set(key, (counts.get(key) ?? 0) + 1);
    return counts.get(key)!;
  };
}

/** The files of PSS/E 33, in one of the ways in which they are written. */
function write(random: () => number, { bus, gen, branch }: GeneratedGrid): Texts {
  const [apart, end] = [pick(random, [',', ', ', ' , ']), pick(random, ['\n', '\r\n', ' / what it is\n'])];
  const lines = (rows: readonly (readonly (number | string)[])[]): string =>
    rows.map((row) => `${row.join(apart)}${end}`).join('');
  const section = (rows: readonly (readonly (number | string)[])[]): string => `${lines(rows)}0 / END\n`;
  const [unit, circuit] = [numbering(), numbering()];
  const names = gen.map(([at]) => [at!, String(unit(String(at)))] as const);
  const circuits = branch.map(([a, b]) => circuit([a, b].sort().join()));
  // Of two circuits one may be lost.
  const opened = branch.flatMap(([a, b], k) =>
    circuits[k] === 2 ? [`CONTINGENCY LINE\nOPEN BRANCH FROM BUS ${a} TO BUS ${b} CIRCUIT 2\nEND\n`] : [],
  );
  const raw = [
    lines([[0, 100, 33, 0, 1, 60]]),
    'A TITLE\nANOTHER\n',
    section(
      bus.map(([id, type, , , , , area, v, angle, kV, , vMax, vMin]) => [
        id!,
        `'BUS ${id}'`,
        kV!,
        type!,
        area!,
        1,
        1,
        v!,
        angle!,
        vMax!,
        vMin!,
        vMax!,
        vMin!,
      ]),
    ),
    section(
      bus.filter(([, , P, Q]) => P !== 0 || Q !== 0).map(([id, , P, Q]) => [id!, "'1 '", 1, 1, 1, P!, Q!]),
    ),
    section(
      bus.filter(([, , , , G, B]) => G !== 0 || B !== 0).map(([id, , , , G, B]) => [id!, "'1'", 1, G!, B!]),
    ),
    section(
      gen.map(([at, P, Q, most, least, v, MVA, on, maxMW, minMW], k) => [
        at!,
        `'${names[k]![1]}'`,
        P!,
        Q!,
        most!,
        least!,
        v!,
        0,
        MVA!,
        0,
        1,
        0,
        0,
        1,
        on!,
        100,
        maxMW!,
        minMW!,
      ]),
    ),
    section(
      branch.flatMap((row, k) =>
        isTransformer(row)
          ? []
          : [
              [
                row[0]!,
                row[1]!,
                `'${circuits[k]}'`,
                row[2]!,
                row[3]!,
                row[4]!,
                row[5]!,
                0,
                0,
                0,
                0,
                0,
                0,
                1,
                1,
              ],
            ],
      ),
    ),
    branch
      .flatMap((row, k) =>
        isTransformer(row)
          ? [
              lines([
                [row[0]!, row[1]!, 0, `'${circuits[k]}'`, 1, 1, 1, 0, 0, 2, "'T'", 1],
                [row[2]!, row[3]!, 100],
                [row[8] || 1, 0, row[9]!, row[5]!, 0, 0],
                [1, 0],
              ]),
            ]
          : [],
      )
      .join(''),
    '0 / END\n',
    '0\n'.repeat(12),
    'Q\n',
  ].join('');
  return {
    raw,
    rop: [
      '0\n'.repeat(5),
      section(names.map(([at, id], k) => [at, id, 1, k + 1])),
      section(gen.map((row, k) => [k + 1, row[8]!, row[9]!, 1, 2, 1, k + 1])),
      '0\n'.repeat(3),
      gen
        .map((_, k) =>
          lines([
            [k + 1, 'COST', 3],
            [0, 0],
            [100, 1000 + k],
            [400, 9000],
          ]),
        )
        .join(''),
      '0\n',
    ].join(''),
    inl: section(names.map(([at, id]) => [at, id, 4, 1, 0, 10, 0])),
    con: `CONTINGENCY 'FIRST'\nREMOVE UNIT '${names[0]![1]}' FROM BUS ${names[0]![0]}\nEND\n${opened.slice(0, 1).join('')}END\n`,
  };
}

/** Texts that say of themselves that they hold much, or do. */
function greedy(random: () => number, texts: Texts): void {
  const many = pick(random, [1e3, 1e5, 1e6]);
  switch (whole(random, 8)) {
    case 0:
      texts.rop = texts.rop
        .replace('COST', `COST`)
        .replace(/,( ?)3\b/, `,$1${pick(random, ['999999999', '4294967296', '1e300', '1e15'])}`);
      break;
    case 1:
      texts.raw = texts.raw
        .replace('A TITLE', `'${'x'.repeat(many)}`)
        .replace(/'BUS/, `'${'y'.repeat(many)}BUS`);
      break;
    case 2:
      texts.con = `${'/'.repeat(many)}\u2028x\n${texts.con}`;
      break;
    case 3:
      texts.con = `CONTINGENCY${' '.repeat(many)}\u2028\nREMOVE UNIT${' '.repeat(many)}'1' FROM\nEND\n`;
      break;
    case 4:
      texts.con = Array.from({ length: many / 100 }, (_, k) =>
        texts.con.replace(/FIRST|LINE/g, `N${k}`),
      ).join('');
      break;
    case 5:
      texts.raw = texts.raw.replace('0 / END', `${'0.5,'.repeat(many)}\n0 / END`);
      break;
    case 6:
      texts.raw = texts.raw.replace(
        /^(\d+)/m,
        pick(random, ['1e21', '1e300', '-1', '0', '9007199254740993']),
      );
      break;
    default:
      texts.raw = texts.raw.replace(
        '0 / END',
        `${Array.from({ length: many / 100 }, (_, k) => `${1e6 + k},'${pick(random, ['N', '\u001b[2J', '\u202e'])}',230,1,1,1,1,1,0,1.1,0.9,1.1,0.9`).join('\n')}\n0 / END`,
      );
  }
}

/** Cases of PSS/E by a grammar, whole, damaged in their words, lines and bytes; and ones that ask for much. */
export const psse: Format = {
  name: 'psse',
  count: 1000,
  attempt: (random) =>
    inFolder((folder) => {
      const kind = random();
      const generated = withoutCharging(generateGrid(random));
      const texts = write(random, generated);
      if (kind >= 0.25) {
        const part = pick(random, ['raw', 'raw', 'rop', 'inl', 'con'] as const);
        if (kind < 0.85) texts[part] = damagedText(random, texts[part]);
        else greedy(random, texts);
      }
      for (const [ending, text] of Object.entries(texts)) writeFileSync(join(folder, `case.${ending}`), text);
      return judged(() => use(readPsse(folder), kind < 0.25 ? generated : undefined), kind < 0.25);
    }),
};

import { pick, whole } from '../read/random.js';

/** Rows of a generated case, columns as MATPOWER has them. */
export interface GeneratedGrid {
  readonly bus: number[][];
  readonly gen: number[][];
  readonly branch: number[][];
  readonly gencost: number[][];
}

/** A small connected grid with more capacity than load. */
export function generateGrid(random: () => number): GeneratedGrid {
  const n = 2 + whole(random, 6);
  const ids = Array.from({ length: n }, (_, k) => 10 * k + 1 + whole(random, 9));
  const between = (low: number, high: number): number =>
    Math.round((low + (high - low) * random()) * 1e4) / 1e4;
  const bus = ids.map((id, k) => {
    const load = k > 0 && random() < 0.7;
    const shunt = random() < 0.2;
    return [
      id,
      k === 0 ? 3 : 1,
      load ? between(5, 40) : 0,
      load ? between(-5, 15) : 0,
      shunt ? between(0, 2) : 0,
      shunt ? between(-5, 10) : 0,
      1,
      1,
      0,
      230,
      1,
      1.1,
      0.9,
    ];
  });
  const units = [0, ...Array.from({ length: whole(random, 3) }, () => whole(random, n))];
  const gen = units.map((at, k) => [
    ids[at]!,
    10,
    0,
    200,
    -200,
    1,
    100,
    k > 0 && random() < 0.1 ? 0 : 1,
    // The first serves all loads, of which there are at most six of 40 MW.
    k === 0 ? between(300, 400) : between(150, 300),
    0,
  ]);
  const pairs = [
    ...ids.slice(1).map((_, k) => [whole(random, k + 1), k + 1] as const),
    ...Array.from({ length: whole(random, 4) }, () => [whole(random, n), whole(random, n)] as const),
  ].filter(([a, b]) => a !== b);
  const branch = pairs.map(([a, b]) => [
    ids[a]!,
    ids[b]!,
    between(0, 0.02),
    between(0.03, 0.15),
    between(0, 0.05),
    pick(random, [0, 0, 300]),
    0,
    0,
    pick(random, [0, 0, 0.98, 1.03]),
    pick(random, [0, 0, 2]),
    1,
    -360,
    360,
  ]);
  const gencost = gen.map(() =>
    random() < 0.7
      ? [2, 0, 0, 3, between(0, 0.05), between(5, 40), between(0, 100)]
      : [1, 0, 0, 3, 0, 0, 100, 1000, 400, 1000 + between(10, 30) * 300],
  );
  return { bus, gen, branch, gencost };
}

/** As MATPOWER's text, in one of the ways in which people write it. */
export function writeGrid(random: () => number, grid: GeneratedGrid): string {
  const between = pick(random, [' ', '\t', ', ', '   ']);
  const end = pick(random, [';\n', '\n', '; ', ';% a comment; with [brackets]\n']);
  const matrix = (name: keyof GeneratedGrid): string => {
    const width = Math.max(...grid[name].map((row) => row.length));
    const rows = grid[name].map((row) => [...row, ...Array(width - row.length).fill(0)].join(between));
    return `mpc.${name} = [\n${rows.join(end)}${end}];\n`;
  };
  const names = ['bus', 'gen', 'branch', 'gencost'] as const;
  const parts = (random() < 0.2 ? [...names].reverse() : names).map(matrix);
  const extra =
    random() < 0.3 ? "mpc.bus_name = {\n'A; B';\n'it''s %';\n};\nmpc.more = [1 2 ...\n 3];\n" : '';
  return `function mpc = generated\nmpc.version = '2';\nmpc.baseMVA = 100;\n${parts.join('')}${extra}`;
}

interface Complex {
  readonly re: number;
  readonly im: number;
}
const times = (a: Complex, b: Complex): Complex => ({
  re: a.re * b.re - a.im * b.im,
  im: a.re * b.im + a.im * b.re,
});

/** Largest imbalance of a bus, MW or MVAr, of a solved case: from the rows of the case alone. */
export function imbalance(
  { bus, branch }: GeneratedGrid,
  buses: readonly { readonly bus: number; readonly v: number; readonly angleDeg: number }[],
  units: readonly { readonly bus: number; readonly MW: number; readonly MVAr: number }[],
): number {
  const voltage = new Map(
    buses.map(({ bus: id, v, angleDeg }) => {
      const θ = (angleDeg * Math.PI) / 180;
      return [id, { re: v * Math.cos(θ), im: v * Math.sin(θ) }] as const;
    }),
  );
  const balance = new Map(
    bus.map(([id, , P, Q, G, B]) => {
      const { re, im } = voltage.get(id!)!;
      const v2 = re ** 2 + im ** 2;
      return [id!, { re: -P! - G! * v2, im: -Q! + B! * v2 }] as const;
    }),
  );
  const inject = (id: number, power: Complex, sign: number): void => {
    const at = balance.get(id)!;
    balance.set(id, { re: at.re + sign * power.re, im: at.im + sign * power.im });
  };
  for (const { bus: id, MW, MVAr } of units) inject(id, { re: MW, im: MVAr }, 1);
  for (const [from, to, r, x, b, , , , tap, shift] of branch) {
    const ratio = tap! === 0 ? 1 : tap!;
    const angle = (shift! * Math.PI) / 180;
    const turn: Complex = { re: Math.cos(angle) / ratio, im: -Math.sin(angle) / ratio };
    const series: Complex = { re: r! / (r! ** 2 + x! ** 2), im: -x! / (r! ** 2 + x! ** 2) };
    // An ideal transformer at the from end, then a π circuit.
    const inner = times(voltage.get(from!)!, turn);
    const outer = voltage.get(to!)!;
    const power = (a: Complex, c: Complex): Complex => {
      const through = times(series, { re: a.re - c.re, im: a.im - c.im });
      const charging = times({ re: 0, im: b! / 2 }, a);
      const current = { re: through.re + charging.re, im: through.im + charging.im };
      const s = times(a, { re: current.re, im: -current.im });
      return { re: 100 * s.re, im: 100 * s.im };
    };
    inject(from!, power(inner, outer), -1);
    inject(to!, power(outer, inner), -1);
  }
  return Math.max(...[...balance.values()].flatMap(({ re, im }) => [Math.abs(re), Math.abs(im)]));
}

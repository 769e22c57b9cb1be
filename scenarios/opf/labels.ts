export type Place = readonly [x: number, y: number];

/** A text with a white rim, so that lines below it do not cross it. */
export const written = (
  [x, y]: Place,
  size: number,
  anchor: 'start' | 'middle' | 'end',
  words: string,
  colour = '#111',
): string =>
  ['stroke="#fff" stroke-width="3" stroke-linejoin="round"', `fill="${colour}"`]
    .map(
      (how) =>
        `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="${size.toFixed(1)}" text-anchor="${anchor}" ${how}>${words}</text>`,
    )
    .join('');

/** What is written at a bus. */
export interface Words {
  readonly size: number;
  readonly bus: string;
  readonly powers: readonly string[];
}

export interface Rectangle {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const SMALL = 0.78;
const LINE = 1.15;

/** Where the words stand, in a direction from their bus. */
function rectangleOf([cx, cy]: Place, angle: number, away: number, { size, bus, powers }: Words): Rectangle {
  const [ux, uy] = [Math.cos(angle), Math.sin(angle)];
  const small = SMALL * size;
  const longest = Math.max(0.62 * size * bus.length, ...powers.map((words) => 0.56 * small * words.length));
  const height = size + powers.length * LINE * small;
  const x = cx + away * ux;
  const left = x - (anchorOf(ux) === 'start' ? 0 : anchorOf(ux) === 'end' ? longest : longest / 2);
  // The text's middle lies at the bus's height when it stands beside it, its edge when it stands above or below.
  const top = cy + away * uy - height / 2 + (height / 2) * uy;
  return { left, right: left + longest, top, bottom: top + height };
}

const anchorOf = (ux: number): 'start' | 'middle' | 'end' =>
  ux > 0.35 ? 'start' : ux < -0.35 ? 'end' : 'middle';

/** A bus's number, and what it makes and draws below it. */
export function label(at: Place, angle: number, away: number, words: Words): string {
  const { size, bus, powers } = words;
  const ux = Math.cos(angle);
  const { top } = rectangleOf(at, angle, away, words);
  const [x, small] = [at[0] + away * ux, SMALL * size];
  return [
    written([x, top + 0.85 * size], size, anchorOf(ux), bus),
    ...powers.map((line, k) =>
      written([x, top + size + (k + 0.85) * LINE * small], small, anchorOf(ux), line, '#444'),
    ),
  ].join('');
}

/** For each bus the directions of its branches. */
export function anglesOf(
  edges: readonly (readonly [number, number])[],
  x: Float64Array,
  y: Float64Array,
): number[][] {
  const angles = Array.from(x, (): number[] => []);
  for (const [a, b] of edges) {
    angles[a]!.push(Math.atan2(y[b]! - y[a]!, x[b]! - x[a]!));
    angles[b]!.push(Math.atan2(y[a]! - y[b]!, x[a]! - x[b]!));
  }
  return angles;
}

const DIRECTIONS = 24;

/** The direction in which words meet the fewest branches of their bus, other buses, and words that stand already. */
export function freeDirection(
  k: number,
  {
    x,
    y,
    angles,
    taken,
    radius,
  }: {
    readonly x: Float64Array;
    readonly y: Float64Array;
    readonly angles: readonly number[];
    readonly taken: Rectangle[];
    readonly radius: number;
  },
  away: number,
  words: Words,
): number {
  const at: Place = [x[k]!, y[k]!];
  const overlap = (a: Rectangle, b: Rectangle): number =>
    Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) *
    Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
  let best = { angle: -Math.PI / 4, cost: Number.POSITIVE_INFINITY };
  for (let n = 0; n < DIRECTIONS; n++) {
    const angle = -Math.PI / 4 + (2 * Math.PI * n) / DIRECTIONS;
    const own = rectangleOf(at, angle, away, words);
    const area = (own.right - own.left) * (own.bottom - own.top);
    const nearest = angles.reduce((least, other) => {
      const turn = Math.abs(((angle - other + 3 * Math.PI) % (2 * Math.PI)) - Math.PI);
      return Math.min(least, turn);
    }, Math.PI);
    let cost = 1 - Math.min(1, nearest / (Math.PI / 2));
    for (let j = 0; j < x.length; j++) {
      if (j === k || Math.abs(x[j]! - at[0]) > 200 || Math.abs(y[j]! - at[1]) > 200) continue;
      const r = 1.75 * radius;
      const disc = { left: x[j]! - r, right: x[j]! + r, top: y[j]! - r, bottom: y[j]! + r };
      cost += (4 * overlap(own, disc)) / area;
    }
    for (const other of taken) cost += (4 * overlap(own, other)) / area;
    if (cost < best.cost) best = { angle, cost };
  }
  taken.push(rectangleOf(at, best.angle, away, words));
  return best.angle;
}

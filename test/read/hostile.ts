import { type Encoding, type Spec, type Tree, writeNl } from './nl-writer.js';
import { pick, whole } from './random.js';

const unary = [13, 14, 15, 16, 34, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 49, 50, 51, 52, 53, 77];
const binary = [0, 0, 1, 2, 2, 2, 3, 4, 5, 5, 6, 20, 21, 22, 23, 24, 28, 29, 30, 48, 55, 56, 57, 58, 73];
const several = [11, 12, 54, 54, 70, 71];

/** A random expression over `variables` variables (and what is defined above them). */
export function randomTree(random: () => number, variables: number, depth: number): Tree {
  const kind = depth === 0 ? whole(random, 2) : whole(random, 8);
  const below = () => randomTree(random, variables, depth - 1);
  if (kind === 0) return { v: whole(random, variables) };
  if (kind === 1) return Math.round((random() - 0.3) * 100) / 10 + 0; // no −0
  if (kind <= 3) return { o: pick(random, unary), args: [below()] };
  if (kind <= 6) {
    const code = pick(random, binary);
    // Rounding needs a whole number of digits to mean anything.
    return { o: code, args: [below(), code >= 56 && code <= 58 ? 1 + whole(random, 3) : below()] };
  }
  if (random() < 0.2) return { o: 35, args: [below(), below(), below()] };
  return { o: pick(random, several), args: Array.from({ length: 1 + whole(random, 4) }, below) };
}

/** A sum of squares. */
const bowl = (random: () => number, n: number): Tree => ({
  o: 54,
  args: Array.from({ length: n }, (_, k) => ({
    o: 5,
    args: [{ o: 0, args: [{ v: k }, whole(random, 9) - 4] }, 2],
  })),
});

/** A random small problem, well formed as a file though perhaps senseless as mathematics. */
export function randomSpec(random: () => number): Spec {
  const n = 1 + whole(random, 5);
  const m = whole(random, 5);
  const number = () => Math.round((random() - 0.5) * 200) / 10;
  const linear = (): [number, number][] =>
    Array.from({ length: n }, (_, k): [number, number] => [k, number()]).filter(() => random() < 0.6);
  const bounds = () => {
    const a = number();
    return pick(random, [{}, { lower: a }, { upper: a }, { lower: a, upper: a + 3 }, { lower: a, upper: a }]);
  };
  const definedCount = whole(random, 3);
  return {
    variables: Array.from({ length: n }, () => ({
      ...(random() < 0.5 ? bounds() : {}),
      ...(random() < 0.5 ? { start: number() } : {}),
    })),
    defined: Array.from({ length: definedCount }, (_, k) => ({
      linear: linear(),
      tree: randomTree(random, n + k, 2),
    })),
    rows: Array.from({ length: m }, () => ({
      tree: random() < 0.3 ? 0 : randomTree(random, n + definedCount, 3),
      linear: linear(),
      ...bounds(),
    })),
    objectives: [
      {
        // Half of them have a minimum.
        tree: random() < 0.5 ? bowl(random, n) : randomTree(random, n + definedCount, 3),
        linear: linear(),
        maximize: random() < 0.2,
      },
    ],
    suffixes:
      random() < 0.3 ? [{ kind: 4, name: 'scaling_factor', values: [[whole(random, n), number()]] }] : [],
  };
}

const words = [
  '99999999999',
  '-1',
  '2147483647',
  '4294967296',
  '1e400',
  '-1e400',
  'nan',
  'inf',
  '-inf',
  '0x1p-3',
  '1.5',
  '',
  'n',
  'o54',
  'o999',
  'o64',
  'v7',
  'v-1',
  'f0 1',
  'h3:abc',
  '5 1 1',
  '3',
  '#',
  '\0',
  '0 0',
  'J0 5',
  'k3',
  'x9',
  'S9 1 q',
];

/** One damaged copy of `bytes`: cut, or with bytes, tokens or lines changed, dropped, doubled or exchanged. */
export function mutate(random: () => number, bytes: Uint8Array): Uint8Array {
  let out: Uint8Array = bytes.slice();
  for (let rounds = 1 + whole(random, 3); rounds > 0; rounds--) out = mutateOnce(random, out);
  return out;
}

function mutateOnce(random: () => number, bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return bytes;
  const kind = whole(random, 8);
  if (kind === 0) return bytes.slice(0, whole(random, bytes.length));
  if (kind === 1) {
    const out = bytes.slice();
    for (let k = 1 + whole(random, 4); k > 0; k--) out[whole(random, out.length)] = whole(random, 256);
    return out;
  }
  if (kind === 2) {
    const start = whole(random, bytes.length);
    const end = Math.min(bytes.length, start + 1 + whole(random, 40));
    return Uint8Array.from([...bytes.subarray(0, start), ...bytes.subarray(end)]);
  }
  const lines = Buffer.from(bytes).toString('latin1').split('\n');
  const at = whole(random, lines.length);
  if (kind === 3) lines.splice(at, 1);
  else if (kind === 4) lines.splice(at, 0, lines[whole(random, lines.length)]!);
  else if (kind === 5) {
    const other = whole(random, lines.length);
    [lines[at], lines[other]] = [lines[other]!, lines[at]!];
  } else {
    const tokens = lines[at]!.split(' ');
    tokens[whole(random, tokens.length)] = pick(random, words);
    lines[at] = tokens.join(' ');
  }
  return new Uint8Array(Buffer.from(lines.join('\n'), 'latin1'));
}

/** A random or real file, damaged with probability `damage`. */
export function hostileFile(random: () => number, real: readonly Uint8Array[], damage = 0.85): Uint8Array {
  if (real.length > 0 && random() < 0.4) {
    const file = pick(random, real);
    return random() < damage ? mutate(random, file) : file;
  }
  const encoding: Encoding = pick(random, ['text', 'text', 'little', 'big'] as const);
  const bytes = writeNl(randomSpec(random), encoding);
  return random() < damage ? mutate(random, bytes) : bytes;
}

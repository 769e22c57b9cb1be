import { pick, whole } from '../read/random.js';
import { damaged } from './bytes.js';

/** What stands in place of a value. */
const wrong: readonly unknown[] = [
  null,
  -1,
  0,
  0.5,
  1,
  7,
  1e300,
  1e308,
  -0,
  2 ** 31,
  2 ** 53,
  9.99e22,
  '',
  'x',
  '2',
  'NaN',
  '../w',
  '/etc/passwd',
  'http://x/y',
  '__proto__',
  'constructor',
  'Dense',
  'Sequential',
  'a\u001b[2Jb\nc',
  [],
  {},
  [[]],
  [null],
  [[[[1]]]],
  true,
  false,
  { class_name: 'Model' },
  { class_name: 'ELU', config: { alpha: 'x' } },
  { __proto__: null },
  [1, 2, 3],
  ['in', 0, 0, {}],
];

/** Changes one value, key or entry anywhere in the JSON. */
export function damageJson(random: () => number, json: unknown): void {
  const places: [Record<string, unknown>, string][] = [];
  const open: unknown[] = [json];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (typeof at !== 'object' || at === null) continue;
    for (const [key, value] of Object.entries(at)) {
      places.push([at as Record<string, unknown>, key]);
      open.push(value ?? 0);
    }
  }
  if (places.length === 0) return;
  const [parent, key] = pick(random, places);
  const kind = whole(random, 6);
  if (kind <= 2) parent[key] = pick(random, wrong);
  else if (kind === 3) delete parent[key];
  else if (kind === 4) {
    const [other, name] = pick(random, places);
    parent[key] = structuredClone(other[name]);
  } else if (Array.isArray(parent)) parent.push(structuredClone(parent[Number(key)]));
  else
    parent[pick(random, ['extra', '__proto__x', 'dtype', 'activation', 'axis', 'trainable'])] = pick(
      random,
      wrong,
    );
}

/** The text of a JSON value, written without recursion limits in mind: values may be deep. */
export function writeJson(json: unknown): string {
  try {
    return JSON.stringify(json);
  } catch {
    return `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  }
}

export function damageText(random: () => number, text: string): Uint8Array {
  switch (whole(random, 6)) {
    case 0:
      return Buffer.from(`\ufeff${text}`);
    case 1:
      return Buffer.from(text, 'utf16le');
    case 2:
      return Buffer.from(text.replace('{', '{"modelTopology":1,"format":"x",'));
    case 3:
      return Buffer.from(
        text.replace(
          /:(\d+)/,
          `:${pick(random, ['1e999', '-1e999', '00', '0x1', '1e-400', '9'.repeat(400)])}`,
        ),
      );
    default:
      return damaged(random, Buffer.from(text));
  }
}

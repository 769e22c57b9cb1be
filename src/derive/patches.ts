import { indexKey } from './blocks.js';

// The indices of patched tangents (see `tangent.ts`): made once for the arrays that they come from.

const known = new WeakMap<Int32Array, Map<string, Int32Array | undefined>>();

/** What `make` makes of `from` in the way that `how` names. */
export function remembered<M extends Int32Array | undefined>(
  from: Int32Array,
  how: string,
  make: () => M,
): M {
  const own = known.get(from) ?? new Map<string, Int32Array | undefined>();
  known.set(from, own);
  if (!own.has(how)) own.set(how, make());
  return own.get(how) as M;
}

const ranges = new Map<number, WeakRef<Int32Array>>();

/** 0, 1, …; the same array as long as anybody holds it. */
function range(length: number): Int32Array {
  const held = ranges.get(length)?.deref();
  if (held) return held;
  const made = Int32Array.from({ length }, (_, k) => k);
  ranges.set(length, new WeakRef(made));
  return made;
}

/** Which number of `z` each of `size` numbers is that a diagonal tangent tells of, −1 for none. */
export function supportOf(
  { index, offset }: { readonly index?: Int32Array; readonly offset: number },
  size: number,
): Int32Array {
  const own = index ?? range(size);
  if (offset === 0) return own;
  return remembered(own, `offset ${offset}`, () => own.map((z) => (z < 0 ? -1 : offset + z)));
}

/** Whether no number stands twice in a row of `reach`. */
export function apart(support: Int32Array, reach: number, rows: number): boolean {
  const seen = new Int32Array(rows).fill(-1);
  for (let at = 0; at < support.length; at++) {
    const z = support[at]!;
    const group = Math.floor(at / reach);
    if (z < 0) continue;
    if (seen[z] === group) return false;
    seen[z] = group;
  }
  return true;
}

/** Where each of `length` numbers stands in `index`; undefined where one does not, or several times. */
export function inverse(index: Int32Array, length: number): Int32Array | undefined {
  return remembered(index, `inverse ${length}`, () => {
    if (index.length !== length) return undefined;
    const made = new Int32Array(length).fill(-1);
    for (let j = 0; j < length; j++) {
      const from = index[j]!;
      if (from < 0 || made[from]! >= 0) return undefined;
      made[from] = j;
    }
    return made;
  });
}

/** A patched tangent as far as its indices go; `shape` is that of its weight. */
interface Layout {
  readonly support: Int32Array;
  readonly index?: Int32Array;
  readonly shape: readonly [owned: number, reach: number, width: number];
}

const keyOf = ({ support, index, shape }: Layout): string =>
  `${indexKey(support)} ${index === undefined ? '' : indexKey(index)} ${shape}`;

/**
 * What rows of `inner` of `size` numbers depend on by any of `layouts`, ascending, `size/inner × reach`, −1 behind the last;
 * undefined where one depends on more than half of `rows`.
 */
export function union(
  layouts: readonly Layout[],
  inner: number,
  size: number,
  rows: number,
): Int32Array | undefined {
  const how = `union ${layouts.map(keyOf)} ${inner} ${size} ${rows}`;
  return remembered(layouts[0]!.support, how, () => unite(layouts, inner, size, rows));
}

function unite(
  layouts: readonly Layout[],
  inner: number,
  size: number,
  rows: number,
): Int32Array | undefined {
  const lead = size / inner;
  const seen = new Int32Array(rows).fill(-1);
  const found: Int32Array[] = [];
  let most = 1;
  for (let l = 0; l < lead; l++) {
    const own: number[] = [];
    for (const { support, index, shape } of layouts) {
      const [, reach, width] = shape;
      let last = -1;
      for (let j = l * inner; j < (l + 1) * inner; j++) {
        const from = index === undefined ? j : index[j]!;
        const group = from < 0 ? -1 : Math.floor(from / width);
        if (group < 0 || group === last) continue;
        last = group;
        for (let at = group * reach; at < (group + 1) * reach; at++) {
          const z = support[at]!;
          if (z < 0 || seen[z] === l) continue;
          seen[z] = l;
          own.push(z);
        }
      }
    }
    if (2 * own.length > rows) return undefined;
    found.push(Int32Array.from(own).sort());
    most = Math.max(most, own.length);
  }
  const made = new Int32Array(lead * most).fill(-1);
  found.forEach((own, l) => {
    made.set(own, l * most);
  });
  return made;
}

/** Of `layout`'s weight, flattened, what stands in rows of `inner` with the support `to`: `[size/inner, reach, inner]`, −1 for zeros. */
export const moved = (
  layout: Layout,
  to: Int32Array,
  inner: number,
  size: number,
  rows: number,
): Int32Array => remembered(to, `moved ${keyOf(layout)} ${inner}`, () => move(layout, to, inner, size, rows));

function move(
  { support, index, shape: [owned, reach, width] }: Layout,
  to: Int32Array,
  inner: number,
  size: number,
  rows: number,
): Int32Array {
  const lead = size / inner;
  const wide = to.length / lead;
  const made = new Int32Array(to.length * inner).fill(-1);
  const place = new Int32Array(rows);
  for (let l = 0; l < lead; l++) {
    for (let i = 0; i < wide; i++) {
      const z = to[l * wide + i]!;
      if (z >= 0) place[z] = i;
    }
    for (let j = 0; j < inner; j++) {
      const from = index === undefined ? l * inner + j : index[l * inner + j]!;
      if (from < 0) continue;
      const group = Math.floor(from / width);
      const column = from - group * width;
      for (let i = 0; i < reach; i++) {
        const z = support[group * reach + i]!;
        if (z < 0) continue;
        const own = owned === 1 ? i : group * reach + i;
        made[(l * wide + place[z]!) * inner + j] = own * width + column;
      }
    }
  }
  return made;
}

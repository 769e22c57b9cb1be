import { blocksOf } from './blocks.js';
import type { Builder } from './builder.js';
import type { Ref } from './program.js';

/** Targets that as many numbers go to, up to a power of two, and what goes there. */
interface Class {
  readonly targets: number;
  /** How many numbers of `index` go to each of the targets, at most. */
  readonly count: number;
  /** `targets × count` or, with `apart`, `count × targets` positions, −1 where there is none. */
  readonly index: Int32Array;
  readonly apart: boolean;
}
interface Plan {
  readonly classes: readonly Class[];
  /** Where each target stands among the sums of the classes, −1 for 0. */
  readonly place: Int32Array;
}

const plans = new WeakMap<Int32Array, Map<number, Plan>>();
/** Up to this many summands are added one by one, so that blocks stay whole. */
const few = 16;

/**
 * The adjoint of a gather: `out[…, t] = Σ a[…, i]` over all `i` with `index[i] = t`, for `size` targets. Written as gathers
 * and sums: targets of about as many summands make one table.
 */
export function scatterAdd(b: Builder, a: Ref, index: Int32Array, size: number): Ref {
  const { classes, place } = planOf(index, size);
  const lead = b.shape(a).slice(0, -1);
  const sums = classes.map(({ targets, count, index: from, apart }) => {
    const terms = b.gather(a, from);
    if (count === 1) return terms;
    if (!apart) return b.reshape(b.sumLast(b.reshape(terms, [...lead, targets, count])), [...lead, targets]);
    const parts = Array.from({ length: count }, (_, k) => b.slice(terms, lead.length, k * targets, targets));
    return parts.reduce((sum, part) => b.add(sum, part));
  });
  if (sums.length === 0) return b.full([...lead, size], 0);
  return b.gather(b.concat(sums, lead.length), place);
}

function planOf(index: Int32Array, size: number): Plan {
  const own = plans.get(index) ?? new Map<number, Plan>();
  plans.set(index, own);
  let plan = own.get(size);
  if (plan === undefined) {
    plan = makePlan(index, size);
    own.set(size, plan);
  }
  return plan;
}

function makePlan(index: Int32Array, size: number): Plan {
  const counts = new Int32Array(size);
  for (const target of index) if (target >= 0) counts[target]!++;
  // Where the positions of each target begin.
  const starts = new Int32Array(size + 1);
  for (let t = 0; t < size; t++) starts[t + 1] = starts[t]! + counts[t]!;
  const positions = new Int32Array(starts[size]!);
  const filled = starts.slice();
  index.forEach((target, i) => {
    if (target >= 0) positions[filled[target]!++] = i;
  });
  const byCount = new Map<number, number[]>();
  counts.forEach((count, t) => {
    if (count === 0) return;
    const key = count <= 2 ? count : 2 ** Math.ceil(Math.log2(count));
    const members = byCount.get(key) ?? [];
    members.push(t);
    byCount.set(key, members);
  });
  const place = new Int32Array(size).fill(-1);
  if (byCount.size === 1 && byCount.has(1)) {
    // Every target has one summand: the sum is that number.
    const direct = place.map((_, t) => (counts[t] === 0 ? -1 : positions[starts[t]!]!));
    const whole = Int32Array.from({ length: index.length }, (_, i) => i);
    return { classes: [{ targets: index.length, count: 1, index: whole, apart: false }], place: direct };
  }
  let next = 0;
  const classes = [...byCount].map(([key, members]): Class => {
    const count = members.reduce((most, t) => Math.max(most, counts[t]!), 0);
    const table = (apart: boolean): Int32Array => {
      const table = new Int32Array(members.length * count).fill(-1);
      members.forEach((t, k) => {
        for (let l = 0; l < counts[t]!; l++)
          table[apart ? l * members.length + k : k * count + l] = positions[starts[t]! + l]!;
      });
      return table;
    };
    for (const t of members) place[t] = next++;
    const together = table(false);
    const apart = key > 1 && count <= few && blocksOf(together, index.length).block < count;
    return { targets: members.length, count, index: apart ? table(true) : together, apart };
  });
  return { classes, place };
}

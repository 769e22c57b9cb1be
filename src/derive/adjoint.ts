import type { Network } from '../network/graph.js';
import type { Builder } from './builder.js';
import type { Forward } from './forward.js';
import type { Ref } from './program.js';
import { type AnySite, ruleOf, rules } from './rules/table.js';
import { sizeOf } from './shape.js';
import type { Space } from './space.js';

/**
 * `v̄` of every node, `[batch, …shape]`, from `seed`, the adjoint of `y`, `[batch, outputs]`; undefined where no output
 * depends on the node.
 */
export function adjoints({ b, network, sites }: Forward, seed: Ref): (Ref | undefined)[] {
  const bars: (Ref | undefined)[] = network.nodes.map(() => undefined);
  const accumulate = accumulator(b, bars);
  const batch = b.shape(seed)[0]!;
  let start = 0;
  for (const k of network.outputs) {
    const { shape } = sites[k]!;
    const size = sizeOf(shape);
    accumulate(k, b.reshape(b.slice(seed, 1, start, size), [batch, ...shape]));
    start += size;
  }
  goBack(network, sites, bars, network.nodes.length - 1, accumulate);
  return bars;
}

const accumulator =
  (b: Builder, bars: (Ref | undefined)[]) =>
  (k: number, share: Ref): void => {
    const bar = bars[k];
    bars[k] = bar === undefined ? share : b.add(bar, share);
  };

function goBack(
  network: Network,
  sites: readonly AnySite[],
  bars: readonly (Ref | undefined)[],
  from: number,
  accumulate: (node: number, share: Ref) => void,
): void {
  for (let k = from; k >= 0; k--) {
    const { op, inputs } = network.nodes[k]!;
    const bar = bars[k];
    if (bar === undefined || op.kind === 'input') continue;
    const shares = ruleOf(op).adjoint(sites[k]!, bar);
    inputs.forEach((input, position) => {
      const share = shares[position];
      if (share !== undefined) accumulate(input, share);
    });
  }
}

/** Rows of derivatives by the numbers of the node `cut`, `[batch, its size]`, as those by `x`, `[batch, inputs]`. */
export function backFrom(f: Forward, cut: number, rows: Ref): Ref {
  const { b, network, sites } = f;
  const batch = b.shape(rows)[0]!;
  const bars: (Ref | undefined)[] = [];
  bars[cut] = b.reshape(rows, [batch, ...sites[cut]!.shape]);
  goBack(network, sites, bars, cut, accumulator(b, bars));
  return adjointOf(f, { rows: network.inputSize }, bars, batch);
}

/** The adjoints of a space's numbers, `[batch, rows]`, from those of the nodes. */
export function adjointOf(
  f: Forward,
  { cut, rows }: Space,
  bars: readonly (Ref | undefined)[],
  batch: number,
): Ref {
  const { b, network, sites } = f;
  if (cut !== undefined) return b.reshape(bars[cut] ?? b.full([batch, rows], 0), [batch, rows]);
  const placed = network.nodes.flatMap(({ op }, k) => {
    const bar = bars[k];
    if (op.kind !== 'input' || bar === undefined) return [];
    return [{ offset: op.offset, part: rules.input.adjoint({ ...sites[k]!, op }, bar)[0]! }];
  });
  placed.sort((first, second) => first.offset - second.offset);
  const parts: Ref[] = [];
  let filled = 0;
  const fill = (to: number) => {
    if (to > filled) parts.push(b.full([batch, to - filled], 0));
  };
  for (const { offset, part } of placed) {
    fill(offset);
    parts.push(part);
    filled = offset + b.shape(part)[1]!;
  }
  fill(rows);
  return b.concat(parts, 1);
}

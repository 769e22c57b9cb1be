import type { Tensor } from '../graph.js';
import { add, affinely, apply, line, multiply, subtract } from './arithmetic.js';
import { expand } from './move.js';
import type { Place, Shape } from './place.js';

/** 1 where `u > 0`, else 0. */
export const above = (place: Place, u: number): number => apply(place, u, { name: 'step' });

/** `1 − p`: whether a flag is not set. */
export const not = (place: Place, p: number): number => line(place, p, -1, 1);

/** Whether a node is made of comparisons alone, so that its numbers are 0 and 1. */
export function isFlag({ build }: Place, node: number): boolean {
  const open = new Set([node]);
  for (const own of open) {
    const { op, inputs } = build.node(own);
    if (op.kind === 'elementwise' && op.fn.name === 'step') continue;
    const turned = op.kind === 'scale' && isTurn(op);
    if (!turned && op.kind !== 'multiply' && op.kind !== 'reshape' && op.kind !== 'gather') return false;
    for (const input of inputs) open.add(input);
  }
  return true;
}

/** `1 − u`. */
const isTurn = ({ scale, shift }: { readonly scale: Tensor; readonly shift: Tensor }): boolean =>
  scale.data.every((s) => s === -1) && shift.data.every((t) => t === 1);

/** `p + q − pq`: whether one of two flags is set. */
export const either = (place: Place, p: number, q: number): number =>
  subtract(place, add(place, p, q), multiply(place, p, q));

/** The sign of u, 0 at 0. */
export const sign = (place: Place, u: number): number =>
  subtract(place, above(place, u), above(place, line(place, u, -1)));

/** A node as `scale ∘ base + shift`, numbers of its last axis or one for all. */
interface Line {
  readonly base: number;
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

const one = (value: number): Float64Array => Float64Array.of(value);
const at = (list: Float64Array, k: number): number => list[list.length === 1 ? 0 : k]!;
const each = (p: Float64Array, q: Float64Array, fn: (p: number, q: number) => number): Float64Array =>
  p.length >= q.length ? p.map((own, k) => fn(own, at(q, k))) : q.map((own, k) => fn(at(p, k), own));

function lineOf({ build }: Place, node: number): Line {
  let [base, scale, shift] = [node, one(1), one(0)];
  for (;;) {
    const { op, inputs, shape } = build.node(base);
    if (op.kind !== 'scale' || shape.join() !== build.shape(inputs[0]!).join()) return { base, scale, shift };
    shift = each(
      each(scale, Float64Array.from(op.shift.data), (s, t) => s * t),
      shift,
      (a, b) => a + b,
    );
    scale = each(scale, Float64Array.from(op.scale.data), (s, t) => s * t);
    base = inputs[0]!;
  }
}

/**
 * `a` where `u > 0`, else `b`, of one shape. Where both are lines of what u is a line of, and meet where u is 0, that is a hinge,
 * `b + k max(u, 0)`; elsewhere both are computed and one of them taken.
 */
function chosenAbove(place: Place, u: number, a: Side, b: Side, shape: Shape): number {
  const bent = hinge(place, u, a, b, shape);
  return bent ?? chosen(place, above(place, u), a, b, shape);
}

/** `a` where a computed flag is set, else `b`: a flag that is a step itself tells what it compares. */
export function chosenBy(place: Place, flag: number, a: Side, b: Side, shape: Shape): number {
  const isStep = (node: number): boolean => {
    const { op } = place.build.node(node);
    return op.kind === 'elementwise' && op.fn.name === 'step';
  };
  const { op, inputs } = place.build.node(flag);
  const [before] = inputs as [number];
  if (isStep(flag)) return chosenAbove(place, before, a, b, shape);
  // 1 − step(u), as `≥` and `≤` make it.
  if (op.kind === 'scale' && isStep(before) && isTurn(op))
    return chosenAbove(place, place.build.node(before).inputs[0]!, b, a, shape);
  return chosen(place, flag, a, b, shape);
}

/** What is taken: a node, or numbers. */
export type Side = { readonly node: number } | { readonly tensor: Tensor };

/** `a` where a flag is set, else `b`: `p ∘ a + (1 − p) ∘ b`, exactly either of them where both are finite. */
function chosen(place: Place, p: number, a: Side, b: Side, shape: Shape): number {
  const part = (side: Side, flag: number): number | undefined => {
    if ('node' in side) return multiply(place, expand(place, flag, shape), expand(place, side.node, shape));
    if (side.tensor.data.every((value) => value === 0)) return undefined;
    return expand(place, affinely(place, flag, side.tensor), shape);
  };
  const parts = [part(a, p), part(b, not(place, p))].filter((own) => own !== undefined);
  if (parts.length === 0) return line(place, expand(place, p, shape), 0);
  return parts.length === 1 ? parts[0]! : add(place, ...parts);
}

function hinge(place: Place, u: number, a: Side, b: Side, shape: Shape): number | undefined {
  const { build } = place;
  const same = (node: number): boolean => build.shape(node).join() === shape.join();
  if (!same(u) || ('node' in b && !same(b.node)) || ('node' in a && !same(a.node))) return undefined;
  const of = lineOf(place, u);
  const width = shape.at(-1) ?? 1;
  const lineFrom = (side: Side): Line | undefined => {
    if ('node' in side) {
      const own = lineOf(place, side.node);
      return own.base === of.base ? own : undefined;
    }
    const { data } = side.tensor;
    return data.length === 1 || (data.length === width && side.tensor.shape.at(-1) === width)
      ? { base: of.base, scale: one(0), shift: Float64Array.from(data) }
      : undefined;
  };
  const [p, q] = [lineFrom(a), lineFrom(b)];
  if (!p || !q) return undefined;
  const [slope, rest] = [each(p.scale, q.scale, (s, t) => s - t), each(p.shift, q.shift, (s, t) => s - t)];
  const factor = each(slope, of.scale, (s, t) => s / t);
  // They meet where u is 0 when what is left of their difference is the same multiple of u.
  const gap = each(
    each(factor, of.shift, (k, t) => k * t),
    rest,
    (s, t) => Math.abs(s - t) / Math.max(1e-3, Math.abs(s), Math.abs(t)),
  );
  if (!gap.every((value) => value < 1e-6) || !factor.every(Number.isFinite)) return undefined;
  const bent = apply(place, u, { name: 'relu' });
  const tilted = affinely(place, bent, { shape: [factor.length], data: factor });
  return 'node' in b ? add(place, b.node, tilted) : affinely(place, tilted, undefined, b.tensor);
}

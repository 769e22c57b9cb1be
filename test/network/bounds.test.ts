import { describe, expect, it } from 'vitest';
import { bounds } from '../../api/bounds.js';
import { WasmRows } from '../../src/engine/wasm/rows.js';
import { forward } from '../../src/formulate/forward.js';
import { nodeBounds } from '../../src/network/bounds/bounds.js';
import { curveOf } from '../../src/network/bounds/curve.js';
import { intervals } from '../../src/network/bounds/interval.js';
import { linesOf, rangesOf } from '../../src/network/bounds/lines.js';
import { type Box, Region } from '../../src/network/bounds/region.js';
import type { Elementwise, Network } from '../../src/network/graph.js';
import { Graph, kinked, partial, random, smooth } from '../engine/networks.js';

const more: Elementwise[] = [
  { name: 'acosh' },
  { name: 'elu', alpha: 0.4 },
  { name: 'elu', alpha: 1.8 },
  { name: 'leakyRelu', alpha: 1.5 },
  { name: 'power', exponent: 2 },
  { name: 'power', exponent: -1 },
  { name: 'power', exponent: -2 },
  { name: 'power', exponent: 0.5 },
];
const functions = [...smooth, ...partial, ...kinked, ...more];

const jumping: readonly string[] = ['thresholdedRelu', 'step'];
/** Where a function is defined. */
function domainOf({ name, ...rest }: Elementwise): [number, number] {
  const exponent = 'exponent' in rest ? (rest.exponent as number) : 1;
  if (name === 'asin' || name === 'acos') return [-1, 1];
  if (name === 'atanh') return [-0.99, 0.99];
  if (name === 'acosh') return [1, 9];
  if (name === 'sqrt' || (!Number.isInteger(exponent) && exponent > 0)) return [0, 9];
  if (name === 'log' || exponent < 0) return [0.01, 9];
  if (name === 'reciprocal') return [0.05, 9];
  if (name === 'tan') return [-1.5, 1.5];
  return [-9, 9];
}

describe('bounds of a function', () => {
  for (const fn of functions)
    it(`${fn.name} ${JSON.stringify(Object.values(fn).slice(1))}: range and lines hold at samples and touch`, () => {
      const next = random(fn.name.length + 3);
      const [least, most] = domainOf(fn);
      const curve = curveOf(fn);
      const count = 60;
      const u = intervals(count);
      for (let k = 0; k < count; k++) {
        const [a, b] = [0, 1].map(() => least + ((most - least) * (1 + next())) / 2) as [number, number];
        const shrink = k % 3 === 0 ? 0.05 : 1;
        u.lower[k] = Math.min(a, b);
        u.upper[k] = u.lower[k]! + shrink * Math.abs(a - b);
      }
      const range = intervals(count);
      rangesOf(curve, u, range);
      const lines = linesOf(curve, u, range);
      for (let k = 0; k < count; k++) {
        let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
        for (let s = 0; s <= 400; s++) {
          const t = u.lower[k]! + ((u.upper[k]! - u.lower[k]!) * s) / 400;
          const value = curve.value(t);
          [low, high] = [Math.min(low, value), Math.max(high, value)];
          const slack = 1e-12 * (1 + Math.abs(value) + Math.abs(t));
          const below = Math.max(range.lower[k]!, lines.lowerSlope[k]! * t + lines.lowerShift[k]!);
          const above = Math.min(range.upper[k]!, lines.upperSlope[k]! * t + lines.upperShift[k]!);
          if (!(below <= value + slack && above >= value - slack))
            throw new Error(
              `φ(${t}) = ${value}, bounds ${below} and ${above} over [${u.lower[k]}, ${u.upper[k]}]`,
            );
        }
        if (jumping.includes(fn.name)) continue;
        const grid = 0.03 * (high - low) + 1e-6 * (1 + Math.abs(low) + Math.abs(high));
        expect(low - range.lower[k]!).toBeLessThan(grid);
        expect(range.upper[k]! - high).toBeLessThan(grid);
      }
    });

  it('knows where the second derivative changes its sign', () => {
    for (const fn of functions.filter(({ name }) => !jumping.includes(name))) {
      const { bends, slope, kinks } = curveOf(fn);
      const [least, most] = domainOf(fn);
      const { cuts, first } = bends(least, most)!;
      const at = (k: number) => least + ((most - least) * (k + 0.5)) / 500;
      for (let k = 1; k < 499; k++) {
        const [a, b, c] = [at(k - 1), at(k), at(k + 1)];
        const near = [...cuts, ...(kinks ?? [])].some((cut) => cut >= a && cut <= c);
        if (near) continue;
        const convex = (cuts.filter((cut) => cut < b).length % 2 === 0) === (first === 'convex');
        const bend = slope(c) - slope(a);
        const noise = 1e-11 * (1 + Math.abs(slope(b)));
        if (Math.abs(bend) > noise) expect(bend > 0, `${fn.name} at ${b}`).toBe(convex);
      }
    }
  });
});

/** A network with every op: layers drawn at random. */
function drawn(seed: number): Network {
  const next = random(seed);
  const pick = <T>(list: readonly T[]): T =>
    list[Math.floor(((1 + next()) / 2) * list.length) % list.length]!;
  const g = new Graph(next);
  const n = 4;
  let at = g.input(0, [n]);
  const skip = at;
  const everywhere = [
    ...smooth,
    ...kinked,
    { name: 'sin' },
    { name: 'cos' },
    { name: 'atan' },
    { name: 'erf' },
  ] as Elementwise[];
  for (let layer = 0; layer < 3; layer++) {
    at = g.affine(at, 6);
    switch (pick([0, 1, 2, 3, 4, 5, 6])) {
      case 0:
        at = g.softmax(g.reshape(at, [2, 3]));
        at = g.reshape(at, [6]);
        break;
      case 1:
        at = g.multiply(at, g.elementwise(at, { name: 'sigmoid' }));
        break;
      case 2:
        at = g.contract(g.reshape(at, [1, 2, 3]), g.reshape(g.scale(at), [1, 3, 2]));
        at = g.reshape(at, [4]);
        break;
      case 3:
        at = g.reshape(g.maximum(g.reshape(at, [3, 2])), [3]);
        break;
      case 4:
        at = g.concat([g.gather(at, [5, -1, 0, 0]), skip]);
        break;
      case 5:
        at = g.multiply(at, at);
        break;
      default:
        at = g.elementwise(at, pick(everywhere));
    }
    if (layer === 1) at = g.add(g.affine(at, 4), g.affine(skip, 4));
  }
  return g.network(`drawn ${seed}`, n, [at, g.affine(at, 2)]);
}

/** A point of the box and of the ball, often at their ends. */
function sample({ lower, upper, center, norm1 }: Required<Box>, next: () => number): Float64Array {
  const [low, high] = [lower, upper] as [Float64Array, Float64Array];
  const x = low.map((l, i) => {
    const t = (1 + next()) / 2;
    return l + (high[i]! - l) * (next() > 0 ? t : Math.round(t));
  });
  const away = x.reduce((sum, v, i) => sum + Math.abs(v - center[i]!), 0);
  const back = Math.min(1, norm1 / away);
  return x.map((v, i) => center[i]! + back * (v - center[i]!));
}

describe('bounds of a network', () => {
  it('contain sampled outputs of 60 random networks over boxes and balls, and crown is no wider than intervals', () => {
    let tighter = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const net = drawn(seed);
      const next = random(seed + 1000);
      const center = Float64Array.from({ length: 4 }, next);
      const radius = 10 ** (2 * next() - 1);
      const box = { lower: center.map((c) => c - radius), upper: center.map((c) => c + radius), center };
      for (const norm1 of [1e9, radius]) {
        const region = new Region(box.lower, box.upper, center, norm1);
        const [rough, found] = [nodeBounds(net, region, 'interval'), nodeBounds(net, region)];
        found.forEach(({ lower, upper }, k) => {
          for (let i = 0; i < lower.length; i++) {
            const slack = 1e-6 * (1 + Math.abs(rough[k]!.lower[i]!) + Math.abs(rough[k]!.upper[i]!));
            if (lower[i]! < rough[k]!.lower[i]! - slack || upper[i]! > rough[k]!.upper[i]! + slack)
              throw new Error(
                `${net.name}, node ${k}: [${lower[i]}, ${upper[i]}] is wider than the interval`,
              );
            if (upper[i]! - lower[i]! < 0.9 * (rough[k]!.upper[i]! - rough[k]!.lower[i]!)) tighter++;
          }
        });
        for (let s = 0; s < 150; s++) {
          const x = sample({ ...box, norm1 }, next);
          forward(net, x).forEach((value, k) => {
            for (let i = 0; i < value.length; i++) {
              const where = `${net.name}, node ${k}, [${found[k]!.lower[i]}, ${found[k]!.upper[i]}]`;
              if (!(value[i]! >= found[k]!.lower[i]! && value[i]! <= found[k]!.upper[i]!))
                throw new Error(`${where} misses ${value[i]}`);
            }
          });
        }
      }
    }
    expect(tighter).toBeGreaterThan(500);
  });

  it('are those of the plain product and of the compiled one', () => {
    const net = drawn(5);
    const center = new Float64Array(4).fill(0.3);
    const region = new Region(
      center.map((c) => c - 0.1),
      center.map((c) => c + 0.1),
    );
    const plain = nodeBounds(net, region);
    const { lower, upper } = bounds(net, { lower: 0.2, upper: 0.4 });
    const joined = (side: 'lower' | 'upper') => net.outputs.flatMap((k) => [...plain[k]![side]]);
    for (const [i, value] of joined('lower').entries()) expect(lower[i]).toBeCloseTo(value, 8);
    for (const [i, value] of joined('upper').entries()) expect(upper[i]).toBeCloseTo(value, 8);
  });

  it('lose to f32 what they allow for: bounds of a layer with the same lines before it lie outside those in f64', () => {
    const g = new Graph(random(31));
    const first = g.elementwise(g.affine(g.input(0, [40]), 220), { name: 'tanh' });
    const second = g.affine(first, 220);
    const net = g.network('wide', 40, [g.affine(g.elementwise(second, { name: 'tanh' }), 3)]);
    const center = Float64Array.from({ length: 40 }, random(8));
    for (const norm1 of [undefined, 0.4]) {
      const region = new Region(
        center.map((c) => c - 0.1),
        center.map((c) => c + 0.1),
        center,
        norm1,
      );
      const narrow = nodeBounds(net, region, 'crown', new WasmRows('test'))[second]!;
      const wide = nodeBounds(net, region)[second]!;
      let lost = 0;
      for (let i = 0; i < 220; i++) {
        const size = 1e-12 * (1 + Math.abs(wide.lower[i]!) + Math.abs(wide.upper[i]!));
        expect(narrow.lower[i]).toBeLessThan(wide.lower[i]! + size);
        expect(narrow.upper[i]).toBeGreaterThan(wide.upper[i]! - size);
        lost = Math.max(lost, wide.lower[i]! - narrow.lower[i]!, narrow.upper[i]! - wide.upper[i]!);
      }
      expect(lost).toBeGreaterThan(1e-8);
      expect(lost).toBeLessThan(1e-3);
    }
  });

  it('are exact for an affine network over a box, and over a box that a ball cuts', () => {
    const g = new Graph(random(9));
    const net = g.network('affine', 4, [g.affine(g.affine(g.input(0, [4]), 5), 3)]);
    const center = Float64Array.of(0.2, 0.9, 0, -0.4);
    const zero = forward(net, new Float64Array(4)).at(-1)!;
    const slopes = [0, 1, 2, 3].map((i) =>
      forward(
        net,
        Float64Array.from({ length: 4 }, (_, k) => (i === k ? 1 : 0)),
      )
        .at(-1)!
        .map((v, j) => v - zero[j]!),
    );
    for (const norm1 of [0.3, 1.1, 2.5, 100]) {
      const found = bounds(net, { lower: -0.5, upper: 1, center }, { norm1 });
      for (let j = 0; j < 3; j++) {
        // The best way spends the radius on the steepest inputs first.
        const own = slopes.map((slope, i) => ({
          slope: slope[j]!,
          up: 1 - center[i]!,
          down: center[i]! + 0.5,
          at: slope[j]! * center[i]!,
        }));
        const base = zero[j]! + own.reduce((sum, { at }) => sum + at, 0);
        const reach = (sign: 1 | -1): number => {
          let left = norm1;
          let gain = 0;
          for (const { slope, up, down } of [...own].sort((a, b) => Math.abs(b.slope) - Math.abs(a.slope))) {
            const room = Math.min(left, slope * sign > 0 ? up : down);
            gain += Math.abs(slope) * room;
            left -= room;
          }
          return gain;
        };
        expect(found.upper[j]).toBeCloseTo(base + reach(1), 6);
        expect(found.lower[j]).toBeCloseTo(base - reach(-1), 6);
      }
    }
  });

  it('close in on the value where the box is a point', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const net = drawn(seed);
      const x = Float64Array.of(0.1, -0.7, 0.4, 0.6);
      const { lower, upper, layers } = bounds(net, { lower: x, upper: x });
      const values = forward(net, x);
      const y = net.outputs.flatMap((k) => [...values[k]!]);
      y.forEach((value, j) => {
        expect(Math.abs(lower[j]! - value)).toBeLessThan(1e-5 * (1 + Math.abs(value)));
        expect(Math.abs(upper[j]! - value)).toBeLessThan(1e-5 * (1 + Math.abs(value)));
      });
      expect(layers.length).toBeGreaterThan(0);
    }
  });

  it('refuse what is no box, in one line', () => {
    const net = drawn(1);
    const refused =
      (box: unknown, options = {}) =>
      () =>
        bounds(net, box as Box, options);
    expect(refused({ lower: 0 })).toThrow(/the box has no upper/);
    expect(refused({ lower: [0, 1], upper: 1 })).toThrow(/lower has 2 numbers, expected 4/);
    expect(refused({ lower: 1, upper: 0 })).toThrow(/lower\[0\] = 1 is above upper\[0\] = 0/);
    expect(refused({ lower: 0, upper: Number.NaN })).toThrow(/upper is NaN/);
    expect(refused({ lower: 0, upper: 1, radius: 2 })).toThrow(
      /unknown option 'radius'; there is lower, upper/,
    );
    expect(refused({ lower: 0, upper: 1 }, { norm1: -1 })).toThrow(/norm1 is -1/);
    expect(refused({ lower: 0, upper: 1, center: [5, 5, 5, 5] }, { norm1: 1 })).toThrow(
      /away from the center/,
    );
    expect(refused({ lower: 0, upper: 1 }, { method: 'exact' })).toThrow(/use crown or interval/);
    expect(() => bounds({} as Network, { lower: 0, upper: 1 })).toThrow(/bounds/);
  });
});

import { describe, expect, it } from 'vitest';
import { qpLayer } from '../../index.js';
import { SmoothSolution } from '../../layers/smooth.js';
import { smoothExecutable } from '../../runtime/smooth-program.js';
import type { Tensor } from '../../src/network/graph.js';
import { tolerances } from '../tolerances.js';
import { randomBatch } from './problems.js';

const shape = { n: 4, m: 1, p: 5 };
const data = randomBatch(shape, 1, 23);

describe('solutions at a fixed barrier', () => {
  it.each([1, 1e-2, 1e-5, 1e-9])('keep their conditions at μ = %s', (barrier) => {
    const found = new SmoothSolution({ ...shape, ...data }, barrier);
    expect(found.found).toBe(true);
    for (let i = 0; i < shape.p; i++)
      expect(Math.abs((found.lam[i]! * found.s[i]!) / barrier - 1)).toBeLessThan(1e-8);
    for (let i = 0; i < shape.p; i++) {
      let row = found.s[i]! - data.h[i]!;
      for (let j = 0; j < shape.n; j++) row += data.G[i * shape.n + j]! * found.z[j]!;
      expect(Math.abs(row)).toBeLessThan(1e-10);
    }
    found.dispose();
  });

  it('go to the solution as μ goes to 0', () => {
    const { z } = qpLayer(shape).forward(data);
    const found = new SmoothSolution({ ...shape, ...data }, 1e-12);
    for (let j = 0; j < shape.n; j++) expect(Math.abs(found.z[j]! - z[j]!)).toBeLessThan(1e-9);
  });

  it('are not found where there is none', () => {
    const one = { n: 1, m: 0, p: 2, Q: [1], q: [0], A: [], b: [], G: [1, -1], h: [-1, -1] };
    const numbers = Object.fromEntries(
      Object.entries(one).map(([key, value]) => [
        key,
        Array.isArray(value) ? Float64Array.from(value) : value,
      ]),
    );
    expect(new SmoothSolution(numbers as never, 1e-6).found).toBe(false);
  });

  it.each(['q', 'b', 'h'] as const)('have the J and H of differences, where the input is %s', (into) => {
    const tensor = (name: 'Q' | 'q' | 'A' | 'b' | 'G' | 'h', axes: number[]): Tensor => ({
      shape: axes,
      data: data[name],
    });
    const { n, m, p } = shape;
    const all = {
      Q: tensor('Q', [n, n]),
      q: tensor('q', [n]),
      A: tensor('A', [m, n]),
      b: tensor('b', [m]),
      G: tensor('G', [p, n]),
      h: tensor('h', [p]),
    };
    const { [into]: own, ...rest } = all;
    const box = smoothExecutable({
      layer: 'qp',
      op: { kind: 'quadraticProgram', into, ...rest } as never,
      barrier: 1e-3,
      engine: 'quadratic-program',
      device: 'cpu',
      precision: 'f64',
    });
    const width = own.data.length;
    expect([box.inputs, box.outputs]).toEqual([width, n]);
    const ask = (x: Float64Array) => {
      const slot = {
        x,
        λ: Float64Array.from({ length: n }, (_, k) => Math.cos(k + 1)),
        y: new Float64Array(n),
        J: new Float64Array(n * width),
        H: new Float64Array((width * (width + 1)) / 2),
      };
      void box.evaluate(2, [slot]);
      return slot;
    };
    const x = Float64Array.from(own.data);
    const { λ, J, H } = ask(x);
    const step = 1e-5;
    for (let j = 0; j < width; j++) {
      const [more, less] = [step, -step].map((by) => ask(x.map((value, k) => value + (k === j ? by : 0))));
      for (let i = 0; i < n; i++) {
        const slope = (more!.y[i]! - less!.y[i]!) / (2 * step);
        expect(Math.abs(J[i * width + j]! - slope)).toBeLessThan(
          tolerances.difference * (1 + Math.abs(slope)),
        );
      }
      const gradient = (at: typeof more, k: number): number => {
        let sum = 0;
        for (let i = 0; i < n; i++) sum += λ[i]! * at!.J[i * width + k]!;
        return sum;
      };
      for (let k = 0; k <= j; k++) {
        const slope = (gradient(more, k) - gradient(less, k)) / (2 * step);
        const entry = H[(j * (j + 1)) / 2 + k]!;
        expect(Math.abs(entry - slope)).toBeLessThan(1e-5 * (1 + Math.abs(slope)));
      }
    }
  });
});

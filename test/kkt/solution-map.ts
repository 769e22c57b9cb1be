import { expect, it } from 'vitest';
import type { SolutionMap } from '../../solvers/kkt/solution-map.js';

/** A map at a solution, with vectors to try it on. */
export interface MappedSolution<Point, Direction, Gradient> {
  readonly map: SolutionMap<Point, Direction, Gradient>;
  /** Another one for every seed. */
  point(seed: number): Point;
  direction(seed: number): Direction;
  copy(point: Point): Point;
  /** Of the parts that take part. */
  dot(a: Point, b: Point): number;
  pair(gradient: Gradient, direction: Direction): number;
  /** Largest entry of R at the solution. */
  readonly accuracy: number;
}

/** What every solution map must do. */
export function solutionMapContract<Point, Direction, Gradient>(
  name: string,
  make: () => MappedSolution<Point, Direction, Gradient>,
): void {
  const close = (a: number, b: number, size: number): void => {
    expect(Math.abs(a - b)).toBeLessThan(1e-9 * size);
  };

  it(`${name}: its residual is small`, () => {
    const { map, dot, accuracy } = make();
    const residual = map.residual();
    expect(Math.sqrt(dot(residual, residual))).toBeLessThan(accuracy);
    map.dispose();
  });

  it(`${name}: pullback and pushforward are adjoint to each other, and linear`, () => {
    const { map, point, direction, dot, pair } = make();
    for (const seed of [1, 2, 3]) {
      const [u, dθ] = [point(seed), direction(seed + 10)];
      const [back, forth] = [pair(map.pullback(u), dθ), dot(u, map.pushforward(dθ))];
      expect(Math.abs(back)).toBeGreaterThan(1e-6);
      close(back, forth, Math.abs(back));
    }
    map.dispose();
  });

  it(`${name}: solves with K and with its transpose`, () => {
    const { map, point, copy, dot } = make();
    const solved = (r: Point, transposed: boolean): Point => {
      const x = copy(r);
      for (const error of map.solve(x, transposed)) expect(error).toBeLessThan(1e-10);
      return x;
    };
    const [a, b] = [point(4), point(5)];
    const [x, y] = [solved(a, false), solved(b, true)];
    expect(dot(x, x)).toBeGreaterThan(0);
    close(dot(b, x), dot(a, y), Math.sqrt(dot(b, b) * dot(x, x)));
    map.dispose();
  });

  it(`${name}: gradients are those of the adjoint, derivatives those of the pushforward`, () => {
    const { map, point, direction, dot, pair } = make();
    const [w, dθ] = [point(6), direction(7)];
    const dw = map.pushforward(dθ);
    map.solve(dw, false);
    const slope = dot(w, dw);
    map.solve(w, true);
    close(pair(map.pullback(w), dθ), slope, Math.abs(slope));
    map.dispose();
  });
}

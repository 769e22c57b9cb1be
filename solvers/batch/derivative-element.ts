import type { ActiveSystem } from './active-system.js';
import type { QpPoint } from './contract.js';
import type { Qp } from './element.js';
import { addTimes, addTransposedTimes } from './matrix.js';
import { type Scaled, scaled } from './scale.js';
import { systemOf } from './settle.js';

/** A cotangent, a tangent, or a solution with K of one element: z (n), ν (m), λ (p, zero off the rows held). */
export interface Triple {
  readonly z: Float64Array;
  readonly nu: Float64Array;
  readonly lam: Float64Array;
}

/** The system of the rows held at a solution, in the units of the program; solved in its equilibrated form. */
export class ElementSystem {
  readonly #units: Scaled;
  readonly #held: Int32Array;
  readonly #system: ActiveSystem;

  constructor(qp: Qp, held: Int32Array) {
    this.#units = scaled(qp);
    this.#held = held;
    this.#system = systemOf(this.#units.qp, held).system;
  }

  get held(): Int32Array {
    return this.#held;
  }

  get regular(): boolean {
    return this.#system.regular;
  }

  /** The u with K u = g; entries of g off the rows held are not read. Returns the residual left, relative to g. */
  solve(g: Triple): { readonly u: Triple; readonly error: number } {
    const { columns, rows, objective, qp } = this.#units;
    const { n, m, p } = qp;
    const z = g.z.map((value, j) => value * columns[j]!);
    const y = new Float64Array(m + this.#held.length);
    for (let i = 0; i < m; i++) y[i] = (g.nu[i]! * rows[i]!) / objective;
    this.#held.forEach((row, k) => {
      y[m + k] = (g.lam[row]! * rows[m + row]!) / objective;
    });
    const error = this.#system.solve({ z, y });
    const u = { z: new Float64Array(n), nu: new Float64Array(m), lam: new Float64Array(p) };
    for (let j = 0; j < n; j++) u.z[j] = z[j]! * columns[j]! * objective;
    for (let i = 0; i < m; i++) u.nu[i] = y[i]! * rows[i]!;
    this.#held.forEach((row, k) => {
      u.lam[row] = y[m + k]! * rows[m + row]!;
    });
    return { u, error };
  }
}

/** The right-hand side of the directional derivative by inputs that move by dθ. */
export function forwardSide(direction: Qp, { z, nu, lam }: QpPoint): Triple {
  const side = {
    z: direction.q.map((value) => -value),
    nu: direction.b.slice(),
    lam: direction.h.slice(),
  };
  addTimes(direction.Q, z, -1, side.z);
  addTransposedTimes(direction.A, nu, -1, side.z);
  addTransposedTimes(direction.G, lam, -1, side.z);
  addTimes(direction.A, z, -1, side.nu);
  addTimes(direction.G, z, -1, side.lam);
  return side;
}

import type { Held } from '../src/nlp/result.js';
import type { Stage } from './surroundings.js';
import type { Sizes } from './task.js';

/**
 * The best point of a running solve in shared memory: its thread writes, and another thread may read whatever becomes of
 * that thread. Two places are written in turn, so that one is whole at any moment.
 *
 * Layout: Int32 number of points written and how far the solve has come; from byte 8, as Float64, the nonzeros of Jacobian and Hessian; from byte 24 twice
 * x[n], λ[m], zL[n], zU[n], g[m], objective, errors, iterations, counts, seconds in the order of their declaration.
 */
export class HeldPoint {
  readonly #written: Int32Array;
  readonly #stage: Int32Array;
  readonly #nonzeros: Float64Array;
  readonly #places: readonly [Float64Array, Float64Array];

  constructor(
    readonly memory: SharedArrayBuffer,
    private readonly n: number,
    private readonly m: number,
  ) {
    const length = numbersOf(n, m);
    this.#written = new Int32Array(memory, 0, 1);
    this.#stage = new Int32Array(memory, 4, 1);
    this.#nonzeros = new Float64Array(memory, 8, 2);
    this.#places = [
      new Float64Array(memory, pointsAt, length),
      new Float64Array(memory, pointsAt + 8 * length, length),
    ];
  }

  static create(n: number, m: number): HeldPoint {
    return new HeldPoint(new SharedArrayBuffer(pointsAt + 16 * numbersOf(n, m)), n, m);
  }

  /** How far the solve has come; undefined while it waits for a thread. */
  get stage(): Stage | undefined {
    return stages[Atomics.load(this.#stage, 0) - 1];
  }

  set stage(stage: Stage) {
    Atomics.store(this.#stage, 0, stages.indexOf(stage) + 1);
  }

  get sizes(): Sizes {
    const [jacobianNonzeros, hessianNonzeros] = this.#nonzeros as unknown as [number, number];
    return { variables: this.n, constraints: this.m, jacobianNonzeros, hessianNonzeros };
  }

  set sizes({ jacobianNonzeros, hessianNonzeros }: Sizes) {
    this.#nonzeros.set([jacobianNonzeros, hessianNonzeros]);
  }

  /** Forgets what was written, for another solve. */
  clear(): void {
    Atomics.store(this.#written, 0, 0);
    Atomics.store(this.#stage, 0, 0);
  }

  write({ x, multipliers, constraints, ...rest }: Held): void {
    const count = this.#written[0]!;
    const place = this.#places[count & 1 ? 0 : 1];
    let at = 0;
    const put = (values: ArrayLike<number>): void => {
      place.set(values, at);
      at += values.length;
    };
    for (const values of [x, multipliers.constraints, multipliers.lower, multipliers.upper, constraints])
      put(values);
    put(scalarsOf(rest));
    Atomics.store(this.#written, 0, count + 1);
  }

  /** The last point written; undefined before the first. */
  read(): Held | undefined {
    const count = Atomics.load(this.#written, 0);
    if (count === 0) return undefined;
    const { n, m } = this;
    const place = this.#places[count & 1 ? 1 : 0];
    let at = 0;
    const take = (length: number): Float64Array => {
      at += length;
      return place.slice(at - length, at);
    };
    const x = take(n);
    const multipliers = { constraints: take(m), lower: take(n), upper: take(n) };
    const constraints = take(m);
    return { x, multipliers, constraints, ...fromScalars(take(scalarCount)) };
  }
}

const stages: readonly Stage[] = ['reading', 'building', 'solving'];

const pointsAt = 24;
const scalarCount = 1 + 3 + 1 + 7 + 5;
const numbersOf = (n: number, m: number): number => 3 * n + 2 * m + scalarCount;

function scalarsOf({
  objective,
  errors: { primal, dual, complementarity },
  iterations,
  evaluations: { objective: f, gradient, constraints, jacobian, hessian, factorizations, rejected },
  seconds: { total, build, oracle, linear, other },
}: Omit<Held, 'x' | 'multipliers' | 'constraints'>): number[] {
  const counts = [f, gradient, constraints, jacobian, hessian, factorizations, rejected];
  return [
    objective,
    primal,
    dual,
    complementarity,
    iterations,
    ...counts,
    total,
    build,
    oracle,
    linear,
    other,
  ];
}

function fromScalars(values: ArrayLike<number>): Omit<Held, 'x' | 'multipliers' | 'constraints'> {
  let at = 0;
  const next = (): number => values[at++]!;
  return {
    objective: next(),
    errors: { primal: next(), dual: next(), complementarity: next() },
    iterations: next(),
    evaluations: {
      objective: next(),
      gradient: next(),
      constraints: next(),
      jacobian: next(),
      hessian: next(),
      factorizations: next(),
      rejected: next(),
    },
    seconds: { total: next(), build: next(), oracle: next(), linear: next(), other: next() },
  };
}

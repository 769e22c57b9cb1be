import { type BatchSolution, isSolved, type QpShape } from '../solvers/batch/index.js';
import { InputError } from '../src/core/errors.js';
import { numbersOf } from '../src/core/given.js';
import { partSizes } from './cotangents.js';

const parts = ['z', 'nu', 'lam', 's', 'active'] as const;
type Element = Readonly<Record<(typeof parts)[number], Float64Array | Uint8Array>>;

/** The last solutions of elements, by number: where the next solve of the same element begins. */
export class WarmStarts {
  readonly #elements = new Map<number, Element>();
  readonly #sizes: Readonly<Record<(typeof parts)[number], number>>;

  constructor(private readonly shape: QpShape) {
    this.#sizes = { ...partSizes(shape), active: shape.p };
  }

  /** The last solutions of these elements as one of a batch; undefined where none was solved. */
  of(numbers: readonly number[]): BatchSolution | undefined {
    const known = numbers.map((number) => this.#elements.get(number));
    if (known.every((element) => element === undefined)) return undefined;
    const batch = numbers.length;
    const joined = <A extends Float64Array | Uint8Array>(part: keyof Element, out: A): A => {
      known.forEach((element, k) => {
        if (element) out.set(element[part], k * this.#sizes[part]);
      });
      return out;
    };
    const floats = (part: Exclude<keyof Element, 'active'>): Float64Array =>
      joined(part, new Float64Array(batch * this.#sizes[part]));
    const unknown = new Float64Array(batch).fill(Number.NaN);
    return {
      batch,
      ...this.shape,
      z: floats('z'),
      nu: floats('nu'),
      lam: floats('lam'),
      s: floats('s'),
      active: joined('active', new Uint8Array(batch * this.#sizes.active)),
      statuses: known.map((element) => (element ? 'acceptable' : 'iteration-limit')),
      objective: unknown,
      primalError: unknown,
      dualError: unknown,
      complementarityError: unknown,
      margin: unknown,
      condition: unknown,
      iterations: new Int32Array(batch),
      flags: known.map(() => []),
      certificates: known.map(() => null),
      factorizations: 0,
      seconds: 0,
    };
  }

  /** Keeps the solutions of these elements; one without a solution is forgotten. */
  keep(numbers: readonly number[], solution: BatchSolution): void {
    numbers.forEach((number, k) => {
      if (!isSolved(solution.statuses[k]!)) {
        this.#elements.delete(number);
        return;
      }
      const own = parts.map((part) => {
        const size = this.#sizes[part];
        return [part, solution[part].slice(k * size, (k + 1) * size)];
      });
      this.#elements.set(number, Object.fromEntries(own) as Element);
    });
  }

  clear(): void {
    this.#elements.clear();
  }
}

/** Which elements of a data set a batch holds: what a caller gave, or 0, 1, … */
export function elementsOf(given: unknown, batch: number): number[] {
  if (given === undefined) return Array.from({ length: batch }, (_, k) => k);
  const numbers = [...numbersOf(given, 'elements', { length: batch })];
  const odd = numbers.findIndex((number) => !Number.isSafeInteger(number) || number < 0);
  if (odd >= 0)
    throw new InputError(
      `elements[${odd}] is ${numbers[odd]}, not the number of an element, a whole number ≥ 0`,
    );
  return numbers;
}

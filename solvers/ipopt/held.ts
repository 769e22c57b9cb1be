import type { Nlp } from '../../src/nlp/contract.js';

export type Evaluated = 'objective' | 'gradient' | 'constraints' | 'jacobian';

const same = (a: Float64Array, b: Float64Array): boolean =>
  a.length === b.length && a.every((value, j) => value === b[j]);

/** Function values at the last accepted iterate, for the case that the functions stop answering. */
export class Held {
  #x: Float64Array = new Float64Array(0);
  #here = new Map<Evaluated, Float64Array>();
  /** The iterate before, held until everything is known at the new one. */
  #before: { x: Float64Array; values: Map<Evaluated, Float64Array> } | undefined;
  /** What Ipopt evaluates of this problem; it does not ask for rows that are not there. */
  readonly #kinds: readonly Evaluated[];
  readonly #trial = new Map<Evaluated, { x: Float64Array; values: Float64Array }>();

  constructor(readonly nlp: Nlp) {
    this.#kinds = [
      'objective',
      'gradient',
      ...(nlp.constraints.lower.length > 0 ? (['constraints'] as const) : []),
      ...(nlp.jacobian.length > 0 ? (['jacobian'] as const) : []),
    ];
  }

  /** The iterate accepted last; empty before the first. */
  get x(): Float64Array {
    return this.#x;
  }

  /** Ipopt asks for a gradient at accepted iterates only. */
  keep(kind: Evaluated, x: Float64Array, values: Float64Array): void {
    const here = same(x, this.#x);
    if (kind === 'gradient' && !here) {
      if (this.#here.size === this.#kinds.length) this.#before = { x: this.#x, values: this.#here };
      this.#x = x.slice();
      this.#here = new Map();
      for (const [name, trial] of this.#trial) if (same(trial.x, x)) this.#here.set(name, trial.values);
    }
    if (here || kind === 'gradient') this.#here.set(kind, values.slice());
    else this.#trial.set(kind, { x: x.slice(), values: values.slice() });
  }

  /** What is known at `x`. */
  values(): { readonly [Kind in Evaluated]?: Float64Array } {
    return Object.fromEntries(this.#here);
  }

  /** The problem as it answered at the last iterate where it answered everything; undefined when there is none. */
  answers(): { readonly nlp: Nlp; readonly x: Float64Array } | undefined {
    const whole = this.#here.size === this.#kinds.length;
    const from = whole ? { x: this.#x, values: this.#here } : this.#before;
    if (from === undefined) return undefined;
    const fill = (kind: Evaluated) => (_: Float64Array, out: Float64Array) => {
      const values = from.values.get(kind);
      if (values) out.set(values);
    };
    const { variables, constraints, jacobian, hessian } = this.nlp;
    const nlp: Nlp = {
      variables,
      constraints,
      jacobian,
      hessian,
      ask: () => undefined,
      objective: () => from.values.get('objective')![0]!,
      gradient: fill('gradient'),
      constraintValues: fill('constraints'),
      jacobianValues: fill('jacobian'),
      hessianValues: () => undefined,
    };
    return { nlp, x: from.x };
  }
}

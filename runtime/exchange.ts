import { sharedFloat64 } from '../src/core/memory.js';
import type { WarmStart } from '../src/nlp/solver.js';
import { HeldPoint } from './held.js';
import type { Run } from './prepared.js';
import type { Sizes } from './task.js';

/** What a run says besides its numbers. */
export interface RunNote extends Omit<Run, Numbers | 'warmStart'> {
  /** Which of its numbers stand in the exchange. */
  readonly given: readonly Part[];
  readonly barrier?: number | undefined;
}

type Numbers = 'lower' | 'upper' | 'start' | 'rows';

const parts = ['lower', 'upper', 'start', 'rowLower', 'rowUpper', 'x', 'λ', 'zL', 'zU'] as const;
type Part = (typeof parts)[number];
const ofRows: readonly Part[] = ['rowLower', 'rowUpper', 'λ'];

/**
 * The numbers of a prepared problem's solves, in memory that its thread and its owner share: bounds, starts and multipliers go
 * in, the point held comes out. One solve at a time.
 */
export class Exchange {
  readonly held: HeldPoint;
  readonly #views = new Map<Part, Float64Array>();

  constructor(
    { variables: n, constraints: m }: Sizes,
    /** The memory of another thread's exchange. */
    readonly memory: { readonly numbers: Float64Array; readonly held: SharedArrayBuffer } = {
      numbers: sharedFloat64(6 * n + 3 * m),
      held: HeldPoint.create(n, m).memory,
    },
  ) {
    let at = 0;
    for (const part of parts) {
      const end = at + (ofRows.includes(part) ? m : n);
      this.#views.set(part, memory.numbers.subarray(at, end));
      at = end;
    }
    this.held = new HeldPoint(memory.held, n, m);
  }

  /** Writes the numbers of a run; what is left of it travels. */
  put({ lower, upper, start, rows, warmStart, ...rest }: Run): RunNote {
    const { x, multipliers, barrier } = warmStart ?? {};
    const { constraints: λ, lower: zL, upper: zU } = multipliers ?? {};
    const own = { lower, upper, start, rowLower: rows?.lower, rowUpper: rows?.upper, x, λ, zL, zU };
    const given = parts.filter((part) => own[part] !== undefined);
    for (const part of given) this.#views.get(part)!.set(own[part]!);
    this.held.clear();
    return { ...rest, given, ...(barrier !== undefined && { barrier }) };
  }

  /** The run again; its arrays are views, which the next one overwrites. */
  take({ given, barrier, ...rest }: RunNote): Run {
    const of = (part: Part): Float64Array => this.#views.get(part)!;
    const has = (part: Part): boolean => given.includes(part);
    const warm: WarmStart = {
      ...(has('x') && { x: of('x') }),
      ...(has('λ') && { multipliers: { constraints: of('λ'), lower: of('zL'), upper: of('zU') } }),
      ...(barrier !== undefined && { barrier }),
    };
    return {
      ...rest,
      ...(has('lower') && { lower: of('lower') }),
      ...(has('upper') && { upper: of('upper') }),
      ...(has('start') && { start: of('start') }),
      ...(has('rowLower') && { rows: { lower: of('rowLower'), upper: of('rowUpper') } }),
      ...(Object.keys(warm).length > 0 && { warmStart: warm }),
    };
  }
}

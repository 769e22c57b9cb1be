import { sharedFloat64 } from '../../src/core/memory.js';
import type { Held, Result } from '../../src/nlp/result.js';
import type { WarmStart } from '../../src/nlp/solver.js';
import { HeldPoint } from '../held.js';
import type { Run } from '../prepared.js';
import type { Sizes, Solved } from '../task.js';

/** What a run says besides its numbers. */
export type RunNote = Omit<Run, 'lower' | 'upper' | 'start' | 'rows' | 'warmStart'>;

/** What a solve answers besides the point it holds. */
export interface Ended extends Omit<Solved, 'result' | 'sizes'> {
  readonly result: Omit<Result, keyof Held> & Pick<Held, 'kkt' | 'kernels'>;
}

/** How many gray boxes tell of themselves, and uses of networks of their error. */
export interface Told {
  readonly boxes: number;
  readonly uses: number;
}

/** From when and how many seconds a solve may take. */
interface Time {
  readonly started: number;
  readonly allowed: number;
}

const parts = ['lower', 'upper', 'start', 'rowLower', 'rowUpper', 'x', 'λ', 'zL', 'zU'] as const;
type Part = (typeof parts)[number];
const ofRows: readonly Part[] = ['rowLower', 'rowUpper', 'λ'];
/** Which parts are given, barrier, and when the solve began and how long it may take. */
const scalars = 4;
/** UTF-16 units of what is told in words. */
const mostText = 2048;
const statistics = ['calls', 'values', 'jacobians', 'hessians', 'seconds'] as const;

/**
 * The numbers of a prepared problem's solves, in memory that its thread and its owner share: bounds, starts and multipliers go
 * in, the point held and what is told of it come out. One solve at a time.
 */
export class Exchange {
  readonly held: HeldPoint;
  /** How many solves were ordered, and answered, without a message. */
  readonly turns: Int32Array;
  /** 1 where the solve shall end. */
  readonly flag: Int32Array;
  readonly #views = new Map<Part, Float64Array>();
  readonly #scalars: Float64Array;
  readonly #numbers: Float64Array;
  /** Bytes of what is told in words, and how often others came in their place. */
  readonly #length: Int32Array;
  /** The words that stand there. */
  #said: string | undefined;
  #heard: { readonly version: number; readonly result: Ended['result'] } | undefined;
  #bytes: Buffer | undefined;

  constructor(
    { variables: n, constraints: m }: Sizes,
    private readonly told: Told,
    /** The memory of another thread's exchange. */
    readonly memory: {
      readonly numbers: Float64Array;
      readonly words: SharedArrayBuffer;
      readonly flag: SharedArrayBuffer;
      readonly held: SharedArrayBuffer;
    } = {
      numbers: sharedFloat64(6 * n + 3 * m + scalars + statistics.length * told.boxes + told.uses + 1),
      words: new SharedArrayBuffer(8 + 8 + 2 * mostText),
      flag: new SharedArrayBuffer(4),
      held: HeldPoint.create(n, m).memory,
    },
  ) {
    let at = 0;
    for (const part of parts) {
      const end = at + (ofRows.includes(part) ? m : n);
      this.#views.set(part, memory.numbers.subarray(at, end));
      at = end;
    }
    this.#scalars = memory.numbers.subarray(at, at + scalars);
    this.#numbers = memory.numbers.subarray(at + scalars);
    this.turns = new Int32Array(memory.words, 0, 2);
    this.#length = new Int32Array(memory.words, 8, 2);
    this.flag = new Int32Array(memory.flag);
    this.held = new HeldPoint(memory.held, n, m);
  }

  /** Writes the numbers of a run and when it began; what is left of it travels. */
  put({ lower, upper, start, rows, warmStart, ...note }: Run, { started, allowed }: Time): RunNote {
    const { x, multipliers, barrier = Number.NaN } = warmStart ?? {};
    const { constraints: λ, lower: zL, upper: zU } = multipliers ?? {};
    const own = { lower, upper, start, rowLower: rows?.lower, rowUpper: rows?.upper, x, λ, zL, zU };
    let given = 0;
    parts.forEach((part, k) => {
      const values = own[part];
      if (values === undefined) return;
      this.#views.get(part)!.set(values);
      given |= 1 << k;
    });
    this.#scalars.set([given, barrier, started, allowed]);
    this.held.clear();
    return note;
  }

  /** The run again; its arrays are views, which the next one overwrites. */
  take(note: RunNote): Run {
    const [given, barrier] = this.#scalars as unknown as [number, number];
    const of = (part: Part): Float64Array => this.#views.get(part)!;
    const has = (part: Part): boolean => (given & (1 << parts.indexOf(part))) !== 0;
    const warm: WarmStart = {
      ...(has('x') && { x: of('x') }),
      ...(has('λ') && { multipliers: { constraints: of('λ'), lower: of('zL'), upper: of('zU') } }),
      ...(!Number.isNaN(barrier) && { barrier }),
    };
    return {
      ...note,
      ...(has('lower') && { lower: of('lower') }),
      ...(has('upper') && { upper: of('upper') }),
      ...(has('start') && { start: of('start') }),
      ...(has('rowLower') && { rows: { lower: of('rowLower'), upper: of('rowUpper') } }),
      ...(Object.keys(warm).length > 0 && { warmStart: warm }),
    };
  }

  /** Opened when it is needed: not every runtime has it on shared memory. */
  get #text(): Buffer {
    this.#bytes ??= Buffer.from(this.memory.words, 16);
    return this.#bytes;
  }

  /** When the solve began and how long it may take. */
  get time(): Time {
    const [, , started, allowed] = this.#scalars as unknown as [number, number, number, number];
    return { started, allowed };
  }

  /** Writes what a solve answers; false where that must travel. */
  answer({ oracles, networkErrors, result, ...rest }: Ended): boolean {
    const text = JSON.stringify(result);
    if (text.length > mostText || Object.keys(rest).length > 0) return false;
    const numbers = this.#numbers;
    let at = 0;
    for (const oracle of oracles) for (const key of statistics) numbers[at++] = oracle[key];
    numbers[at++] = networkErrors ? 1 : 0;
    for (const error of networkErrors ?? []) numbers[at++] = error;
    if (text === this.#said) return true;
    this.#said = text;
    this.#length[0] = this.#text.write(text, 'utf16le');
    this.#length[1]!++;
    return true;
  }

  /** What was written last. */
  answered(): Ended {
    const { boxes, uses } = this.told;
    const numbers = this.#numbers;
    const each = statistics.length;
    const oracles = Array.from({ length: boxes }, (_, k) => {
      const [calls, values, jacobians, hessians, seconds] = numbers.subarray(each * k) as unknown as [
        number,
        number,
        number,
        number,
        number,
      ];
      return { calls, values, jacobians, hessians, seconds };
    });
    const at = each * boxes;
    const [length, version] = this.#length as unknown as [number, number];
    if (this.#heard?.version !== version)
      this.#heard = { version, result: JSON.parse(this.#text.toString('utf16le', 0, length)) };
    return {
      result: this.#heard.result,
      oracles,
      ...(numbers[at] === 1 && { networkErrors: [...numbers.subarray(at + 1, at + 1 + uses)] }),
    };
  }
}

import { beyond, type KernelKind, type KernelMemory, kindOf, mostOf } from '../../src/core/kernels.js';
import type { InputName, QpBatch } from './contract.js';
import type { Triple } from './derivative-element.js';
import { sizeOf } from './element.js';
import { isCondensed } from './form.js';
import { ensure, type Kernels, openKernels } from './kernels.js';

/** Bytes of data that one call into the kernels takes along. */
const CHUNK = 2 ** 22;
/** Numbers of matrices that residuals are taken of at a time, so that they stay near. */
const CHECKED = 2 ** 15;
/** Bytes of factors, and of inputs beside them, that are kept for derivatives. */
const KEPT = 2 ** 30;
const ITERATIONS = 40;
/** Residual of a system, relative to its right-hand side, from which on it is not refined; and how often it is. */
const SOLVED = 1e-12;
const STEPS = 3;

/** Numbers reported of each problem by `solvePairs`, in their order there. */
export const REPORT = 10;
const reported = [
  'solved',
  'iterations',
  'factorizations',
  'objective',
  'primal',
  'dual',
  'complementarity',
  'margin',
  'relative',
  'condition',
] as const;
export type Reported = (typeof reported)[number];
export const place = Object.fromEntries(reported.map((name, k) => [name, k])) as Record<Reported, number>;

/** Entries of the table of addresses, see `assembly/index.ts`. */
const inputsInOrder: readonly InputName[] = ['Q', 'q', 'A', 'b', 'G', 'h'];
const [GUESS, Z, NU, LAM, S, ACTIVE, REPORTS, FACTOR, ROWS, PAIR, ENTRIES] = [
  6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
];

/** Where answers go, as long as the batch. */
export interface PairAnswers {
  readonly z: Float64Array;
  readonly nu: Float64Array;
  readonly lam: Float64Array;
  readonly s: Float64Array;
  readonly active: Uint8Array;
  /** {@link REPORT} numbers per element. */
  readonly report: Float64Array;
}

/** Right-hand sides and solutions of systems, as long as the batch. */
export interface Systems extends Triple {
  /** Residual left, relative to the right-hand side, per element. */
  readonly error: Float64Array;
}

const round = (bytes: number): number => Math.ceil(bytes / 16) * 16;

/**
 * The kernels with memory for one batch: they solve two problems at a time, in the two lanes of a vector, by the dual form
 * (`assembly/reduce.ts`), and keep the factors of all pairs where there is room.
 */
export class Pairs {
  readonly #memory: KernelMemory;
  readonly #kernels: Kernels;
  #sharedQ = false;
  #sharedRows = false;
  #table = 0;
  /** Where factors start, and how far apart those of pairs are. */
  #factors = { at: 0, factor: 0, rows: 0, pair: 0, kept: false };
  /** Pairs that there is room to keep factors for. */
  #slots = 0;
  #staging = 0;
  #perCall = 0;
  /** Where the inputs lie, in their order; `kept`: those of every element, for derivatives. */
  #inputs: { readonly at: readonly number[]; readonly kept: boolean } = { at: [], kept: false };
  /** Whether inputs that are shared lie there. */
  #staged = false;

  constructor() {
    ({ memory: this.#memory, kernels: this.#kernels } = openKernels());
  }

  /** Who computes: WebAssembly, or the same in plain JavaScript. */
  get kind(): KernelKind {
    return kindOf(this.#memory);
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /** Whether the factors of every pair are there after a solve. */
  get keeps(): boolean {
    return this.#factors.kept;
  }

  /** Makes room for a batch. Throws {@link OutOfMemoryError} where there is none for two elements at a time. */
  layOut(data: QpBatch): void {
    const { batch, n, m, p } = data;
    this.#sharedQ = data.Q.shared;
    this.#sharedRows = data.Q.shared && (data.A.shared || m === 0) && (data.G.shared || p === 0);
    const padded = (length: number): number => (length + 3) & ~3;
    const [N, P, T] = [padded(n), padded(p), padded(m) + padded(p)];
    // The workspace, generously: Q, C, S and vectors.
    const condensed = isCondensed(data);
    const order = condensed ? N : P;
    const workspace = 16 * (N * N + 1.1 * T * N + (condensed ? 3 * P * N : P * P) + 10 * N + 18 * T + 256);
    const dataBytes = 8 * (n * n + n + (m + p) * (n + 1));
    // Or right-hand sides, solutions and residuals of systems.
    const answerBytes = 8 * (3 * (n + m + p) + REPORT) + 2 * p;
    const perCall = Math.max(2, Math.min(batch + (batch & 1), 2 * Math.floor(CHUNK / (2 * dataBytes))));
    const factor = N * N + 1;
    const rows = T * (padded(m) + N) + P;
    const own =
      16 *
      ((this.#sharedQ ? 0 : factor) +
        (this.#sharedRows ? 0 : rows) +
        (order * order + P + Math.ceil(P / 2) + 1));
    const pairs = Math.ceil(batch / 2);
    const input = (name: InputName, count: number): number =>
      round(8 * sizeOf(data, name) * (data[name].shared ? 1 : count));
    const allInputs = inputsInOrder.reduce((sum, name) => sum + input(name, batch), 0);
    const total = (slots: number, inputs = 0): number =>
      1024 +
      workspace +
      16 * (factor + rows + 64) +
      own * slots +
      (inputs || perCall * dataBytes) +
      perCall * (answerBytes + 64) +
      32 * (n + m + p);
    const has = (slots: number, inputs = 0): boolean => {
      const bytes = total(slots, inputs);
      return bytes <= mostOf(this.#memory) && ensure(this.#memory, bytes);
    };
    const whole = own * pairs + allInputs <= KEPT && has(pairs, allInputs);
    const kept = whole || (own * pairs <= KEPT && has(pairs));
    const slots = kept ? pairs : perCall / 2;
    if (!kept && !has(slots))
      throw beyond(
        total(slots),
        `a batch of quadratic programs with ${n} variables and ${m + p} rows`,
        'more than can be had even for two elements at a time; solve smaller problems, or sparse ones by solve()',
      );
    this.#table = 512;
    let at = round(this.#kernels.layOut(n, m, p, Number(condensed), 1024) >>> 0);
    const bytes = {
      factor: this.#kernels.factorBytes() >>> 0,
      rows: this.#kernels.rowsBytes() >>> 0,
      pair: this.#kernels.pairBytes() >>> 0,
    };
    this.#factors = { at, ...bytes, kept };
    at += (this.#sharedQ ? 1 : slots) * bytes.factor;
    at += (this.#sharedRows ? 1 : slots) * bytes.rows + slots * bytes.pair;
    this.#slots = slots;
    at = round(at);
    const places = inputsInOrder.map((name) => {
      const place = at;
      at += input(name, whole ? batch : perCall);
      return place;
    });
    this.#inputs = { at: places, kept: whole };
    this.#staging = at;
    this.#staged = false;
    this.#perCall = perCall;
  }

  /** Copies the inputs of elements [from, to) into memory, and says where in the table; those shared where they are not there yet. */
  #stage(data: QpBatch, from: number, to: number): void {
    const table = new Uint32Array(this.#memory.buffer, this.#table, 2 * ENTRIES);
    for (const [k, name] of inputsInOrder.entries()) {
      const one = sizeOf(data, name);
      const { values, shared } = data[name];
      const stride = shared ? 0 : 8 * one;
      const place = this.#inputs.at[k]! + (this.#inputs.kept ? from * stride : 0);
      table[2 * k] = place;
      table[2 * k + 1] = stride;
      if (shared && this.#staged) continue;
      const taken = shared ? values : values.subarray(from * one, to * one);
      new Float64Array(this.#memory.buffer, place, taken.length).set(taken);
    }
    this.#staged = true;
  }

  /** Says where the factors of the pairs from `first` on are. */
  #place(first: number): void {
    const table = new Uint32Array(this.#memory.buffer, this.#table, 2 * ENTRIES);
    const { at, factor, rows, pair, kept } = this.#factors;
    const slot = kept ? first : 0;
    const rowsAt = at + (this.#sharedQ ? 1 : this.#slots) * factor;
    const pairsAt = rowsAt + (this.#sharedRows ? 1 : this.#slots) * rows;
    const set = (entry: number, base: number, stride: number): void => {
      table[2 * entry] = base + slot * stride;
      table[2 * entry + 1] = stride;
    };
    set(FACTOR, at, this.#sharedQ ? 0 : factor);
    set(ROWS, rowsAt, this.#sharedRows ? 0 : rows);
    set(PAIR, pairsAt, pair);
  }

  /** Room for `one` numbers per element of a call at `at`, said in the table. */
  #room(entry: number, at: number, one: number, bytes = 8): number {
    const table = new Uint32Array(this.#memory.buffer, this.#table, 2 * ENTRIES);
    table[2 * entry] = at;
    table[2 * entry + 1] = bytes * one;
    return round(at + bytes * one * this.#perCall);
  }

  #addressOf(entry: number): number {
    return new Uint32Array(this.#memory.buffer, this.#table, 2 * ENTRIES)[2 * entry]!;
  }

  #numbers(entry: number, length: number): Float64Array {
    return new Float64Array(this.#memory.buffer, this.#addressOf(entry), length);
  }

  /** Solves all elements, in at most so many iterations. `guess`: a guess of the active rows, p bytes per element, 1 where active. */
  solve(data: QpBatch, out: PairAnswers, guess?: Uint8Array, most = ITERATIONS): void {
    const { batch } = data;
    for (let from = 0; from < batch; from += this.#perCall)
      this.#solveSome(data, from, Math.min(batch, from + this.#perCall), out, guess, most);
  }

  #solveSome(
    data: QpBatch,
    from: number,
    to: number,
    out: PairAnswers,
    guess: Uint8Array | undefined,
    most = ITERATIONS,
  ): void {
    const { n, m, p } = data;
    const count = to - from;
    this.#stage(data, from, to);
    let at = this.#room(GUESS, this.#staging, p, 1);
    at = this.#room(Z, at, n);
    at = this.#room(NU, at, m);
    at = this.#room(LAM, at, p);
    at = this.#room(S, at, p);
    at = this.#room(ACTIVE, at, p, 1);
    this.#room(REPORTS, at, REPORT);
    this.#place(from / 2);
    const bytes = (entry: number): Uint8Array =>
      new Uint8Array(this.#memory.buffer, this.#addressOf(entry), count * p);
    if (guess) bytes(GUESS).set(guess.subarray(from * p, to * p));
    if (from === 0) this.#kernels.expectSymmetry();
    this.#kernels.solvePairs(
      this.#table,
      count,
      Number(this.#sharedQ),
      Number(this.#sharedRows),
      Number(from === 0),
      Number(guess !== undefined),
      Math.min(most, ITERATIONS),
    );
    out.z.set(this.#numbers(Z, count * n), from * n);
    out.nu.set(this.#numbers(NU, count * m), from * m);
    out.lam.set(this.#numbers(LAM, count * p), from * p);
    out.s.set(this.#numbers(S, count * p), from * p);
    out.active.set(bytes(ACTIVE), from * p);
    out.report.set(this.#numbers(REPORTS, count * REPORT), from * REPORT);
  }

  /**
   * Overwrites the right-hand sides of K u = g with the solutions, on the rows whose `active` is 1, refined; leaves what that left of g in
   * `error`. Elements that are not `wanted` keep theirs. Where the factors of the last solve are not all there, `scratch` has them made again.
   */
  solveSystems(
    data: QpBatch,
    systems: Systems,
    active: Uint8Array,
    wanted: Uint8Array,
    scratch: PairAnswers | undefined,
  ): void {
    const { batch } = data;
    const open = wanted.slice();
    const g = copyOf(systems);
    const r = copyOf(systems);
    for (let from = 0; from < batch; from += this.#perCall) {
      const to = Math.min(batch, from + this.#perCall);
      if (scratch) this.#solveSome(data, from, to, scratch, active);
      this.#solveOnce(data, from, to, systems, open);
      this.#check(data, from, to, active, open, g, systems, r, systems.error);
      for (let step = 0; step < STEPS; step++) {
        for (let e = from; e < to; e++) if (!(systems.error[e]! > SOLVED)) open[e] = 0;
        if (!open.subarray(from, to).includes(1)) break;
        this.#solveOnce(data, from, to, r, open);
        const [before, next] = [copyOf(systems), new Float64Array(batch)];
        for (let e = from; e < to; e++) if (open[e] === 1) addElement(data, e, systems, r, 1);
        this.#check(data, from, to, active, open, g, systems, r, next);
        for (let e = from; e < to; e++) {
          if (open[e] === 0) continue;
          if (next[e]! < systems.error[e]!) systems.error[e] = next[e]!;
          else {
            open[e] = 0;
            addElement(data, e, systems, before, 0);
          }
        }
      }
    }
  }

  /** r ← g − K u of elements [from, to), where `open`, and its largest part relative to g. */
  #check(
    data: QpBatch,
    from: number,
    to: number,
    active: Uint8Array,
    open: Uint8Array,
    g: Triple,
    u: Triple,
    r: Triple,
    error: Float64Array,
  ): void {
    const { n, m, p } = data;
    const symmetric = this.#kernels.isSymmetric();
    const { at: places, kept } = this.#inputs;
    this.#staged &&= kept;
    const fit = kept ? Infinity : Math.floor(CHECKED / (n * (n + m + p)));
    const most = Math.max(1, Math.min(to - from, fit));
    const parts = (x: Triple) => [[x.z, n] as const, [x.nu, m] as const, [x.lam, p] as const];
    const matrices = ['Q', 'A', 'G'] as const;
    for (let first = from; first < to; first += most) {
      const count = Math.min(most, to - first);
      const table = new Uint32Array(this.#memory.buffer, this.#table, 2 * ENTRIES);
      let [at, entry] = [kept ? this.#staging : places[0]!, 0];
      const room = (one: number, bytes: number, shared = false): number => {
        const place = at;
        table[2 * entry] = place;
        table[2 * entry + 1] = shared ? 0 : bytes * one;
        entry++;
        at = round(at + bytes * one * (shared ? 1 : count));
        return place;
      };
      const give = (values: Float64Array, one: number, shared = false): void => {
        const place = room(one, 8, shared);
        if (shared && first > from) return;
        const own = shared ? values : values.subarray(first * one, (first + count) * one);
        new Float64Array(this.#memory.buffer, place, own.length).set(own);
      };
      for (const name of matrices) {
        const { values, shared } = data[name];
        const one = sizeOf(data, name);
        if (kept) {
          const stride = shared ? 0 : 8 * one;
          table[2 * entry] = places[inputsInOrder.indexOf(name)]! + first * stride;
          table[2 * entry + 1] = stride;
          entry++;
        } else give(values, one, shared);
      }
      new Uint8Array(this.#memory.buffer, room(p, 1), count * p).set(
        active.subarray(first * p, (first + count) * p),
      );
      for (const [values, one] of [...parts(g), ...parts(u)]) give(values, one);
      const made = parts(r).map(([, one]) => room(one, 8));
      const result = room(1, 8);
      new Uint8Array(this.#memory.buffer, room(1, 1), count).set(open.subarray(first, first + count));
      this.#kernels.checkSystems(this.#table, count, n, m, p, symmetric);
      const errors = new Float64Array(this.#memory.buffer, result, count);
      parts(r).forEach(([values, one], k) => {
        const own = new Float64Array(this.#memory.buffer, made[k]!, count * one);
        if (!open.subarray(first, first + count).includes(0)) values.set(own, first * one);
        else
          for (let e = 0; e < count; e++)
            if (open[first + e] === 1) values.set(own.subarray(e * one, (e + 1) * one), (first + e) * one);
      });
      for (let e = 0; e < count; e++) if (open[first + e] === 1) error[first + e] = errors[e]!;
    }
  }

  /** Overwrites (z, ν, λ) of elements [from, to), where `open`, with the solutions of K u = them by the factors there are. */
  #solveOnce(data: QpBatch, from: number, to: number, g: Triple, open: Uint8Array): void {
    const { n, m, p } = data;
    const count = to - from;
    let at = this.#room(GUESS, this.#staging, 1, 1);
    at = this.#room(Z, at, n);
    at = this.#room(NU, at, m);
    this.#room(LAM, at, p);
    this.#place(from / 2);
    new Uint8Array(this.#memory.buffer, this.#addressOf(GUESS), count).set(open.subarray(from, to));
    const lists = [
      [Z, n, g.z],
      [NU, m, g.nu],
      [LAM, p, g.lam],
    ] as const;
    for (const [entry, one, values] of lists)
      this.#numbers(entry, count * one).set(values.subarray(from * one, to * one));
    this.#kernels.solveSystems(this.#table, count);
    for (const [entry, one, values] of lists) values.set(this.#numbers(entry, count * one), from * one);
  }
}

const copyOf = ({ z, nu, lam }: Triple): Triple => ({ z: z.slice(), nu: nu.slice(), lam: lam.slice() });

/** u ← f u + d of element e. */
function addElement({ n, m, p }: QpBatch, e: number, u: Triple, d: Triple, f: number): void {
  for (const [name, one] of [['z', n] as const, ['nu', m] as const, ['lam', p] as const])
    for (let k = e * one; k < (e + 1) * one; k++) u[name][k] = f * u[name][k]! + d[name][k]!;
}

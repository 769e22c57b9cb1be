import { beyond, type KernelKind, type KernelMemory, kindOf, mostOf } from '../../src/core/kernels.js';
import type { InputName, QpBatch } from './contract.js';
import { sizeOf } from './element.js';
import { ensure, type Kernels, openKernels } from './kernels.js';

/** Bytes of data that one call into the kernels takes along. */
const CHUNK = 2 ** 22;
/** Bytes of factors that are kept for derivatives. */
const KEPT = 2 ** 28;
const ITERATIONS = 40;

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
export interface Systems {
  readonly z: Float64Array;
  readonly nu: Float64Array;
  readonly lam: Float64Array;
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
    // The workspace, generously: Q, C, X, S and vectors.
    const workspace = 16 * (N * N + 2.1 * T * N + P * P + 9 * N + 16 * T + 256);
    const dataBytes = 8 * (n * n + n + (m + p) * (n + 1));
    const answerBytes = 8 * (n + m + 2 * p + REPORT) + 2 * p;
    const perCall = Math.max(2, Math.min(batch + (batch & 1), 2 * Math.floor(CHUNK / (2 * dataBytes))));
    const own =
      16 * (this.#sharedQ ? 0 : N * N) +
      16 * (this.#sharedRows ? 0 : T * padded(m) + P) +
      16 * (P * P + P + P / 2 + 1);
    const pairs = Math.ceil(batch / 2);
    const kept = own * pairs <= KEPT;
    const slots = kept ? pairs : perCall / 2;
    const shared = 16 * (N * N + T * padded(m) + P);
    const total =
      1024 + workspace + shared + own * slots + perCall * (dataBytes + answerBytes + 64) + 16 * 64;
    if (total > mostOf(this.#memory) || !ensure(this.#memory, total))
      throw beyond(
        total,
        `a batch of quadratic programs with ${n} variables and ${m + p} rows`,
        'more than can be had even for two elements at a time; solve smaller problems, or sparse ones by solve()',
      );
    this.#table = 512;
    let at = round(this.#kernels.layOut(n, m, p, 1024) >>> 0);
    const [factor, rows, pair] = [
      this.#kernels.factorBytes() >>> 0,
      this.#kernels.rowsBytes() >>> 0,
      this.#kernels.pairBytes() >>> 0,
    ];
    this.#factors = { at, factor, rows, pair, kept };
    at += (this.#sharedQ ? 1 : slots) * factor + (this.#sharedRows ? 1 : slots) * rows + slots * pair;
    this.#slots = slots;
    this.#staging = round(at);
    this.#perCall = perCall;
  }

  /** Copies the inputs of elements [from, to) into memory, and says where in the table; those shared with the first of a batch. */
  #stage(data: QpBatch, from: number, to: number): number {
    const table = new Uint32Array(this.#memory.buffer, this.#table, 2 * ENTRIES);
    let at = this.#staging;
    for (const [k, name] of inputsInOrder.entries()) {
      const one = sizeOf(data, name);
      const { values, shared } = data[name];
      const taken = shared ? values : values.subarray(from * one, to * one);
      table[2 * k] = at;
      table[2 * k + 1] = shared ? 0 : 8 * one;
      const room = new Float64Array(this.#memory.buffer, at, (shared ? 1 : this.#perCall) * one);
      if (!shared || from === 0) room.set(taken);
      at = round(at + 8 * room.length);
    }
    return at;
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

  /** Solves all elements. `guess`: a guess of the active rows, p bytes per element, 1 where active. */
  solve(data: QpBatch, out: PairAnswers, guess?: Uint8Array): void {
    const { batch } = data;
    for (let from = 0; from < batch; from += this.#perCall)
      this.#solveSome(data, from, Math.min(batch, from + this.#perCall), out, guess);
  }

  #solveSome(data: QpBatch, from: number, to: number, out: PairAnswers, guess: Uint8Array | undefined): void {
    const { n, m, p } = data;
    const count = to - from;
    let at = this.#stage(data, from, to);
    at = this.#room(GUESS, at, p, 1);
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
    this.#kernels.solvePairs(
      this.#table,
      count,
      Number(this.#sharedQ),
      Number(this.#sharedRows),
      Number(from === 0),
      Number(guess !== undefined),
      ITERATIONS,
    );
    out.z.set(this.#numbers(Z, count * n), from * n);
    out.nu.set(this.#numbers(NU, count * m), from * m);
    out.lam.set(this.#numbers(LAM, count * p), from * p);
    out.s.set(this.#numbers(S, count * p), from * p);
    out.active.set(bytes(ACTIVE), from * p);
    out.report.set(this.#numbers(REPORTS, count * REPORT), from * REPORT);
  }

  /**
   * Overwrites the right-hand sides of K u = g with the solutions, on the rows that the last solve left active. Where the factors of that
   * solve are not all there, `active` and `scratch` have them made again.
   */
  solveSystems(
    data: QpBatch,
    systems: Systems,
    again: { readonly active: Uint8Array; readonly scratch: PairAnswers } | undefined,
  ): void {
    const { batch, n, m, p } = data;
    for (let from = 0; from < batch; from += this.#perCall) {
      const to = Math.min(batch, from + this.#perCall);
      const count = to - from;
      if (again) this.#solveSome(data, from, to, again.scratch, again.active);
      let at = this.#stage(data, from, to);
      at = this.#room(Z, at, n);
      at = this.#room(NU, at, m);
      at = this.#room(LAM, at, p);
      this.#room(REPORTS, at, 1);
      this.#place(from / 2);
      this.#numbers(Z, count * n).set(systems.z.subarray(from * n, to * n));
      this.#numbers(NU, count * m).set(systems.nu.subarray(from * m, to * m));
      this.#numbers(LAM, count * p).set(systems.lam.subarray(from * p, to * p));
      this.#kernels.solveSystems(this.#table, count, Number(this.#sharedQ), Number(this.#sharedRows));
      systems.z.set(this.#numbers(Z, count * n), from * n);
      systems.nu.set(this.#numbers(NU, count * m), from * m);
      systems.lam.set(this.#numbers(LAM, count * p), from * p);
      systems.error.set(this.#numbers(REPORTS, count), from);
    }
  }
}

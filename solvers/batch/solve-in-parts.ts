import { isShared, sharedBytes } from '../../src/core/memory.js';
import { type BatchSolution, type Block, type InputName, inputNames, type QpBatch } from './contract.js';
import type { Crew, Job } from './crew.js';
import type { Triple } from './derivative-element.js';
import { sizeOf } from './element.js';
import { keepElsewhere, keptFor } from './keep.js';
import type { BatchSettings } from './options.js';
import { solveHere } from './solve-here.js';
import { solveKept } from './solve-kept.js';

/** A part of a batch that was solved somewhere: in this thread (`thread` −1) or another. */
interface Part {
  readonly from: number;
  readonly data: QpBatch;
  readonly solution: BatchSolution;
  readonly thread: number;
  readonly id: number;
  /** Where the inputs were copied to. */
  readonly room?: ArrayBufferLike | undefined;
}

interface Parts {
  readonly crew: Crew;
  readonly parts: readonly Part[];
}

const partsOf = new WeakMap<BatchSolution, Parts>();
let lastId = 0;

/** Rooms for inputs that no solution needs any more, oldest first, and their bytes at most: new memory takes longer than a copy. */
const rooms: ArrayBufferLike[] = [];
const KEPT = 2 ** 28;

function returnRoom(room: ArrayBufferLike): void {
  rooms.push(room);
  while (rooms.reduce((sum, { byteLength }) => sum + byteLength, 0) > KEPT || rooms.length > 8) rooms.shift();
}

function takeRoom(bytes: number): ArrayBufferLike {
  // Rooms that are far too large stay for others.
  const found = rooms.findIndex(({ byteLength }) => byteLength >= bytes && byteLength <= 2 * bytes);
  return found < 0 ? sharedBytes(bytes) : rooms.splice(found, 1)[0]!;
}

/** Elements [from, to) of a batch. */
function slice(data: QpBatch, from: number, to: number): QpBatch {
  const block = (name: InputName): Block => {
    const { values, shared } = data[name];
    const one = sizeOf(data, name);
    return { values: shared ? values : values.subarray(from * one, to * one), shared };
  };
  const { n, m, p } = data;
  const blocks = Object.fromEntries(inputNames.map((name) => [name, block(name)])) as Record<
    InputName,
    Block
  >;
  return { batch: to - from, n, m, p, ...blocks };
}

/** The same where other threads see it: numbers that they do not see are copied to a room. */
function visible(data: QpBatch): { readonly there: QpBatch; readonly room?: ArrayBufferLike } {
  const hidden = inputNames.filter((name) => !isShared(data[name].values));
  const bytes = 8 * hidden.reduce((sum, name) => sum + data[name].values.length, 0);
  if (bytes === 0) return { there: data };
  const room = takeRoom(bytes);
  let at = 0;
  const copies = hidden.map((name) => {
    const { values, shared } = data[name];
    const copy = new Float64Array(room, at, values.length);
    copy.set(values);
    at += copy.byteLength;
    return [name, { values: copy, shared }];
  });
  return { there: { ...data, ...Object.fromEntries(copies) }, room };
}

/**
 * Solves a batch in several threads, this one among them. Parts begin at even elements, so that the same two share a vector however
 * many threads there are; elements of a thread that died are `failed`.
 */
export function solveInParts(
  data: QpBatch,
  settings: BatchSettings,
  guess: Uint8Array | undefined,
  threads: number,
  crew: Crew,
): BatchSolution {
  const began = performance.now() / 1000;
  const { batch, p } = data;
  const bound = (k: number): number => Math.min(batch, 2 * Math.round((k * batch) / (2 * threads)));
  const ranges = Array.from({ length: threads }, (_, k) => ({
    from: bound(k),
    to: k + 1 === threads ? batch : bound(k + 1),
  }));
  const roomOf: (ArrayBufferLike | undefined)[] = [];
  const jobs = ranges.slice(1).map(({ from, to }): Job & { kind: 'solve' } => {
    lastId++;
    const { there, room } = visible(slice(data, from, to));
    roomOf.push(room);
    return {
      kind: 'solve',
      id: lastId,
      data: there,
      settings,
      guess: guess?.slice(from * p, to * p),
      first: from,
    };
  });
  const [first] = ranges;
  const mine = slice(data, 0, first!.to);
  let own: BatchSolution | Error | undefined;
  const outcomes = crew.run(jobs, () => {
    try {
      own = solveHere(mine, settings, guess?.subarray(0, first!.to * p));
    } catch (error) {
      own = error as Error;
    }
  });
  // The first fault of the batch, as in one thread.
  for (const outcome of [own, ...outcomes]) if (outcome instanceof Error) throw outcome;
  const parts: Part[] = [{ from: 0, data: mine, solution: own as BatchSolution, thread: -1, id: 0 }];
  const solved = new Uint8Array(batch);
  solved.set(keptFor(own as BatchSolution)?.solved ?? []);
  outcomes.forEach((outcome, k) => {
    const { from, to } = ranges[k + 1]!;
    const { id, data: own } = jobs[k]!;
    const done = typeof outcome === 'object' && 'kind' in outcome && outcome.kind === 'solved';
    if (done) solved.set(outcome.solved, from);
    parts.push({
      from,
      data: own,
      solution: done ? outcome.solution : failed(data, to - from),
      thread: k,
      id,
      room: done ? roomOf[k] : undefined,
    });
  });
  const solution = joined(data, parts, performance.now() / 1000 - began);
  keepElsewhere(solution, solved);
  partsOf.set(solution, { crew, parts });
  return solution;
}

/** Answers of elements that nobody computed. */
function failed({ n, m, p }: QpBatch, batch: number): BatchSolution {
  const nan = (length: number): Float64Array => new Float64Array(length).fill(NaN);
  return {
    batch,
    n,
    m,
    p,
    z: nan(batch * n),
    nu: nan(batch * m),
    lam: nan(batch * p),
    s: nan(batch * p),
    active: new Uint8Array(batch * p),
    objective: nan(batch),
    primalError: nan(batch),
    dualError: nan(batch),
    complementarityError: nan(batch),
    margin: nan(batch),
    condition: nan(batch),
    iterations: new Int32Array(batch),
    statuses: new Array(batch).fill('failed'),
    flags: Array.from({ length: batch }, () => []),
    certificates: new Array(batch).fill(null),
    factorizations: 0,
    seconds: 0,
  };
}

function joined({ batch, n, m, p }: QpBatch, parts: readonly Part[], seconds: number): BatchSolution {
  type Numbers =
    | 'z'
    | 'nu'
    | 'lam'
    | 's'
    | 'objective'
    | 'primalError'
    | 'dualError'
    | 'complementarityError'
    | 'margin'
    | 'condition';
  const numbers = (name: Numbers, one: number): Float64Array => {
    const out = new Float64Array(batch * one);
    for (const { from, solution } of parts) out.set(solution[name], from * one);
    return out;
  };
  const active = new Uint8Array(batch * p);
  const iterations = new Int32Array(batch);
  for (const { from, solution } of parts) {
    active.set(solution.active, from * p);
    iterations.set(solution.iterations, from);
  }
  return {
    batch,
    n,
    m,
    p,
    z: numbers('z', n),
    nu: numbers('nu', m),
    lam: numbers('lam', p),
    s: numbers('s', p),
    active,
    objective: numbers('objective', 1),
    primalError: numbers('primalError', 1),
    dualError: numbers('dualError', 1),
    complementarityError: numbers('complementarityError', 1),
    margin: numbers('margin', 1),
    condition: numbers('condition', 1),
    iterations,
    statuses: parts.flatMap(({ solution }) => solution.statuses),
    flags: parts.flatMap(({ solution }) => solution.flags),
    certificates: parts.flatMap(({ solution }) => solution.certificates),
    factorizations: parts.reduce((sum, { solution }) => sum + solution.factorizations, 0),
    seconds,
  };
}

/**
 * Solves K u = g in the threads that solved the parts, in place; returns the residuals left. Undefined where a thread does not have its
 * part any more: all is then left as it was.
 */
export function solvePartsKept(_data: QpBatch, solution: BatchSolution, g: Triple): Float64Array | undefined {
  const found = partsOf.get(solution);
  if (found === undefined) return undefined;
  const { crew, parts } = found;
  const { batch, n, m, p } = solution;
  const of = ({ from, data }: Part): Triple => ({
    z: g.z.slice(from * n, (from + data.batch) * n),
    nu: g.nu.slice(from * m, (from + data.batch) * m),
    lam: g.lam.slice(from * p, (from + data.batch) * p),
  });
  const [mine, ...others] = parts;
  const own = of(mine!);
  let ownError = new Float64Array(mine!.data.batch);
  const outcomes = crew.run(
    others.map((part): Job => ({ kind: 'systems', id: part.id, g: of(part) })),
    () => {
      const kept = keptFor(mine!.solution);
      if (kept) ownError = solveKept(mine!.data, mine!.solution, kept, own) as typeof ownError;
    },
  );
  const error = new Float64Array(batch);
  const all: { part: Part; u: Triple; error: Float64Array }[] = [{ part: mine!, u: own, error: ownError }];
  for (const [k, outcome] of outcomes.entries()) {
    if (typeof outcome !== 'object' || !('kind' in outcome) || outcome.kind !== 'systems') {
      partsOf.delete(solution);
      return undefined;
    }
    all.push({ part: others[k]!, u: outcome.u, error: outcome.error });
  }
  for (const { part, u, error: left } of all) {
    g.z.set(u.z, part.from * n);
    g.nu.set(u.nu, part.from * m);
    g.lam.set(u.lam, part.from * p);
    error.set(left, part.from);
  }
  return error;
}

/** Lets go of what other threads keep for a solution. */
export function releaseParts(solution: BatchSolution): void {
  const found = partsOf.get(solution);
  if (found === undefined) return;
  partsOf.delete(solution);
  found.crew.run(
    found.parts.slice(1).map(({ id }): Job => ({ kind: 'release', id })),
    () => {},
  );
  for (const { room } of found.parts) if (room) returnRoom(room);
}

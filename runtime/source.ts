import { InputError } from '../src/core/errors.js';
import type { Limits } from '../src/core/limits.js';
import type { Statement } from '../src/model/statement.js';
import type { WarmStart } from '../src/nlp/solver.js';
import type { Problem } from '../src/problem/problem.js';

/** A problem that is read where the task runs. Plain data; a kind of source adds what its opener needs. */
export interface Source {
  /** The kind, by which its opener is found. */
  readonly source: string;
  /** What is known before it is read. */
  readonly size: { readonly variables: number; readonly constraints: number };
}

/** A source that was read. */
export interface OpenedSource {
  readonly problem: Problem | Statement;
  readonly start: Float64Array;
  /** Where the source itself says to begin. */
  readonly warmStart?: WarmStart;
  /** What it tells besides: plain data. */
  readonly facts: unknown;
}

type Open = (source: Source, limits: Limits) => OpenedSource;

const openers = new Map<string, Open>();

/** Says how sources of a kind are read. */
export function provideSource<S extends Source>(
  kind: S['source'],
  open: (source: S, limits: Limits) => OpenedSource,
): void {
  openers.set(kind, open as Open);
}

/** Reads a source; throws `Stopped` where the limits are reached. */
export function openSource(source: Source, limits: Limits): OpenedSource {
  const open = openers.get(source.source);
  if (!open) throw new InputError(`problems from ${source.source} cannot be read here`);
  return open(source, limits);
}

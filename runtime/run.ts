import { Limits } from '../src/core/limits.js';
import { unevaluated } from '../src/nlp/unevaluated.js';
import { Prepared } from './prepared.js';
import { openSource } from './source.js';
import { isSource } from './stated.js';
import type { Surroundings } from './surroundings.js';
import type { BoundTask, Sizes, Solved } from './task.js';
import { cutShort, endingOf, unfinished } from './unfinished.js';

/** Runs one solve in the calling thread: opens its gray boxes, assembles, solves, and frees what it opened. */
export async function runTask(task: BoundTask, surroundings: Surroundings = {}): Promise<Solved> {
  const { limits = new Limits() } = surroundings;
  let prepared: Prepared | undefined;
  let stated = task.problem;
  const known: { sizes?: Sizes } = {};
  const assembled = (sizes: Sizes): void => {
    known.sizes = sizes;
    surroundings.assembled?.(sizes);
  };
  const within = { ...surroundings, limits, assembled };
  try {
    let { warmStart } = task;
    let told = {};
    if (isSource(stated)) {
      surroundings.stage?.('reading');
      const { problem, start, facts, ...own } = openSource(stated, limits);
      stated = problem;
      warmStart = { ...own.warmStart, ...warmStart };
      told = { facts };
      surroundings.read?.(facts);
      surroundings.hold?.(unevaluated('time-limit', '', start, problem.rows.lower.length));
    }
    const { options = {}, derivatives, iterates, ...rest } = task;
    prepared = await Prepared.open({ ...rest, problem: stated, whole: derivatives !== undefined }, within);
    const solved = await prepared.solve(
      { options, warmStart, iterates, ...(derivatives && { derivatives }) },
      within,
    );
    return { ...solved, ...told };
  } catch (error) {
    const ending = endingOf(error);
    if (!ending) throw error;
    const { sizes } = known;
    const point = sizes && surroundings.held?.();
    return point ? cutShort(point, ending, sizes, limits) : unfinished(stated, ending, limits);
  } finally {
    await prepared?.dispose();
  }
}

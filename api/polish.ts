import type { Solved } from '../runtime/task.js';
import type { Ending } from '../runtime/unfinished.js';
import { usualPrecision } from '../src/engine/open.js';
import type { Result, Seconds, Status } from '../src/nlp/result.js';
import type { WarmStart } from '../src/nlp/solver.js';
import type { NetworkChoice } from './engine.js';

/** The engine that finishes a solve in f64: the one that began it, where it has f64 on its device. */
export function finishing({ engine = 'auto', device, ...rest }: NetworkChoice): NetworkChoice {
  const usual = engine === 'auto' ? 'f64' : usualPrecision(engine);
  return {
    ...rest,
    engine: usual === 'f64' ? engine : 'auto',
    device: device === 'webgpu' || usual !== 'f64' ? 'cpu' : device,
    precision: 'f64',
  };
}

const worthFinishing: readonly Status[] = ['optimal', 'acceptable', 'step-failed', 'restoration-failed'];

/** Whether a result may be finished at a higher precision: it stopped at what its precision allowed. */
export const needsPolish = ({ status }: Result): boolean => worthFinishing.includes(status);

/** Continues where a solve at lower precision ended, with a barrier no smaller than its complementarity. */
export function warmStartFrom({ x, multipliers, errors }: Result): WarmStart {
  const barrier = Math.min(1e-4, Math.max(1e-8, errors.complementarity || 0));
  return { x, multipliers, barrier };
}

/** A solve that other solves should have followed, but for this. */
export const endedBy = (solved: Solved, { status, message }: Ending): Solved => ({
  ...solved,
  result: { ...solved.result, status, message },
});

/** The finished result, with what both solves took. */
export function polished(first: Solved, last: Solved): Solved {
  return {
    ...last,
    result: {
      ...last.result,
      iterations: first.result.iterations + last.result.iterations,
      evaluations: sum(first.result.evaluations, last.result.evaluations),
      seconds: bothSeconds(first.result.seconds, last.result.seconds),
    },
    oracles: last.oracles.map((oracle, k) => sum(first.oracles[k]!, oracle)),
  };
}

/** Both solves count from the start of the call: what the first took stands in the building time of the last. */
function bothSeconds(first: Seconds, last: Seconds): Seconds {
  return { ...sum(first, last), total: last.total, build: first.build + last.build - first.total };
}

/** Entry by entry. */
function sum<T extends object>(a: T, b: T): T {
  const entries = Object.entries(b as Record<string, number>);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, value + (a as Record<string, number>)[name]!]),
  ) as T;
}

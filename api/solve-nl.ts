import type { NlFacts, NlSource } from '../runtime/node/nl-source.js';
import { readNlHeader } from '../runtime/node/read-nl.js';
import { defaultRuntime } from '../runtime/node/runtime.js';
import { InputError } from '../src/core/errors.js';
import { told } from '../src/core/given.js';
import { oneLine } from '../src/core/shown.js';
import { checkedWarmStart } from '../src/nlp/warm-start.js';
import type { NlFile } from '../src/read/nl.js';
import { limitsOf } from './call.js';
import { interruptible } from './interrupt.js';
import { type NlSolveOptions, sortNlOptions } from './nl-options.js';
import { sortOptions } from './options.js';
import type { Solution } from './solution.js';

/** What is told of a solved .nl file: plain data. `solution.objective` is in the file's own sense. */
export interface NlAnswer {
  readonly file: Pick<NlFile, 'file' | 'header' | 'names' | 'sense' | 'objective' | 'warnings'>;
  readonly solution: Omit<
    Solution,
    | 'problem'
    | 'value'
    | 'multiplier'
    | 'reducedCosts'
    | 'toJSON'
    | 'toString'
    | 'network'
    | 'networkOf'
    | typeof Symbol.toPrimitive
  >;
}

/**
 * Reads and solves a .nl file in a worker thread; the calling thread reads its header only. Limits and an abort end the
 * call as those of `solve`, also while the file is read; `x` and the multipliers are empty where it was not read so far.
 * Throws {@link InputError} where the file cannot be read or the options are wrong.
 */
export async function solveNl(path: string, options: NlSolveOptions = {}): Promise<NlAnswer> {
  if (typeof path !== 'string') throw new InputError(`solveNl: ${told(path)} is not the path of a file`);
  const { reading, rest } = sortNlOptions(options);
  const sorted = sortOptions(rest);
  const { solver, own, onIteration, interrupt, runtime = defaultRuntime() } = sorted;
  const facts = readNlHeader(path);
  const { header } = facts;
  const { variables, constraints } = header;
  const warmStart = checkedWarmStart(options.warmStart, header, 'solveNl', 'finite');
  const source: NlSource = { source: 'nl', size: { variables, constraints }, path: facts.file, reading };
  const ctrlC = interrupt ? interruptible(sorted.signal) : undefined;
  const signal = ctrlC?.signal ?? sorted.signal;
  try {
    const { result, sizes, oracles, ...told } = await runtime.solve(
      {
        problem: source,
        budget: reading.limits,
        networks: [],
        solver,
        options: own,
        ...(warmStart && { warmStart }),
      },
      { limits: limitsOf(sorted), ...(signal && { signal }), ...(onIteration && { onIteration }) },
    );
    const unread: NlFacts = { sense: 1, objective: Math.min(1, header.objectives), warnings: [] };
    const known = (told.facts as NlFacts | undefined) ?? unread;
    return {
      file: {
        file: facts.file,
        header,
        ...known,
        get names() {
          return facts.names;
        },
      },
      solution: {
        ...result,
        message: oneLine(result.message),
        objective: known.sense * result.objective,
        sizes,
        oracles,
        networkErrors: [],
      },
    };
  } finally {
    ctrlC?.release();
  }
}

import type { NlFile } from '../../index.js';
import type { Solved } from '../../runtime/task.js';
import type { Ending } from '../../runtime/unfinished.js';
import type { Limits } from '../../src/core/limits.js';
import { unevaluated } from '../../src/nlp/unevaluated.js';
import type { NlAnswer } from './solve.js';

/** What is known where no solver got hold of the problem: the start of the file, empty where it was not read so far. */
export function startOnly(
  n: number,
  m: number,
  start: Float64Array | undefined,
  { status, message }: Ending,
  { seconds }: Limits,
): Solved {
  const result = unevaluated(status, message, start ?? new Float64Array(0), start ? m : 0);
  return {
    result: { ...result, seconds: { ...result.seconds, total: seconds, build: seconds } },
    sizes: { variables: n, constraints: m, jacobianNonzeros: 0, hessianNonzeros: 0 },
    oracles: [],
  };
}

/** The answer about a file whose thread tells no more; `read` is what it told of the file. */
export function answerOf(
  facts: Pick<NlFile, 'file' | 'header' | 'names'>,
  read: Omit<NlAnswer['file'], 'names'> | undefined,
  { result, sizes, oracles }: Solved,
): NlAnswer {
  const { file, header } = facts;
  const unread = { file, header, sense: 1, objective: Math.min(1, header.objectives), warnings: [] } as const;
  const told = read ?? unread;
  return {
    file: {
      ...told,
      get names() {
        return facts.names;
      },
    },
    solution: { ...result, objective: told.sense * result.objective, sizes, oracles, networkErrors: [] },
  };
}

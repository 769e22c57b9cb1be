import type { NlFile, Status } from '../../index.js';
import { unevaluated } from '../../src/nlp/unevaluated.js';
import type { NlAnswer } from './solve.js';

/**
 * The answer where no solver got hold of the problem: the start, where the file was read that far, and nothing
 * evaluated. `x` and the multipliers are empty where the start is unknown.
 */
export function unfinished(
  facts: Pick<NlFile, 'file' | 'header' | 'names'>,
  status: Status,
  message: string,
  start: Float64Array | undefined,
  seconds: number,
): NlAnswer {
  const { file, header } = facts;
  const { variables, constraints } = header;
  const result = unevaluated(status, message, start ?? new Float64Array(0), start ? constraints : 0);
  return {
    file: {
      file,
      header,
      get names() {
        return facts.names;
      },
      sense: 1,
      objective: Math.min(1, header.objectives),
      warnings: [],
    },
    solution: {
      ...result,
      seconds: { ...result.seconds, total: seconds, other: seconds },
      sizes: { variables, constraints, jacobianNonzeros: 0, hessianNonzeros: 0 },
      oracles: [],
      networkErrors: [],
    },
  };
}

import { getHeapStatistics } from 'node:v8';
import { type NlAnswer, OutOfMemoryError, type Solution } from '../index.js';
import { table } from './table.js';

/** What is told of a solution. */
type Told = NlAnswer['solution'] & Partial<Pick<Solution, 'network'>>;

/** The JSON object of one solve: what every command prints with `--json` and writes as `result.json`. */
export function resultJson(
  scenario: string,
  solution: Told,
  values: Readonly<Record<string, Float64Array | number>>,
): Record<string, unknown> {
  const {
    status,
    message,
    objective,
    iterations,
    sizes,
    errors,
    evaluations,
    seconds,
    network,
    networkErrors,
    kernels,
  } = solution;
  return {
    scenario,
    status,
    message,
    objective,
    iterations,
    problem: sizes,
    errors,
    evaluations,
    seconds,
    ...(kernels && { kernels }),
    ...(networkErrors.length > 0 && { network }),
    solution: values,
  };
}

/** Bytes of heap, measured, that a variable with its text takes besides three times its name; V8 keeps some for young objects. */
const [perVariable, perLetter, young] = [200, 3, 2 ** 25];

/** A solution by name. Throws `OutOfMemoryError` where the heap does not hold it with its text: V8 would end the process. */
export function byName(names: readonly string[], x: Float64Array): Record<string, number> {
  const letters = names.reduce((sum, name) => sum + name.length, 0);
  const needed = perVariable * names.length + perLetter * letters;
  const { heap_size_limit: most, used_heap_size: used } = getHeapStatistics();
  if (needed > 2 ** 20 && needed > most - young - used)
    throw new OutOfMemoryError(
      `to tell ${names.length} values takes ${Math.ceil(needed / 2 ** 20)} MiB of heap: raise it with node --max-old-space-size=…`,
      needed,
    );
  return Object.fromEntries(names.map((name, j) => [name, x[j]!]));
}

/** How KKT systems were factored, where that is not as one sparse matrix. */
function formOf(kkt: Told['kkt']): string {
  if (kkt === undefined || kkt.form === 'augmented') return '';
  return kkt.inGeneral > 0 ? ` (${kkt.form}, ${kkt.inGeneral} in general)` : ` (${kkt.form})`;
}

/** The end of a solve in words and figures. */
export function summary(solution: Told): string {
  const {
    status,
    message,
    objective,
    iterations,
    sizes,
    errors,
    evaluations,
    seconds,
    networkError,
    kernels,
    kkt,
  } = solution;
  const error = (value: number): string => value.toExponential(2);
  const share = (value: number): string => `${value.toFixed(3)} s`;
  return [
    `${status}: ${message}`,
    table(
      ['', ''],
      [
        ['objective', objective.toPrecision(9)],
        [
          'errors',
          `primal ${error(errors.primal)}, dual ${error(errors.dual)}, complementarity ${error(errors.complementarity)}`,
        ],
        ...(networkError === undefined ? [] : [['network', `largest |y − NN(x)| ${error(networkError)}`]]),
        [
          'iterations',
          `${iterations}, ${evaluations.factorizations} factorizations${formOf(kkt)}, ${evaluations.hessian} Hessians`,
        ],
        [
          'problem',
          `${sizes.variables} variables, ${sizes.constraints} rows, nonzeros: Jacobian ${sizes.jacobianNonzeros}, Hessian ${sizes.hessianNonzeros}`,
        ],
        [
          'time',
          `${share(seconds.total)}: before the solver ${share(seconds.build)}, oracle ${share(seconds.oracle)}, linear algebra ${share(seconds.linear)}, rest ${share(seconds.other)}`,
        ],
        ...(kernels ? [['kernels', kernels.join(', ')]] : []),
      ],
    ).trimStart(),
  ].join('\n');
}

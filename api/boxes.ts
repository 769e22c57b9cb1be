import type { SolverName } from '../runtime/solvers.js';
import type { BoxBinding, SmoothSpec } from '../runtime/task.js';
import { InputError } from '../src/core/errors.js';
import type { Available } from '../src/engine/choose.js';
import { isSynchronous } from '../src/engine/open.js';
import { isSmoothProgram, networkUses, type SmoothProgram } from '../src/formulate/index.js';
import type { Model, Problem } from '../src/model/index.js';
import type { Network } from '../src/network/graph.js';
import type { GrayBox } from '../src/oracle/contract.js';
import {
  type Chosen,
  choose,
  type EngineSummary,
  engineOf,
  type NetworkChoice,
  summaryOf,
} from './engine.js';

/** The gray boxes of a model that are all networks, or those in their place, with an engine chosen for each. */
export const chooseAll = (
  model: Model,
  choice: NetworkChoice,
  solver: SolverName,
  available: Available,
  tokens: readonly unknown[] = model.grayBoxes,
): Promise<readonly Chosen[]> =>
  Promise.all(
    tokens.map(async (token) =>
      isSmoothProgram(token)
        ? { spec: smoothSpec(token) }
        : choose(
            networkOf(token, model),
            withKinks(choice, model, token),
            available,
            true,
            derivativesFor(solver),
          ),
    ),
  );

const smoothSpec = (program: SmoothProgram): SmoothSpec => ({
  ...program,
  engine: 'quadratic-program',
  device: 'cpu',
  precision: 'f64',
});

/** The solver here takes derivatives in the structure they have; Ipopt wants them multiplied out. */
const derivativesFor = (solver: SolverName): 'keep' | 'expand' =>
  solver === 'interior-point' ? 'keep' : 'expand';

/** Gray boxes for a solve in the calling thread: networks on synchronous engines, and gray boxes given as such. */
export async function localBoxes(
  model: Model,
  choice: NetworkChoice,
  solver: SolverName,
  tokens: readonly unknown[] = model.grayBoxes,
): Promise<{
  readonly boxes: readonly BoxBinding[];
  readonly engine: EngineSummary | undefined;
  readonly engines: readonly (EngineSummary | undefined)[];
}> {
  const chosen: Chosen[] = [];
  const engines: (EngineSummary | undefined)[] = [];
  const boxes: BoxBinding[] = [];
  const { engine = 'auto' } = choice;
  for (const token of tokens) {
    if (isGrayBox(token)) {
      boxes.push({ kind: 'ready', box: token });
      engines.push(undefined);
      continue;
    }
    if (isSmoothProgram(token)) {
      const spec = smoothSpec(token);
      chosen.push({ spec });
      boxes.push({ kind: 'smooth', spec });
      continue;
    }
    const own = { ...withKinks(choice, model, token), engine: engine === 'auto' ? 'wasm' : engine } as const;
    const found = await choose(networkOf(token, model), own, async () => true, false, derivativesFor(solver));
    if (!isSynchronous(found.spec.engine))
      throw new InputError(
        `engine ${found.spec.engine} does not run in the calling thread: use solve, or engine wasm`,
      );
    chosen.push(found);
    boxes.push({ kind: 'local', spec: found.spec });
    engines.push(engineOf(found));
  }
  return { boxes, engine: summaryOf(chosen), engines };
}

function networkOf(token: unknown, model: Model): Network {
  if (isNetwork(token)) return token;
  throw new InputError(
    `model '${model.name}' has a gray box that is no network: solve it in the calling thread with solveHere`,
  );
}

/** Kinks that a use of the network allows are allowed to its engine, unless the solve says otherwise. */
function withKinks(choice: NetworkChoice, model: Model, token: unknown): NetworkChoice {
  const allowed = networkUses(model).some(
    ({ box, boxes, kinks }) => kinks !== 'refuse' && (box === token || boxes?.includes(token)),
  );
  return allowed ? { ...choice, kinks: choice.kinks ?? 'allow' } : choice;
}

export const isNetwork = (token: unknown): token is Network =>
  typeof token === 'object' && token !== null && 'nodes' in token && 'inputSize' in token;

const isGrayBox = (token: unknown): token is GrayBox =>
  typeof token === 'object' &&
  token !== null &&
  'evaluate' in token &&
  typeof token.evaluate === 'function' &&
  'slot' in token;

/** How many times a problem uses its gray box `k`. */
export const usesOfBox = ({ grayBoxes }: Pick<Problem, 'grayBoxes'>, k: number): number =>
  grayBoxes.filter(({ box }) => box === k).length;

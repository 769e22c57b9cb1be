import type { Runtime } from '../runtime/node/runtime.js';
import type { ExecutableSpec } from '../runtime/service.js';
import { shared } from '../runtime/share.js';
import type { BoxDescriptor } from '../runtime/task.js';
import { whenOver } from '../runtime/when-over.js';
import { InputError } from '../src/core/errors.js';
import type { Limits } from '../src/core/limits.js';
import { networkUses } from '../src/formulate/index.js';
import type { Model } from '../src/model/index.js';
import type { Network } from '../src/network/graph.js';
import type { GrayBox } from '../src/oracle/contract.js';
import { chooseEngine, type EngineChoice, type EngineSummary, isSynchronous } from './engine.js';

/** Gray boxes of one solve, opened, and what to undo afterwards. */
export interface OpenBoxes {
  readonly boxes: readonly BoxDescriptor[];
  /** Who computes them; absent where there are none. */
  readonly engine: EngineSummary | undefined;
  /** Gives back what was opened and leaves what still opens; waits for nothing. */
  release(): void;
}

/**
 * Opens a model's gray boxes for a solver thread: large networks in the oracle host, small ones in that thread. Throws
 * `Stopped` where the limits are reached before all are open.
 */
export async function openBoxes(
  model: Model,
  choice: EngineChoice,
  runtime: Runtime,
  limits: Limits,
  signal: AbortSignal | undefined,
): Promise<OpenBoxes> {
  const specs = model.grayBoxes.map((token) =>
    chooseEngine(networkOf(token, model), withKinks(choice, model, token)),
  );
  const undo: (() => void)[] = [];
  let released = false;
  const release = (): void => {
    released = true;
    for (const step of undo.splice(0).reverse()) step();
  };
  const open = async (spec: ExecutableSpec): Promise<BoxDescriptor> => {
    if (isSynchronous(spec.engine))
      return { kind: 'local', spec: { ...spec, network: shared(spec.network) } };
    const held = runtime.lease(spec);
    undo.push(held.release);
    const { descriptor, detach } = await (await held.hosted).attach();
    if (released) detach();
    else undo.push(detach);
    return { kind: 'mailbox', mailbox: descriptor };
  };
  let callOff = (): void => {};
  const over = new Promise<never>((_, reject) => {
    callOff = whenOver(limits, signal, 0, () => reject(limits.over()));
  });
  try {
    const boxes = await Promise.race([Promise.all(specs.map(open)), over]);
    return { boxes, engine: summary(specs), release };
  } catch (error) {
    release();
    throw error;
  } finally {
    callOff();
  }
}

/** Gray boxes for a solve in the calling thread: synchronous engines, and gray boxes given as such. */
export function localBoxes(model: Model, choice: EngineChoice): Omit<OpenBoxes, 'release'> {
  const specs: ExecutableSpec[] = [];
  const boxes = model.grayBoxes.map((token): BoxDescriptor => {
    if (isGrayBox(token)) return { kind: 'ready', box: token };
    const { engine = 'auto' } = choice;
    const spec = chooseEngine(networkOf(token, model), {
      ...withKinks(choice, model, token),
      engine: engine === 'auto' ? 'wasm' : engine,
    });
    if (!isSynchronous(spec.engine))
      throw new InputError(
        `engine ${spec.engine} does not run in the calling thread: use solve, or engine wasm`,
      );
    specs.push(spec);
    return { kind: 'local', spec };
  });
  return { boxes, engine: summary(specs) };
}

function networkOf(token: unknown, model: Model): Network {
  if (isNetwork(token)) return token;
  throw new InputError(
    `model '${model.name}' has a gray box that is no network: solve it in the calling thread with solveHere`,
  );
}

/** Kinks that a use of the network allows are allowed to its engine, unless the solve says otherwise. */
function withKinks(choice: EngineChoice, model: Model, token: unknown): EngineChoice {
  const allowed = networkUses(model).some(({ box, kinks }) => box === token && kinks === 'allow');
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

function summary(specs: readonly ExecutableSpec[]): EngineSummary | undefined {
  if (specs.length === 0) return undefined;
  const first = specs[0]!;
  return {
    engine: [...new Set(specs.map(({ engine }) => engine))].join('+'),
    device: first.device,
    precision: first.precision,
  };
}

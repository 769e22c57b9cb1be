import { isShared, sharedFloat32, sharedFloat64 } from '../src/core/memory.js';
import type { Program, Programs } from '../src/derive/program.js';
import type { Network, Op, Tensor } from '../src/network/graph.js';
import { isTensor } from '../src/network/traits.js';

/** A trained array in shared memory, with a number by which threads know that it is the same. */
interface SharedTensor extends Tensor {
  readonly key: number;
}

type ProgramField = { [F in keyof Programs]-?: Programs[F] extends Program ? F : never }[keyof Programs];
const programFields: { readonly [F in ProgramField]: true } = {
  value: true,
  jacobian: true,
  hessian: true,
  mixed: true,
};

const sharedPrograms = new WeakMap<Programs, Programs>();
const sharedTensors = new WeakMap<Tensor, SharedTensor>();
let last = 0;

/**
 * The same programs with all their constants in shared memory, so that handing them to another thread copies no numbers.
 * Arrays already shared are taken as they are; the result is remembered as long as the programs live.
 */
export function shared(programs: Programs): Programs {
  let result = sharedPrograms.get(programs);
  if (!result) {
    const { through } = programs;
    const own = through && { through: { ...through, data: inSharedMemory(through.data) } };
    result = { ...withTensors(programs, sharedTensor), ...own };
    sharedPrograms.set(programs, result);
    sharedPrograms.set(result, result);
  }
  return result;
}

const sharedNetworks = new WeakMap<Network, Network>();

/** The same network with its weights in shared memory, those that programs share with it. */
export function sharedNetwork(network: Network): Network {
  let result = sharedNetworks.get(network);
  if (!result) {
    const own = ([field, value]: [string, unknown]) => [field, isTensor(value) ? sharedTensor(value) : value];
    const nodes = network.nodes.map((node) => ({
      ...node,
      op: Object.fromEntries(Object.entries(node.op).map(own)) as Op,
    }));
    result = { ...network, nodes };
    sharedNetworks.set(network, result);
  }
  return result;
}

function sharedTensor(tensor: Tensor): SharedTensor {
  let result = sharedTensors.get(tensor);
  if (!result) {
    result = { ...tensor, data: inSharedMemory(tensor.data), key: ++last };
    sharedTensors.set(tensor, result);
    sharedTensors.set(result, result);
  }
  return result;
}

function inSharedMemory<A extends Float32Array | Float64Array>(data: A): A {
  if (isShared(data)) return data;
  const copy = data instanceof Float32Array ? sharedFloat32(data.length) : sharedFloat64(data.length);
  copy.set(data);
  return copy as A;
}

const arrived = new Map<number, WeakRef<SharedTensor>>();
const gone = new FinalizationRegistry((key: number) => {
  if (arrived.get(key)?.deref() === undefined) arrived.delete(key);
});

/** Programs that came from another thread, with one object for each array however many programs hold it. */
export function interned(programs: Programs): Programs {
  return withTensors(programs, (tensor) => {
    const { key } = tensor as SharedTensor;
    const known = arrived.get(key)?.deref();
    if (known) return known;
    arrived.set(key, new WeakRef(tensor as SharedTensor));
    gone.register(tensor, key);
    return tensor;
  });
}

function withTensors(programs: Programs, replace: (tensor: Tensor) => Tensor): Programs {
  const replaced = Object.keys(programFields).map((field) => {
    const { instructions, outputs } = programs[field as ProgramField];
    const own = instructions.map((instruction) =>
      instruction.kind === 'constant' ? { ...instruction, tensor: replace(instruction.tensor) } : instruction,
    );
    return [field, { instructions: own, outputs }];
  });
  return { ...programs, ...Object.fromEntries(replaced) };
}

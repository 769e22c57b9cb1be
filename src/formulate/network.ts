import { InputError } from '../core/errors.js';
import { Variable } from '../model/expression.js';
import { Model } from '../model/model.js';
import type { VariableArray } from '../model/variables.js';
import type { Network } from '../network/graph.js';
import { isSmooth, label } from '../network/traits.js';
import { forward, outputValues } from './forward.js';
import { addFullSpace } from './full.js';
import { firstVariables } from './outputs.js';
import { splitPrefix } from './prefix.js';

/** How hinges `max(u, 0)` are written in full space. */
export type HingeTreatment =
  | 'complementarity'
  /** `y ≥ 0, y ≥ u, y·(y − u) ≤ ε`; `'complementarity'` is ε = 1e-6. */
  | { readonly complementarity: number }
  /** `y = (u + √(u² + ε²))/2`, at most ε/2 too large. */
  | { readonly smooth: number };

export interface NetworkOptions {
  /**
   * `reduced`: variables y and a gray box. `full`: variables and rows for every layer. `lifted`: the affine map to `k`
   * numbers that the network begins with becomes `k` variables and linear rows, what follows a gray box of these; the
   * dense Hessian block shrinks from the number of inputs to `k`.
   */
  readonly formulation: Formulation;
  /** Name of the outputs; default `y`. */
  readonly name?: string;
  /** Bounds of the outputs, a number for all or one each. */
  readonly lower?: number | ArrayLike<number>;
  readonly upper?: number | ArrayLike<number>;
  /** Start of the outputs; default `NN(x)` at the start of x. */
  readonly start?: number | ArrayLike<number>;
  /** Reduced space: what `model.grayBoxes` holds for this use; default the network. */
  readonly box?: unknown;
  /** Full space: default `'complementarity'`. */
  readonly relu?: HingeTreatment;
}

/** How a network enters a model; see {@link NetworkOptions}. */
export type Formulation = 'reduced' | 'lifted' | 'full';

/** Adds `y = NN(x)` to the model of `x` and returns `y`. */
export function network(
  net: Network,
  x: VariableArray | readonly Variable[],
  options: NetworkOptions,
): VariableArray {
  const inputs = [...x];
  const model = modelOf(net, inputs);
  if (inputs.length !== net.inputSize)
    throw new InputError(
      `network '${net.name}' takes ${net.inputSize} inputs, got ${inputs.length} variables`,
    );
  if (options.formulation === 'reduced') return addReduced(model, net, inputs, options);
  if (options.formulation === 'full') return addFull(model, net, inputs, options);
  if (options.formulation === 'lifted') return addLifted(model, net, inputs, options);
  throw new InputError(`unknown formulation '${options.formulation as string}'; use reduced, lifted or full`);
}

function modelOf(net: Network, inputs: readonly Variable[]): Model {
  const first = inputs[0];
  if (!(first instanceof Variable) || !(first.owner instanceof Model))
    throw new InputError(`network '${net.name}': x must be variables of a model`);
  return first.owner;
}

function addReduced(
  model: Model,
  net: Network,
  inputs: readonly Variable[],
  options: NetworkOptions,
): VariableArray {
  for (const { op, layer } of net.nodes)
    if (!isSmooth(op))
      throw new InputError(
        `layer '${layer}' of network '${net.name}' has the activation ${label(op)}, which has no second derivative; use the full formulation with complementarity or smoothing, or train with tanh, softplus, swish or gelu`,
      );
  const { name = 'y', lower, upper, box = net } = options;
  const start =
    options.start ??
    outputValues(
      net,
      forward(
        net,
        inputs.map((v) => model.start(v)),
      ),
    );
  const outputs = model.variables(name, net.outputSize, {
    start,
    ...(lower !== undefined && { lower }),
    ...(upper !== undefined && { upper }),
  });
  model.addGrayBox({ box, inputs, outputs, name: `${name} = ${net.name}` });
  return outputs;
}

function addLifted(
  model: Model,
  net: Network,
  inputs: readonly Variable[],
  options: NetworkOptions,
): VariableArray {
  const split = splitPrefix(net);
  if (split === undefined)
    throw new InputError(
      `network '${net.name}' does not begin with an affine map of its ${net.inputSize} inputs to fewer numbers: there is nothing to lift; use the reduced formulation`,
    );
  const { name = 'y' } = options;
  const layer = split.prefix.nodes.at(-1)!.layer;
  const z = addFull(model, split.prefix, inputs, { formulation: 'full', name: `${name}/${layer}` });
  return addReduced(model, split.tail, [...z], options);
}

function addFull(
  model: Model,
  net: Network,
  inputs: readonly Variable[],
  options: NetworkOptions,
): VariableArray {
  const { name = 'y', relu = 'complementarity' } = options;
  const values = forward(
    net,
    inputs.map((v) => model.start(v)),
  );
  const hinge = relu === 'complementarity' ? { complementarity: 1e-6 } : relu;
  const amount = 'smooth' in hinge ? hinge.smooth : hinge.complementarity;
  if (!(amount > 0) || !Number.isFinite(amount))
    throw new InputError(`relu: ε must be a positive number, got ${amount}`);
  const { outputs, own } = firstVariables(
    model,
    net,
    values,
    { ...options, name },
    'complementarity' in hinge,
  );
  addFullSpace({ model, net, inputs, values, name, hinge, own, outputs });
  return outputs;
}

import type { Sizes } from '../runtime/task.js';
import { InputError } from '../src/core/errors.js';
import { noOptions } from '../src/core/given.js';
import { liftedNode, network } from '../src/formulate/index.js';
import { Model } from '../src/model/index.js';
import { sizeOf } from '../src/network/build.js';
import { requireNetwork } from '../src/network/given.js';
import type { Network } from '../src/network/graph.js';
import { isAffine } from '../src/network/traits.js';
import { assemble } from '../src/nlp/assemble.js';

/** What a formulation adds to a model, or why it is none for this network. */
export type FormulationSizes = Sizes | { readonly refused: string };

/** Coefficients of rows beyond which the full space is not laid out only to be counted. */
const mostCoefficients = 2e7;

/**
 * Sizes of `y = NN(x)` alone, with its inputs as variables, in each formulation; nothing is solved. The full space is laid out
 * to be counted; nonzeros of the Hessian are those of the lower triangle.
 */
export function formulationSizes(
  net: Network,
): Readonly<Record<'reduced' | 'lifted' | 'full', FormulationSizes>>;
export function formulationSizes(
  net: Network,
  ...more: unknown[]
): Readonly<Record<'reduced' | 'lifted' | 'full', FormulationSizes>> {
  noOptions(more, 'formulationSizes');
  requireNetwork(net, 'formulationSizes');
  const { inputSize: n, outputSize: m } = net;
  const affine = net.nodes.every(({ op }) => isAffine(op));
  const triangle = (size: number): number => (affine ? 0 : (size * (size + 1)) / 2);
  const narrow = liftedNode(net);
  const k = narrow === undefined ? 0 : sizeOf(net.nodes[narrow]!.shape);
  return {
    reduced: {
      variables: n + m,
      constraints: m,
      jacobianNonzeros: m * (n + 1),
      hessianNonzeros: triangle(n),
    },
    lifted:
      narrow === undefined
        ? { refused: 'it does not begin with an affine map to fewer numbers' }
        : {
            variables: n + k + m,
            constraints: k + m,
            jacobianNonzeros: k * (n + 1) + m * (k + 1),
            hessianNonzeros: triangle(k),
          },
    full: fullSizes(net),
  };
}

function fullSizes(net: Network): FormulationSizes {
  const coefficients = net.nodes.reduce(
    (sum, { op, shape }) => sum + (op.kind === 'affine' ? sizeOf(shape) * op.weight.shape[0]! : 0),
    0,
  );
  if (coefficients > mostCoefficients)
    return { refused: `its rows have ${coefficients.toLocaleString('en-US')} coefficients` };
  try {
    const model = new Model(net.name);
    const limits = { derived: mostCoefficients + net.nodes.length * 1e5 };
    // Where a network is undefined at 0 it is counted at ½.
    const start = 0.5;
    network(net, model.variables('x', net.inputSize, { start }), { formulation: 'full', limits });
    const nlp = assemble(model.problem());
    return {
      variables: nlp.variables.lower.length,
      constraints: nlp.constraints.lower.length,
      jacobianNonzeros: nlp.jacobian.nonzeros,
      hessianNonzeros: nlp.hessian.nonzeros,
    };
  } catch (error) {
    if (error instanceof InputError) return { refused: error.message };
    throw error;
  }
}

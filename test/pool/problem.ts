import { network as constrainByNetwork } from '../../src/formulate/index.js';
import { add, Model, multiply, subtract } from '../../src/model/index.js';
import type { Network } from '../../src/network/graph.js';
import { smallNetwork } from '../oracle/networks.js';

/**
 * `min Σ (xᵢ − ½)²  s.t.  y = NN(x), y₀ ≥ target`, for a network whose outputs are probabilities; `scale = −1` states it
 * as the maximization of the negative.
 */
export function nearest(target: number, network: Network = smallNetwork(), sense: 1 | -1 = 1) {
  const model = new Model('nearest');
  const x = model.variables('x', [network.inputSize], { lower: -3, upper: 3, start: 0.5 });
  const y = constrainByNetwork(network, x, { formulation: 'reduced', start: 1 / network.outputSize });
  const row = model.constrain(y.at(0), { lower: target, name: 'target' });
  let total = multiply(0, x.at(0));
  for (const xi of x) {
    const gap = subtract(xi, 0.5);
    total = add(total, multiply(gap, gap));
  }
  if (sense > 0) model.minimize(total);
  else model.maximize(multiply(-1, total));
  return { model, network, x, y, row, total };
}

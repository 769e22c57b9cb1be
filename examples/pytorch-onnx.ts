// A PyTorch model by ONNX: the input nearest to a point at which it gives what is wanted. examples/pytorch.py makes the file.
import { existsSync } from 'node:fs';
import { argv } from 'node:process';
import { loadNetwork, Model, network, solve, subtract, sumOfSquares } from 'graybox-nlp';

const file = argv[2] ?? 'examples/peaks.onnx';
if (!existsSync(file)) {
  console.log(`${file} is not there: run python examples/pytorch.py ${file} first`);
} else {
  const net = await loadNetwork(file);
  const model = new Model('torch');
  const x = model.variables('x', net.inputSize, { lower: -3, upper: 3, start: 0.2 });
  const y = network(net, x);
  model.constrain(y.at(0), { equals: 1.5 });
  model.minimize(sumOfSquares(subtract(x, [0.3, 0.8])));
  const solution = await solve(model);
  console.log(solution.status);
  console.log('y', solution.value(y.at(0)));
  console.log('exact to', (solution.networkError ?? 1) < 1e-6);
}

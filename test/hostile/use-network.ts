import { derive, describe, loadNetwork } from '../../index.js';
import { execute } from '../../src/derive/execute.js';
import { forward, outputValues } from '../../src/formulate/forward.js';
import type { Generated } from './model-grammar.js';

/** Compares what was read with `expected`, or with another way to compute it where a damaged file is still a network. */
export async function useNetwork(path: string, expected: Generated | undefined): Promise<string> {
  const network = await loadNetwork(path).catch((error: Error) => {
    throw expected ? new Error(`a sound file was refused: ${error.message}`) : error;
  });
  const rows = describe(network);
  if (rows.reduce((sum, { parameters }) => sum + parameters, 0) !== network.parameters)
    throw new Error('the parameters do not add up');
  const programs = derive(network, { kinks: 'allow' });
  if (network.inputSize > 1e4 || network.nodes.length > 1e4) return 'read';
  const x = Array.from({ length: network.inputSize }, (_, k) => Math.sin(k + 1));
  const y = execute(programs.value, { x, λ: [] })[programs.value.outputs.y]!.data;
  const other = expected ? expected.evaluate(x) : outputValues(network, forward(network, x));
  if (y.length !== other.length) throw new Error(`${y.length} outputs, expected ${other.length}`);
  for (let k = 0; k < other.length; k++) {
    const [found, wanted] = [y[k]!, other[k]!];
    if (Object.is(found, wanted) || (!Number.isFinite(found) && !Number.isFinite(wanted))) continue;
    if (!(Math.abs(found - wanted) <= 1e-5 * Math.max(1, Math.abs(wanted))))
      throw new Error(`output ${k} is ${found}, expected ${wanted}`);
  }
  return expected ? 'right' : 'read';
}

import type { BudgetLimits } from '../src/core/budget.js';
import { InputError } from '../src/core/errors.js';
import { optionsOf, told } from '../src/core/given.js';
import { derive } from '../src/derive/derive.js';
import { derivativeModels, type OnnxFileBytes } from '../src/engine/onnx/derivatives.js';
import { requireNetwork } from '../src/network/given.js';
import type { Network } from '../src/network/graph.js';

/** Names of files and limits. */
export interface ExportOptions {
  /** What the files are called: `f.onnx`, `adj_f.onnx`, `fwd_adj_f.onnx`. Default `f`; an identifier. */
  readonly name?: string;
  /** What the derivative programs may take, see {@link BudgetLimits}. */
  readonly limits?: BudgetLimits | undefined;
}

/**
 * A network and its derivatives as ONNX files in the convention of CasADi 3.8: `GraphBuilder('f.onnx').create('f')` finds
 * `adj_f.onnx` and `fwd_adj_f.onnx` beside it and takes our derivatives from there, also by names that repeat. In f64; where
 * activations have kinks, their second derivatives are zero. Throws {@link InputError} for a name that is none.
 */
export function exportDerivatives(net: Network, options: ExportOptions = {}): OnnxFileBytes[] {
  requireNetwork(net, 'exportDerivatives');
  const { name = 'f', limits } = optionsOf(options, 'exportDerivatives', ['name', 'limits']);
  if (typeof name !== 'string' || !/^[A-Za-z_]\w*$/.test(name))
    throw new InputError(`exportDerivatives: the name ${told(name)} is no identifier, as f or net2`);
  return derivativeModels(derive(net, { kinks: 'allow', limits }), name);
}

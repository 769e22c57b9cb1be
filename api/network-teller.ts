import { refusing } from '../src/core/primitive.js';
import type { Variable, VariableArray } from '../src/model/index.js';
import type { NetworkSummary } from './network-error.js';
import type { NetworkReport } from './network-report.js';

/** Tells of one network of a solution; as an object, of all of them together. */
export interface NetworkTeller extends NetworkSummary {
  (y: VariableArray | Variable): NetworkReport;
  toJSON(): NetworkSummary;
}

/** @param error computed when it is asked for. */
export function networkTeller(
  report: (y: VariableArray | Variable) => NetworkReport,
  known: Omit<NetworkSummary, 'error'>,
  error: () => number,
): NetworkTeller {
  const teller = Object.assign((y: VariableArray | Variable) => report(y), known);
  Object.defineProperty(teller, 'error', { get: error, enumerable: true });
  Object.defineProperty(teller, 'toJSON', { value: () => ({ ...known, error: error() }) });
  return refusing(
    teller as NetworkTeller,
    'what a solution tells of networks',
    'solution.network(y) tells of one, solution.networkError is a number',
  );
}

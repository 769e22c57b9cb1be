import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { loadNetwork } from '../../runtime/node/load-network.js';
import { findData } from '../../scenarios/data.js';
import { derive } from '../../src/derive/derive.js';
import { compileWasm } from '../../src/engine/wasm/engine.js';
import type { Network } from '../../src/network/graph.js';
import { buffers, expectClose } from '../engine/contract.js';
import { tolerances } from '../tolerances.js';

interface Reference {
  readonly derivatives_by?: string;
  readonly samples: readonly { readonly x: number[]; readonly y: number[] }[];
  readonly derivatives: Record<'x' | 'y' | 'J' | 'lambda' | 'H', number[]>;
}

const folder = findData('networks');
const root = folder === undefined ? undefined : join(folder, 'exported');
const formats = ['model.onnx', 'tf2onnx.onnx', 'model.keras', 'model.h5', 'tfjs-layers', 'tfjs-graph'];

/** `[network, file]` for everything that can be read. */
const cases: [string, string][] =
  root === undefined || !existsSync(root)
    ? []
    : readdirSync(root).flatMap((name) =>
        formats
          .filter((file) => existsSync(join(root, name, file)))
          .map((file): [string, string] => [name, file]),
      );

/** Answers of a network in f64. */
function answering(network: Network) {
  const executable = compileWasm(derive(network), { precision: 'f64', device: 'cpu' });
  return (x: readonly number[], λ?: readonly number[]) => {
    const { inputSize: n, outputSize: m } = network;
    const slot = {
      x: Float64Array.from(x),
      λ: Float64Array.from(λ ?? new Float64Array(m)),
      ...buffers(m, n),
    };
    executable.evaluate(λ === undefined ? 0 : 2, [slot]);
    return slot;
  };
}

describe.skipIf(cases.length === 0)('networks as real exporters write them', () => {
  it.each(cases)('%s/%s: values and derivatives', async (name, file) => {
    const reference = JSON.parse(readFileSync(join(root!, name, 'reference.json'), 'utf8')) as Reference;
    const answer = answering(await loadNetwork(join(root!, name, file)));
    const { value, derivative, difference } = tolerances.exported;
    for (const { x, y } of reference.samples) expectClose(answer(x).y, y, value);
    const { x, y, J, lambda, H } = reference.derivatives;
    const found = answer(x, lambda);
    const tol = reference.derivatives_by === undefined ? derivative : difference;
    expectClose(found.y, y, value);
    expectClose(found.J, J, tol);
    expectClose(found.H, H, tol);
  });
});

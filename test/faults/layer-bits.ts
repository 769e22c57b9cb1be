import { createHash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { inputNames, qpLayer } from '../../index.js';
import { batchOf, normal, numbers, regular, uniform } from '../batch/problems.js';

const [elements, n, p] = [40, 30, 25];
const batch = batchOf(Array.from({ length: elements }, (_, k) => regular(n, 4, p, k).problem));
const data = Object.fromEntries(inputNames.map((name) => [name, batch[name].values]));
const cotangent = numbers(elements * n, normal(uniform(1)));

/** A digest of what a layer with a thread beside this one answers to a batch, and of its gradients, twice. */
export function layerBits(): string {
  const layer = qpLayer({ n, m: 4, p, threads: 2 });
  const hash = createHash('sha256');
  try {
    for (let pass = 0; pass < 2; pass++) {
      const { z, nu, lam, s } = layer.forward(data);
      const gradients = layer.backward({ z: cotangent });
      for (const own of [z, nu, lam, s, ...inputNames.map((name) => gradients[name])]) hash.update(own);
    }
  } finally {
    layer.dispose();
  }
  return hash.digest('hex');
}

if (workerData === 'bits') {
  parentPort!.postMessage(layerBits());
  process.exit();
}

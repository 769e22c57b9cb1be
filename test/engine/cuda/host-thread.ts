import { workerData } from 'node:worker_threads';
import '../../../runtime/node/provide.js';
import { serve } from '../../../runtime/node/serve.js';
import { CudaError } from '../../../src/engine/cuda/cuda.js';
import { cudaEngineOver } from '../../../src/engine/cuda/engine.js';
import { FakeCuda } from './fake.js';

// An oracle host with a card in JavaScript; the name of a network says after how many runs the card is lost, or the thread ends.
const fake = new FakeCuda();
const engine = cudaEngineOver(async () => fake);
let left = Number.POSITIVE_INFINITY;
let ends = false;
fake.interfere = (call) => {
  if (call !== 'replay' || left-- > 0) return;
  if (ends) process.exit(3);
  throw new CudaError('cuGraphLaunch', 'CUDA_ERROR_DEVICE_LOST');
};
if (workerData?.control instanceof SharedArrayBuffer)
  await serve(
    async ({ programs, ...options }) => {
      const [, how, runs] = /^(lost|killed) after (\d+)/.exec(programs.name) ?? [];
      if (runs !== undefined) left = Number(runs);
      ends = how === 'killed';
      return engine.compile(programs, options);
    },
    () => false,
  );

import { provideCrew } from '../../solvers/batch/crew.js';
import { provideSystemKernels } from '../../solvers/linear/choose-kernels.js';
import { provideFactorizer } from '../../solvers/linear/factorizer.js';
import { provideUnwritten } from '../../src/core/memory.js';
import type { Engine } from '../../src/engine/contract.js';
import { provideEngine } from '../../src/engine/open.js';
import type { Solver } from '../../src/nlp/solver.js';
import { type LoadedSolver, provideSolver } from '../solvers.js';
import { batchCrew } from './batch-crew.js';
import { openBlas } from './blas.js';
import { openCudaCholesky } from './cuda-cholesky.js';
import { openLapack } from './lapack.js';
import './nl-source.js';
import './plain-kernels.js';

let cudaEngine: Engine | undefined;

// What Node has and the heart does without. Imported for this effect wherever work runs in Node.
provideSystemKernels(openBlas);
provideFactorizer('cpu', openLapack);
provideFactorizer('cuda', openCudaCholesky);
provideCrew(batchCrew);
provideUnwritten((bytes) => Buffer.allocUnsafeSlow(bytes).buffer as ArrayBuffer);
provideEngine('onnx', {
  synchronous: false,
  load: async () => (await import('../../src/engine/onnx/engine.js')).onnxEngine,
});
provideEngine('blas', {
  synchronous: false,
  endable: true,
  load: async () => {
    const { blasEngineOver } = await import('../../src/engine/blas/engine.js');
    const { openProducts } = await import('./products.js');
    return blasEngineOver(openProducts);
  },
});
provideEngine('cuda', {
  synchronous: false,
  place: 'cuda',
  load: async () => {
    const { cudaEngineOver, openCuda } = await import('../../src/engine/cuda/index.js');
    const { kernelCache } = await import('./kernel-cache.js');
    cudaEngine ??= cudaEngineOver(openCuda, kernelCache());
    return cudaEngine;
  },
});
provideEngine('tfjs', {
  synchronous: false,
  usual: 'f32',
  load: async () => (await import('../../src/engine/tfjs/engine.js')).tfjsEngine,
});
provideSolver('ipopt', async () => {
  const { openIpopt } = await import('../../solvers/ipopt/index.js');
  return (await openIpopt()) as Solver;
});
provideSolver('ipopt-wasm', async () => {
  const { openIpoptWasm } = await import('../../solvers/ipopt/index.js');
  return (await openIpoptWasm()) as unknown as LoadedSolver;
});

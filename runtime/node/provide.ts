import { provideSystemKernels } from '../../solvers/linear/choose-kernels.js';
import { provideEngine } from '../../src/engine/open.js';
import type { Solver } from '../../src/nlp/solver.js';
import { type LoadedSolver, provideSolver } from '../solvers.js';
import { openBlas } from './blas.js';
import './nl-source.js';
import './plain-kernels.js';

// What Node has and the heart does without. Imported for this effect wherever work runs in Node.
provideSystemKernels(openBlas);
provideEngine('onnx', {
  synchronous: false,
  load: async () => (await import('../../src/engine/onnx/engine.js')).onnxEngine,
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

import { provideSystemKernels } from '../../solvers/linear/choose-kernels.js';
import type { Solver } from '../../src/nlp/solver.js';
import { type LoadedSolver, provideSolver } from '../solvers.js';
import { openBlas } from './blas.js';

// What Node has and the heart does without. Imported for this effect wherever work runs in Node.
provideSystemKernels(openBlas);
provideSolver('ipopt', async () => {
  const { openIpopt } = await import('../../solvers/ipopt/index.js');
  return (await openIpopt()) as Solver;
});
provideSolver('ipopt-wasm', async () => {
  const { openIpoptWasm } = await import('../../solvers/ipopt/index.js');
  return (await openIpoptWasm()) as unknown as LoadedSolver;
});

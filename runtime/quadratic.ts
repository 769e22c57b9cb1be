import { isSolved, solveBatch } from '../solvers/batch/index.js';
import { provideQuadratic } from '../src/formulate/index.js';

// For the quadratic programs of networks, in every thread that states or checks them.
provideQuadratic(({ n, m, p, ...inputs }) => {
  const shared = (values: Float64Array) => ({ values, shared: true });
  const { Q, q, A, b, G, h } = inputs;
  const data = { Q: shared(Q), q: shared(q), A: shared(A), b: shared(b), G: shared(G), h: shared(h) };
  const solution = solveBatch({ n, m, p, batch: 1, ...data });
  return isSolved(solution.statuses[0]!) ? solution : undefined;
});

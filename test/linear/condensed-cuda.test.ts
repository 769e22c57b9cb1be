import { describe, expect, it } from 'vitest';
import '../../runtime/node/provide.js';
import { cudaCholesky } from '../../runtime/node/cuda-cholesky.js';
import { type OpenKkt, openAugmented } from '../../solvers/kkt/index.js';
import { onDevice } from '../../solvers/linear/choose-device.js';
import { CondensedSolver } from '../../solvers/linear/condensed.js';
import type { OpenLinearSolver } from '../../solvers/linear/contract.js';
import { openFactorizer } from '../../solvers/linear/factorizer.js';
import { openSparse } from '../../solvers/linear/sparse.js';
import { CudaError } from '../../src/engine/cuda/cuda.js';
import { FakeCuda } from '../engine/cuda/fake.js';
import { fakeCholesky } from '../engine/cuda/fake-cholesky.js';
import { kktContract } from '../kkt/contract.js';
import { chained } from './chained.js';
import { linearSolverContract } from './contract.js';

const openOn =
  (card: FakeCuda): OpenLinearSolver =>
  (matrix, options) =>
    new CondensedSolver(matrix, cudaCholesky(card, fakeCholesky(card)), options);
const card = new FakeCuda();
const openKkt: OpenKkt = (shape, memory, _, options) => openAugmented(shape, memory, openOn(card), options);

linearSolverContract('condensed, a card in JavaScript', openOn(card));
kktContract('augmented, a card in JavaScript', openKkt);

describe('kkt_device cuda', () => {
  const { matrix, values } = chained(40);
  const b = Float64Array.from({ length: matrix.rows }, (_, k) => Math.sin(k));
  const plain = openSparse(matrix);
  const inertia = plain.factor(values);
  const expected = b.slice();
  plain.solve(expected);
  const expectSolution = (x: Float64Array): void => {
    const size = Math.max(...expected.map(Math.abs));
    for (const [k, value] of x.entries()) expect(Math.abs(value - expected[k]!)).toBeLessThan(1e-9 * size);
  };

  it('factors on the card alone, and gives its memory back', () => {
    const own = new FakeCuda();
    const solver = openOn(own)(matrix);
    for (let k = 0; k < 3; k++) {
      expect(solver.factor(values)).toEqual(inertia);
      const x = b.slice();
      expect(solver.solve(x)).toBeLessThan(1e-13);
      expectSolution(x);
    }
    expect(solver.statistics.kernels).toEqual(['cusolver (Fake 100)']);
    expect(own.log.filter((call) => call === 'potrf')).toHaveLength(3);
    // Places are made once.
    expect(own.log.filter((call) => call === 'pin')).toHaveLength(1);
    solver.dispose();
    expect([own.used, own.pinned.size]).toEqual([0, 0]);
  });

  it.each([
    ['out of memory', 'allocate', new CudaError('cuMemAlloc', 'out of memory', true)],
    ['lost while it factors', 'potrf', new CudaError('cusolverDnDpotrf', 'CUDA_ERROR_DEVICE_UNAVAILABLE')],
    ['lost while it is waited for', 'synchronize', new CudaError('cuStreamSynchronize', 'lost')],
    ['lost while it solves', 'potrs', new CudaError('cusolverDnDpotrs', 'lost')],
  ])('goes on with LDLᵀ of our own where the card is %s', (_, call, failure) => {
    const own = new FakeCuda();
    const solver = openOn(own)(matrix);
    own.interfere = (name) => {
      if (name === call) throw failure;
    };
    expect(solver.factor(values)).toEqual(inertia);
    const x = b.slice();
    solver.solve(x);
    expectSolution(x);
    expect(solver.statistics.kernels.length).toBeGreaterThan(1);
    own.interfere = () => {};
    const before = own.log.length;
    expect(solver.factor(values)).toEqual(inertia);
    expect(own.log.slice(before)).not.toContain('potrf');
    solver.dispose();
    expect([own.used, own.pinned.size]).toEqual([0, 0]);
  });

  const none = openFactorizer('cuda');
  it.skipIf(typeof none !== 'string')('says in one line what is missing where there is no card', () => {
    expect(() => onDevice('cuda', openSparse)(matrix)).toThrow(
      /^kkt_device: [^\n]*(comes with|npm install|no card)[^\n]*, or choose cpu or auto$/,
    );
  });
});

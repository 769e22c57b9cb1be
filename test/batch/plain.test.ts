import { expect, it } from 'vitest';
import { differentiate, inputNames, solveBatch } from '../../solvers/batch/index.js';
import { keptFor, takePairs } from '../../solvers/batch/keep.js';
import { withoutAddressSpace } from '../no-address-space.js';
import { batchOf, normal, numbers, regular, uniform } from './problems.js';

it('solves and differentiates to the same bits where no WebAssembly memory can be had', () => {
  const data = batchOf(Array.from({ length: 5 }, (_, k) => regular(11, 2, 9, k).problem));
  const cotangents = { z: numbers(55, normal(uniform(1))), lam: numbers(45, normal(uniform(2))) };
  const run = () => {
    const solution = solveBatch(data);
    return { solution, gradients: differentiate(data, solution).backward(cotangents) };
  };
  const wasm = run();
  // Takes away the memories that are free, WebAssembly's.
  for (let free = true; free; ) free = withoutAddressSpace(takePairs).kind === 'wasm';
  const plain = withoutAddressSpace(run);
  expect(keptFor(wasm.solution)?.pairs?.kind).toBe('wasm');
  expect(keptFor(plain.solution)?.pairs?.kind).toBe('javascript');
  for (const part of ['z', 'nu', 'lam', 's', 'objective'] as const)
    expect(plain.solution[part]).toEqual(wasm.solution[part]);
  for (const name of inputNames) expect(plain.gradients[name]).toEqual(wasm.gradients[name]);
});

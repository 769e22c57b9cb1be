import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compiled } from '../../runtime/node/compiled.js';
import { packageRoot } from '../../scenarios/data.js';

const present = (() => {
  try {
    createRequire(import.meta.url).resolve('onnxruntime-node');
    return true;
  } catch {
    return false;
  }
})();

const module = (specifier: string): string => JSON.stringify(compiled(import.meta.url, specifier).href);

/** Ends a process while its oracle host computes: an evaluation of this network takes most of the time of a solve. */
function endWhileComputing(statement: string): { readonly code: number | null; readonly err: string } {
  const script = `
    import { loadNetwork, solve } from ${module('../../index.js')};
    import { drawnDigit } from ${module('../../scenarios/mnist/digit.js')};
    import { adversarialImage } from ${module('../../scenarios/mnist/problem.js')};
    const network = await loadNetwork(${JSON.stringify(join(packageRoot, 'models', 'mnist-tanh-512'))});
    const { model } = adversarialImage({ network, image: drawnDigit().pixels, target: 9, formulation: 'reduced' });
    await solve(model, { engine: 'onnx', onIteration: ({ iteration }) => {
      if (iteration === 2) setTimeout(() => { ${statement} }, 10 + 60 * Math.random());
    } });`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { code: status, err: stderr };
}

it.skipIf(!present)(
  'a process that ends while a host computes ends with its own exit code',
  { timeout: 180_000 },
  () => {
    for (let k = 0; k < 4; k++) {
      expect(endWhileComputing('process.exit(7)')).toEqual({ code: 7, err: '' });
      const thrown = endWhileComputing("throw new Error('of the user')");
      expect(thrown.code).toBe(1);
      expect(thrown.err).toContain('of the user');
      expect(thrown.err).not.toMatch(/Napi|terminate called/);
    }
  },
);

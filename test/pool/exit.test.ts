import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compiled } from '../../runtime/node/compiled.js';
import { packageRoot } from '../../scenarios/data.js';

const installed = (name: string): boolean => {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
};
const present = installed('onnxruntime-node');
const koffi = installed('koffi');

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

/** Runs a script that has the package's `solve` and the tests' problem at hand. */
function run(body: string): { readonly code: number | null; readonly out: string; readonly err: string } {
  const script = `
    import { solve } from ${module('../../index.js')};
    import { Runtime } from ${module('../../runtime/node/runtime.js')};
    import { smallNetwork } from ${module('../oracle/networks.js')};
    import { nearest } from ${module('./problem.js')};
    ${body}`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    timeout: 100_000,
  });
  return { code: status, out: stdout, err: stderr };
}

it.skipIf(!present)(
  'a host that is ended inside ONNX Runtime leaves by itself, and the process goes on',
  { timeout: 120_000 },
  () => {
    const { code, out, err } = run(`
      const slow = nearest(0.5, smallNetwork(1500, 5000, 4)).model;
      const controller = new AbortController();
      const options = { engine: 'onnx', precision: 'f64', threads: 1, signal: controller.signal };
      const stopped = await solve(slow, { ...options, onIteration: () => { setTimeout(() => controller.abort(), 700); } });
      const next = await solve(nearest(0.5).model, { engine: 'onnx', threads: 1 });
      console.log(stopped.status, next.status);
      // Until the thread that was ended has come back.
      await new Promise((resolve) => setTimeout(resolve, 12_000));
      console.log('alive');`);
    expect(out).toBe('interrupted optimal\nalive\n');
    expect(err).toBe('');
    expect(code).toBe(0);
  },
);

it.skipIf(!koffi)(
  'a process ends although a host never comes back from native code',
  { timeout: 60_000 },
  () => {
    const begin = performance.now();
    const { code, out } = run(`
    const runtime = new Runtime({}, { hostEntry: new URL(${module('../oracle/sleeping-host-thread.js')}) });
    const { status, iterations } = await solve(nearest(0.5).model, { runtime, engine: 'onnx', max_wall_time: 4 });
    console.log(status, iterations > 0);
    process.exitCode = 5;`);
    expect(out).toBe('time-limit true\n');
    expect(code).toBe(5);
    expect(performance.now() - begin).toBeLessThan(30_000);
  },
);

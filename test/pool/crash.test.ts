import { spawn } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { compiled } from '../../runtime/node/compiled.js';
import { OracleHost } from '../../runtime/node/host.js';
import { SolverPool } from '../../runtime/node/pool.js';
import { programsOf } from '../../runtime/programs.js';
import { smallNetwork } from '../oracle/networks.js';
import { nearest } from './problem.js';

const pool = new SolverPool();
afterAll(() => pool.close());
const solver = 'interior-point';
const network = smallNetwork(60, 300, 4);
const spec = { programs: programsOf(network), engine: 'reference', device: 'cpu', precision: 'f64' } as const;

/** Runs a script with the compiled package until it exits by itself. */
function run(
  body: string,
  flags: readonly string[] = [],
): Promise<{ code: number | null; output: string; milliseconds: number }> {
  const index = compiled(new URL('../../any.ts', import.meta.url).href, './index.js').href;
  const helpers = compiled(new URL('./any.ts', import.meta.url).href, './problem.js').href;
  const script = `import { solve, openOracle, shutdown } from '${index}'; import { nearest } from '${helpers}'; ${body}`;
  const begin = performance.now();
  const child = spawn(process.execPath, [...flags, '--input-type=module', '-e', script], { timeout: 30_000 });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  return new Promise((resolve) =>
    child.on('close', (code) => resolve({ code, output, milliseconds: performance.now() - begin })),
  );
}

describe('when the oracle thread dies', () => {
  it('the solve ends with an evaluation error and its best point', async () => {
    const host = new OracleHost();
    const hosted = await host.open(spec);
    const { descriptor } = await hosted.attach();
    const { model } = nearest(0.5, network);
    const { result } = await pool.solve(
      { problem: model.problem(), boxes: [{ kind: 'mailbox', mailbox: descriptor }], solver },
      {
        onIteration: ({ iteration }) => {
          if (iteration === 2) void host.terminate();
        },
      },
    );
    expect(result.status).toBe('evaluation-error');
    expect(result.message).toMatch(/oracle thread/);
    expect(result.iterations).toBeGreaterThanOrEqual(2);
    expect(result.x.every(Number.isFinite)).toBe(true);
    expect(Number.isFinite(result.errors.primal)).toBe(true);
  });

  it('the next solve starts another one', async () => {
    const { code, output } = await run(`
      import { defaultRuntime } from '${compiled(new URL('../../runtime/node/any.ts', import.meta.url).href, './runtime.js').href}';
      import { programsOf } from '${compiled(new URL('../../runtime/any.ts', import.meta.url).href, './programs.js').href}';
      const problem = nearest(0.5);
      const options = { solver: '${solver}', engine: 'onnx' };
      console.log((await solve(problem.model, options)).status);
      const oracle = await openOracle(problem.network, { engine: 'onnx' });
      const hosted = await defaultRuntime().lease({ programs: programsOf(problem.network), engine: 'onnx', device: 'cpu', precision: 'f64' }).hosted;
      await hosted.host.terminate();
      await oracle.value([0, 0, 0, 0]).catch(({ message }) => console.log(message));
      console.log((await solve(problem.model, options)).status);`);
    expect(output).toBe('optimal\nthe oracle thread ended\noptimal\n');
    expect(code).toBe(0);
  });
});

describe('when a solver thread runs out of memory', () => {
  it('the solve says so and the pool goes on', async () => {
    const small = new SolverPool({ maxThreads: 1, heapMegabytes: 24 });
    const { model } = nearest(0.5);
    const problem = model.problem();
    const box = { kind: 'local', spec: { ...spec, programs: programsOf(smallNetwork()) } } as const;
    const names = Array.from({ length: 600_000 }, (_, k) => `a name that takes room ${k}`);
    const large = { ...problem, variables: { ...problem.variables, names } };
    const { result } = await small.solve({ problem: large, boxes: [box], solver });
    expect(result.status).toBe('out-of-memory');
    expect(result.x).toEqual(problem.variables.start);
    const next = await small.solve({ problem, boxes: [box], solver });
    expect(next.result.status).toBe('optimal');
    await small.close();
  });
});

describe('a process', () => {
  it('exits by itself after solves, with nothing shut down', { retry: 2 }, async () => {
    const { code, output, milliseconds } = await run(`
      for (const engine of ['wasm', 'onnx']) {
        const { status } = await solve(nearest(0.5).model, { solver: '${solver}', engine });
        console.log(engine, status);
      }
      const oracle = await openOracle(nearest(0.5).network, { engine: 'reference' });
      console.log((await oracle.value([0, 0, 0, 0])).length);`);
    expect(output).toBe('wasm optimal\nonnx optimal\n3\n');
    expect(code).toBe(0);
    expect(milliseconds).toBeLessThan(15_000);
  });

  it('solves where no code may be made from text', async () => {
    const { code, output } = await run(
      `
      try { new Function('') } catch ({ name }) { console.log(name); }
      for (const engine of ['wasm', 'onnx'])
        console.log(engine, (await solve(nearest(0.5).model, { solver: '${solver}', engine })).status);`,
      ['--disallow-code-generation-from-strings'],
    );
    expect(output).toBe('EvalError\nwasm optimal\nonnx optimal\n');
    expect(code).toBe(0);
  });

  it('ends a solve at Ctrl-C with its best point', async () => {
    const { code, output } = await run(`
      import { smallNetwork } from '${compiled(new URL('../oracle/any.ts', import.meta.url).href, './networks.js').href}';
      const { model } = nearest(0.5, smallNetwork(60, 300, 4));
      const { status, x } = await solve(model, {
        solver: '${solver}', engine: 'reference', interrupt: true,
        onIteration: ({ iteration }) => { if (iteration === 1) process.kill(process.pid, 'SIGINT'); },
      });
      console.log(status, x.every(Number.isFinite), process.listenerCount('SIGINT'));`);
    expect(output).toBe('interrupted true 0\n');
    expect(code).toBe(0);
  });

  it('gives its threads back after shutdown, time and again', async () => {
    const { code, output } = await run(`
      import { readdirSync } from 'node:fs';
      const threads = () => readdirSync('/proc/self/task').length;
      const round = async () => {
        const options = { solver: '${solver}', engine: 'onnx', threads: 1 };
        await Promise.all([solve(nearest(0.5).model, options), solve(nearest(0.4).model, options)]);
        await shutdown();
      };
      await round();
      const before = threads();
      for (let k = 0; k < 2; k++) await round();
      console.log(threads() - before);`);
    expect(code).toBe(0);
    expect(Number(output)).toBeLessThanOrEqual(1);
  });
});

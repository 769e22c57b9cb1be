import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import type { MailboxDescriptor } from '../../runtime/mailbox.js';
import { compiled } from '../../runtime/node/compiled.js';
import { OracleHost } from '../../runtime/node/host.js';
import { openExecutable } from '../../runtime/open.js';
import { programsOf } from '../../runtime/programs.js';
import { interned, shared } from '../../runtime/share.js';
import type { Program } from '../../src/derive/program.js';
import '../../runtime/node/provide.js';
import { InputError } from '../../src/core/errors.js';
import { tolerances } from '../tolerances.js';
import { smallNetwork } from './networks.js';

const spec = (network = smallNetwork()) =>
  ({ programs: programsOf(network), engine: 'reference', device: 'cpu', precision: 'f64' }) as const;

const hosts: OracleHost[] = [];
const threads: Worker[] = [];
const start = () => {
  const host = new OracleHost();
  hosts.push(host);
  return host;
};
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
  for (const thread of threads.splice(0)) await thread.terminate();
});

/** A thread that evaluates at changing points until it is told an error, which it posts; first it posts 'busy'. */
function persistentClient(descriptor: MailboxDescriptor): { busy: Promise<unknown>; end: Promise<unknown> } {
  const module = compiled(new URL('../../runtime/any.ts', import.meta.url).href, './client.js').href;
  const code = `
    const { workerData, parentPort } = require('node:worker_threads');
    import(workerData.module).then(({ BlockingClient }) => {
      const box = new BlockingClient(workerData.descriptor);
      const slot = box.slot();
      try {
        for (let k = 0; ; k++) {
          slot.x.fill(k);
          box.evaluate(0, [slot]);
          if (k === 3) parentPort.postMessage('busy');
        }
      } catch ({ name, message, fatal }) {
        parentPort.postMessage({ name, message, fatal });
      }
    });`;
  const thread = new Worker(code, { eval: true, workerData: { descriptor, module } });
  threads.push(thread);
  const next = () => new Promise((resolve) => thread.once('message', resolve));
  const busy = next();
  return { busy, end: busy.then(next) };
}

describe('the oracle host thread', () => {
  it('computes what the same engine computes here', async () => {
    const network = smallNetwork();
    const hosted = await start().open(spec(network));
    const x = Float64Array.of(0.1, -0.4, 0.7, 0.2);
    const λ = Float64Array.of(1, -2, 0.5);
    const { y, J, H } = await hosted.evaluate(2, x, λ);
    const here = { y: new Float64Array(3), J: new Float64Array(12), H: new Float64Array(10) };
    await (await openExecutable(spec(network))).evaluate(2, [{ x, λ, ...here }]);
    expect(y).toEqual(here.y);
    expect(J).toEqual(here.J);
    expect(H).toEqual(here.H);
    expect(H.some((entry) => Math.abs(entry) > 1e-3)).toBe(true);
    expect(hosted.shape).toMatchObject({ inputs: 4, outputs: 3, engine: 'reference', precision: 'f64' });
    expect(await hosted.statistics()).toMatchObject({ values: 0, hessians: 1, clients: 0 });
  });

  it('runs ONNX Runtime on shared weights at both precisions', async () => {
    const host = start();
    const x = Float64Array.of(0.1, -0.4, 0.7, 0.2);
    const λ = Float64Array.of(1, -2, 0.5);
    const exact = await (await host.open(spec())).evaluate(2, x, λ);
    for (const precision of ['f64', 'f32'] as const) {
      const hosted = await host.open({ ...spec(), engine: 'onnx', precision });
      const { y, H } = await hosted.evaluate(2, x, λ);
      const tolerance = tolerances[precision];
      expect(hosted.shape.accuracy).toBe(precision === 'f32' ? 2 ** -23 : 2 ** -52);
      for (const [k, entry] of exact.y.entries()) expect(Math.abs(y[k]! - entry)).toBeLessThan(tolerance);
      for (const [k, entry] of exact.H.entries()) expect(Math.abs(H[k]! - entry)).toBeLessThan(tolerance);
    }
  });

  it('reports a caller’s mistake as such', async () => {
    const host = start();
    await expect(host.open({ ...spec(), engine: 'abacus' })).rejects.toThrow(InputError);
    const wrong = { ...spec(), engine: 'onnx', device: 'cuda' } as const;
    await expect(host.open(wrong)).rejects.toThrow(/cuda/);
  });

  it('wakes a waiting client when it is terminated', async () => {
    const host = start();
    const hosted = await host.open(spec(smallNetwork(60, 400, 10)));
    const { descriptor } = await hosted.attach();
    const client = persistentClient(descriptor);
    await client.busy;
    const begin = performance.now();
    await host.terminate();
    expect(await client.end).toMatchObject({
      name: 'EvaluationError',
      fatal: true,
      message: expect.stringMatching(/oracle thread/),
    });
    expect(performance.now() - begin).toBeLessThan(1000);
    expect(host.alive).toBe(false);
    await expect(hosted.evaluate(0, new Float64Array(60))).rejects.toThrow(/oracle thread ended/);
  });

  it('fails calls under way when its thread throws', async () => {
    const broken = new URL(
      `data:text/javascript,${encodeURIComponent("setTimeout(() => { throw new Error('no driver'); }, 20);")}`,
    );
    const host = new OracleHost(broken);
    await expect(host.open(spec())).rejects.toThrow('the oracle thread ended: no driver');
  });

  it('opens and closes again and again without growing', { retry: 2 }, async () => {
    const network = smallNetwork(50, 200, 10);
    const round = async () => {
      const host = new OracleHost();
      const hosted = await host.open(spec(network));
      const { descriptor, detach } = await hosted.attach();
      expect(descriptor.memory.byteLength).toBeGreaterThan(8 * 1275);
      await detach();
      await host.close();
    };
    for (let k = 0; k < 5; k++) await round();
    const before = process.memoryUsage().rss;
    for (let k = 0; k < 20; k++) await round();
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });
});

describe('programs that travel', () => {
  it('have their constants copied once, into shared memory', () => {
    const programs = programsOf(smallNetwork());
    const copy = shared(programs);
    expect(shared(programs)).toBe(copy);
    expect(shared(copy)).toBe(copy);
    const constants = ({ hessian }: typeof programs) =>
      hessian.instructions.flatMap((own) => (own.kind === 'constant' ? [own.tensor.data] : []));
    expect(constants(copy)).toEqual(constants(programs));
    for (const { buffer } of constants(copy)) expect(buffer).toBeInstanceOf(SharedArrayBuffer);
    // The same array in two programs is one array.
    const buffers = (own: typeof programs.value) =>
      own.instructions.flatMap((one) => (one.kind === 'constant' ? [one.tensor.data.buffer] : []));
    for (const buffer of buffers(copy.value)) expect(buffers(copy.hessian)).toContain(buffer);
  });

  it('hold one object for each array where they arrive, however often', () => {
    const arrive = () => interned(structuredClone(shared(programsOf(network))));
    const network = smallNetwork();
    const [one, other] = [arrive(), arrive()];
    const tensors = ({ instructions }: Program) =>
      instructions.flatMap((own) => (own.kind === 'constant' ? [own.tensor] : []));
    expect(tensors(one.value).length).toBeGreaterThan(1);
    for (const [k, tensor] of tensors(one.value).entries()) expect(tensors(other.value)[k]).toBe(tensor);
    for (const tensor of tensors(one.value)) expect(tensors(one.hessian)).toContain(tensor);
  });
});

import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { compiled } from '../../src/core/compiled.js';
import { Control, createMailbox, Mailbox, type MailboxDescriptor, State } from '../../src/oracle/mailbox.js';
import { OracleService } from '../../src/oracle/service.js';
import { Toy } from './fakes.js';

const shape = { inputs: 2, outputs: 2, accuracy: 2 ** -52, secondDerivatives: true };
const control = () => new SharedArrayBuffer(4 * Control.words);
const spec = { network: undefined as never, engine: 'toy', device: 'cpu', precision: 'f64' } as const;

const threads: Worker[] = [];
afterEach(async () => {
  for (const thread of threads.splice(0)) await thread.terminate();
});

/** A thread that asks `count` questions at `(k, 1)` and posts what it learned, or the error's text. */
function client(descriptor: MailboxDescriptor, count: number): Promise<Record<string, unknown>> {
  const module = compiled(new URL('../../src/oracle/any.ts', import.meta.url).href, './client.js').href;
  const code = `
    const { workerData, parentPort } = require('node:worker_threads');
    import(workerData.module).then(({ BlockingClient }) => {
      const box = new BlockingClient(workerData.descriptor);
      const [y, J, H] = [2, 4, 3].map((length) => new Float64Array(length));
      let sum = 0;
      try {
        for (let k = 1; k <= workerData.count; k++) {
          const x = Float64Array.of(k, 1);
          const λ = Float64Array.of(1, k);
          box.value(x, y);
          box.anticipate(x, λ);
          box.jacobian(x, J);
          box.hessian(x, λ, H);
          sum += y[0] + J[0] + H[1];
        }
        parentPort.postMessage({ sum, H, statistics: box.statistics, hostSeconds: box.hostSeconds });
      } catch ({ name, message, fatal }) {
        parentPort.postMessage({ name, message, fatal });
      }
    });`;
  const thread = new Worker(code, { eval: true, workerData: { descriptor, count, module } });
  threads.push(thread);
  return new Promise((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', reject);
  });
}

describe('the mailbox', () => {
  it('is the same memory wherever its descriptor is opened', () => {
    const descriptor = createMailbox(shape, control());
    const [here, there] = [new Mailbox(descriptor), new Mailbox(descriptor)];
    here.ask(2, Float64Array.of(1, 2), Float64Array.of(3, 4));
    expect(there.state).toBe(State.requested);
    expect(there.order).toBe(2);
    expect([...there.x, ...there.λ]).toEqual([1, 2, 3, 4]);
    there.H.set([5, 6, 7]);
    there.J.set([1, 2, 3, 4]);
    there.answer(0.25);
    expect(here.state).toBe(State.done);
    expect(here.seconds).toBe(0.25);
    expect([...here.H, ...here.J]).toEqual([5, 6, 7, 1, 2, 3, 4]);
  });

  it('carries error texts, cut where they do not fit', () => {
    const descriptor = createMailbox(shape, control());
    const [here, there] = [new Mailbox(descriptor), new Mailbox(descriptor)];
    there.fail('kein Gerät ☹');
    expect(here.state).toBe(State.failed);
    expect(here.error).toBe('kein Gerät ☹');
    there.fail('é'.repeat(4000));
    expect(here.error).toMatch(/^é{400,}$/);
  });

  it('needs no room for H without second derivatives', () => {
    const large = createMailbox({ ...shape, inputs: 1000, secondDerivatives: false }, control());
    expect(large.memory.byteLength).toBeLessThan(40_000);
    expect(new Mailbox(large).H).toHaveLength(0);
  });
});

describe('the oracle service', () => {
  it('answers blocking clients from two threads, one evaluation at a time', async () => {
    const toy = new Toy(true);
    const service = new OracleService(control(), async () => ({ executable: toy, secondDerivatives: true }));
    const serving = service.serve();
    const { id } = await service.open(spec);
    const tickets = [service.attach(id), service.attach(id)];
    const answers = await Promise.all(tickets.map(({ descriptor }) => client(descriptor, 20)));
    // Σ k² + 2k + 2k for k = 1…20
    for (const answer of answers) {
      expect(answer['sum']).toBe(2870 + 4 * 210);
      expect(answer['H']).toEqual(Float64Array.of(2, 40, -20 * Math.sin(1)));
      expect(answer['statistics']).toMatchObject({ values: 20, jacobians: 0, hessians: 20, cached: 20 });
      expect(answer['hostSeconds']).toBeGreaterThan(0.02);
    }
    expect(toy.overlap).toBe(1);
    expect(service.statistics(id)).toMatchObject({ values: 40, hessians: 40, clients: 2 });
    service.detach(tickets[0]!.ticket);
    expect(service.statistics(id).clients).toBe(1);
    await service.close();
    await serving;
    expect(toy.disposed).toBe(true);
  });

  it('hands an exception of the engine to the client that asked', async () => {
    const toy = new Toy();
    toy.failure = 'device lost';
    const service = new OracleService(control(), async () => ({ executable: toy, secondDerivatives: true }));
    const serving = service.serve();
    const { id } = await service.open(spec);
    const answer = await client(service.attach(id).descriptor, 1);
    expect(answer).toEqual({ name: 'EvaluationError', message: 'device lost', fatal: true });
    await service.close();
    await serving;
  });

  it('wakes clients that wait for a network already freed, and clients of a closed host', async () => {
    const block = control();
    const service = new OracleService(block, async () => ({
      executable: new Toy(),
      secondDerivatives: true,
    }));
    const serving = service.serve();
    const { id } = await service.open(spec);
    const { descriptor } = service.attach(id);
    await service.dispose(id);
    expect(await client(descriptor, 1)).toMatchObject({
      fatal: true,
      message: expect.stringMatching(/disposed/),
    });
    await service.close();
    await serving;
    expect(await client(descriptor, 1)).toMatchObject({
      fatal: true,
      message: expect.stringMatching(/oracle thread is gone/),
    });
  });

  it('evaluates through the control plane', async () => {
    const service = new OracleService(control(), async () => ({
      executable: new Toy(),
      secondDerivatives: true,
    }));
    const { id } = await service.open(spec);
    const { y, J, H } = await service.evaluate(id, 1, Float64Array.of(3, 0.5), Float64Array.of(0, 0));
    expect([...y]).toEqual([4.5, Math.sin(0.5)]);
    expect(J).toHaveLength(4);
    expect(H).toHaveLength(0);
    await service.close();
  });
});

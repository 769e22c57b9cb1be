import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import {
  Control,
  createMailbox,
  Mailbox,
  type MailboxDescriptor,
  MailboxState,
} from '../../runtime/mailbox.js';
import { compiled } from '../../runtime/node/compiled.js';
import { programsOf } from '../../runtime/programs.js';
import { OracleService } from '../../runtime/service.js';
import { EvaluationError, InputError, OutOfMemoryError, Stopped } from '../../src/core/errors.js';
import { Toy } from './fakes.js';
import { smallNetwork } from './networks.js';

const shape = { inputs: 2, outputs: 2, accuracy: 2 ** -52, secondDerivatives: true };
const control = () => new SharedArrayBuffer(4 * Control.words);
/** The network's number at the service. */
const id = 1;
const spec = {
  programs: programsOf({ ...smallNetwork(), name: 'net' }),
  engine: 'toy',
  device: 'cpu',
  precision: 'f64',
} as const;

const threads: Worker[] = [];
afterEach(async () => {
  for (const thread of threads.splice(0)) await thread.terminate();
});

/** A client's mailbox at the service with that control block. */
function attach(service: OracleService, block: SharedArrayBuffer, ticket = 2, uses = 1): MailboxDescriptor {
  const descriptor = createMailbox(shape, uses, block);
  service.attach(id, ticket, descriptor);
  return descriptor;
}

/** A thread that asks `count` questions at `(k, 1)` and posts what it learned, or the error's text. */
const client = (descriptor: MailboxDescriptor, count: number): Promise<Record<string, unknown>> =>
  thread(
    descriptor,
    `
      const slot = box.slot();
      const { x, λ, y, J, H } = slot;
      let sum = 0;
      for (let k = 1; k <= ${count}; k++) {
        x.set([k, 1]);
        λ.set([1, k]);
        box.evaluate(0, [slot]);
        box.evaluate(2, [slot]);
        sum += y[0] + J[0] + H[1];
      }
      return { sum, H: H.slice(), statistics: box.statistics, hostSeconds: box.hostSeconds };`,
  );

/** A thread that does `body` with a client called `box` and posts what it returns, or the error's text. */
function thread(descriptor: MailboxDescriptor, body: string): Promise<Record<string, unknown>> {
  const module = compiled(new URL('../../runtime/any.ts', import.meta.url).href, './client.js').href;
  const code = `
    const { workerData, parentPort } = require('node:worker_threads');
    import(workerData.module).then(({ BlockingClient }) => {
      const box = new BlockingClient(workerData.descriptor);
      try {
        parentPort.postMessage((() => {${body}})());
      } catch ({ name, message, where, fatal }) {
        parentPort.postMessage({ name, message, where, fatal });
      }
    });`;
  const worker = new Worker(code, { eval: true, workerData: { descriptor, module } });
  threads.push(worker);
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

describe('the mailbox', () => {
  it('is the same memory wherever its descriptor is opened, with the slots of all uses', () => {
    const descriptor = createMailbox(shape, 3, control());
    const [here, there] = [new Mailbox(descriptor), new Mailbox(descriptor)];
    const [first, , third] = here.slots;
    first!.x.set([1, 2]);
    third!.x.set([5, 6]);
    third!.λ.set([3, 4]);
    here.ask(2, [third!, first!]);
    expect(there.state).toBe(MailboxState.requested);
    expect(there.order).toBe(2);
    const [asked, also] = there.asked;
    expect(there.asked).toEqual([there.slots[2], there.slots[0]]);
    expect([...asked!.x, ...asked!.λ, ...also!.x]).toEqual([5, 6, 3, 4, 1, 2]);
    asked!.H.set([5, 6, 7]);
    asked!.J.set([1, 2, 3, 4]);
    there.answer(0.25);
    expect(here.state).toBe(MailboxState.done);
    expect(here.seconds).toBe(0.25);
    expect([...third!.H, ...third!.J]).toEqual([5, 6, 7, 1, 2, 3, 4]);
    expect([...first!.H, ...first!.J].every((value) => value === 0)).toBe(true);
    expect(() => here.ask(0, [there.slots[0]!])).toThrow(TypeError);
  });

  it('carries error texts, cut where they do not fit', () => {
    const descriptor = createMailbox(shape, 1, control());
    const [here, there] = [new Mailbox(descriptor), new Mailbox(descriptor)];
    there.fail('kein Gerät ☹');
    expect(here.state).toBe(MailboxState.failed);
    expect(here.error.message).toBe('kein Gerät ☹');
    there.fail('é'.repeat(4000));
    expect(here.error.message).toMatch(/^é{400,}$/);
    there.fail('☹'.repeat(9000));
    expect(here.error.message).toMatch(/^☹{400,}$/);
  });

  it('keeps the kind of an error', () => {
    const descriptor = createMailbox(shape, 1, control());
    const [here, there] = [new Mailbox(descriptor), new Mailbox(descriptor)];
    const through = (error: unknown): Error => {
      there.fail(error);
      return here.error;
    };
    for (const Kind of [InputError, OutOfMemoryError, RangeError, TypeError, Error]) {
      const arrived = through(new Kind('why'));
      expect(arrived.constructor).toBe(Kind);
      expect(arrived.message).toBe('why');
    }
    const evaluation = through(new EvaluationError('why', "layer 'a'", true));
    expect(evaluation).toBeInstanceOf(EvaluationError);
    expect(evaluation).toMatchObject({ message: 'why', where: "layer 'a'", fatal: true });
    const outcome = { status: 'time-limit', message: 'late' } as const;
    expect(through(new Stopped(outcome))).toMatchObject({ outcome });
  });

  it('is not answered any more once its client gave up', () => {
    const descriptor = createMailbox(shape, 1, control());
    const [here, there] = [new Mailbox(descriptor), new Mailbox(descriptor)];
    here.ask(0, here.slots);
    here.withdraw();
    there.answer(1);
    expect(here.state).toBe(MailboxState.withdrawn);
    there.fail('late');
    expect(here.state).toBe(MailboxState.withdrawn);
  });

  it('needs no room for H without second derivatives', () => {
    const large = createMailbox({ ...shape, inputs: 1000, secondDerivatives: false }, 1, control());
    expect(large.memory.byteLength).toBeLessThan(40_000);
    expect(new Mailbox(large).slots[0]!.H).toHaveLength(0);
  });
});

describe('the oracle service', () => {
  it('answers blocking clients from two threads, one evaluation at a time', async () => {
    const toy = new Toy(true);
    const block = control();
    const service = new OracleService({ control: block, open: async () => toy });
    const serving = service.serve();
    await service.open(id, spec);
    const descriptors = [2, 3].map((ticket) => attach(service, block, ticket));
    const answers = await Promise.all(descriptors.map((descriptor) => client(descriptor, 20)));
    // Σ k² + 2k + 2k for k = 1…20
    for (const answer of answers) {
      expect(answer['sum']).toBe(2870 + 4 * 210);
      expect(answer['H']).toEqual(Float64Array.of(2, 40, -20 * Math.sin(1)));
      expect(answer['statistics']).toMatchObject({ calls: 40, values: 20, hessians: 20 });
      expect(answer['hostSeconds']).toBeGreaterThan(0.02);
    }
    expect(toy.overlap).toBe(1);
    expect(service.statistics(id)).toMatchObject({ values: 40, hessians: 40, clients: 2 });
    service.detach(2);
    expect(service.statistics(id).clients).toBe(1);
    await service.close();
    await serving;
    expect(toy.disposed).toBe(true);
  });

  it('answers all uses of a client by one call of the engine', async () => {
    const toy = new Toy(true);
    const block = control();
    const service = new OracleService({ control: block, open: async () => toy });
    const serving = service.serve();
    await service.open(id, spec);
    const { answers, statistics } = await thread(
      attach(service, block, 2, 5),
      `
      const slots = Array.from({ length: 5 }, () => box.slot());
      slots.forEach(({ x, λ }, k) => { x.set([k, 1]); λ.set([1, 0]); });
      box.evaluate(2, slots);
      box.evaluate(0, [slots[4], slots[1]]);
      box.evaluate(1, []);
      let more = '';
      try { box.slot(); } catch ({ name }) { more = name; }
      return { answers: slots.map(({ y, H }) => [y[0], H[1]]), statistics: { ...box.statistics, more } };`,
    );
    expect(answers).toEqual([0, 1, 2, 3, 4].map((k) => [k * k, 2 * k]));
    expect(statistics).toMatchObject({ calls: 3, hessians: 5, values: 2, more: 'TypeError' });
    expect(service.statistics(id)).toMatchObject({ calls: 2, hessians: 5, values: 2 });
    expect(Atomics.load(new Int32Array(block), Control.bell)).toBe(3); // attaching rings, too
    await service.close();
    await serving;
  });

  it('hands an exception of the engine to the client that asked', async () => {
    const toy = new Toy();
    toy.failure = 'device lost';
    const block = control();
    const service = new OracleService({ control: block, open: async () => toy });
    const serving = service.serve();
    await service.open(id, spec);
    const answer = await client(attach(service, block), 1);
    expect(answer).toEqual({
      name: 'EvaluationError',
      message: 'the toy engine failed: device lost',
      where: "network 'net'",
      fatal: true,
    });
    await service.close();
    await serving;
  });

  it('wakes clients that wait for a network already freed, and clients of a closed host', async () => {
    const block = control();
    const service = new OracleService({ control: block, open: async () => new Toy() });
    const serving = service.serve();
    await service.open(id, spec);
    const descriptor = attach(service, block);
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
    const block = control();
    const service = new OracleService({ control: block, open: async () => new Toy() });
    await service.open(id, spec);
    const { y, J, H } = await service.evaluate(id, 1, Float64Array.of(3, 0.5), Float64Array.of(0, 0));
    expect([...y]).toEqual([4.5, Math.sin(0.5)]);
    expect(J).toHaveLength(4);
    expect(H).toHaveLength(0);
    await service.close();
  });
});

import { describe, expect, it } from 'vitest';
import { Control, createMailbox, Mailbox, MailboxState } from '../../runtime/mailbox.js';
import { OracleHost } from '../../runtime/node/host.js';
import { Owners } from '../../runtime/owners.js';
import { programsOf } from '../../runtime/programs.js';
import { OracleService } from '../../runtime/service.js';
import type { Executable, Order, Slot } from '../../src/engine/contract.js';
import { Toy } from './fakes.js';
import { smallNetwork } from './networks.js';

const shape = { inputs: 2, outputs: 2, accuracy: 2 ** -52, secondDerivatives: true };
const control = () => new SharedArrayBuffer(4 * Control.words);
const spec = {
  programs: programsOf(smallNetwork()),
  engine: 'toy',
  device: 'cpu',
  precision: 'f64',
} as const;

/** A service with networks 1, 2, … and clients of them that asked before it serves. */
async function waiting(
  executables: readonly Executable[],
  questions: readonly { readonly id: number; readonly order: Order; readonly x: readonly number[] }[],
) {
  const block = control();
  let opened = 0;
  const service = new OracleService({ control: block, open: async () => executables[opened++]! });
  for (const k of executables.keys()) await service.open(k + 1, spec);
  const mailboxes = questions.map(({ id, order, x }, k) => {
    const descriptor = createMailbox(shape, 1, block);
    service.attach(id, 100 + k, descriptor);
    const mailbox = new Mailbox(descriptor);
    mailbox.slots[0]!.x.set(x);
    mailbox.slots[0]!.λ.set([1, 0]);
    mailbox.ask(order, mailbox.slots);
    return mailbox;
  });
  return { service, block, mailboxes };
}

const settled = async (mailboxes: readonly Mailbox[]): Promise<void> => {
  while (mailboxes.some(({ state }) => state === MailboxState.requested))
    await new Promise((resolve) => setTimeout(resolve, 1));
};

describe('clients that wait at one host', () => {
  it('are answered by one call of the engine for each network and order', async () => {
    const [one, other] = [new Toy(true), new Toy(true)];
    const { service, mailboxes } = await waiting(
      [one, other],
      [
        { id: 1, order: 2, x: [1, 1] },
        { id: 2, order: 2, x: [2, 1] },
        { id: 1, order: 0, x: [3, 1] },
        { id: 1, order: 2, x: [4, 1] },
        { id: 1, order: 2, x: [5, 1] },
      ],
    );
    const serving = service.serve();
    await settled(mailboxes);
    expect(mailboxes.map(({ state }) => state)).toEqual(mailboxes.map(() => MailboxState.done));
    expect(mailboxes.map(({ slots }) => slots[0]!.y[0])).toEqual([1, 4, 9, 16, 25]);
    expect(mailboxes[4]!.slots[0]!.H[1]).toBe(10);
    expect(service.statistics(1)).toMatchObject({ calls: 2, hessians: 3, values: 1 });
    expect(service.statistics(2)).toMatchObject({ calls: 1, hessians: 1 });
    await service.close();
    await serving;
  });

  it('do not suffer for one whose question fails', async () => {
    class Picky extends Toy {
      override evaluate(order: Order, slots: readonly Slot[]): void | Promise<void> {
        if (slots.some(({ x }) => x[0] === 3)) throw new Error('not at 3');
        return super.evaluate(order, slots);
      }
    }
    const { service, mailboxes } = await waiting(
      [new Picky(true)],
      [1, 2, 3, 4].map((k) => ({ id: 1, order: 1, x: [k, 1] })),
    );
    const serving = service.serve();
    await settled(mailboxes);
    const { done, failed } = MailboxState;
    expect(mailboxes.map(({ state }) => state)).toEqual([done, done, failed, done]);
    expect(mailboxes[2]!.error.message).toMatch(/not at 3/);
    expect(mailboxes[3]!.slots[0]!.y[0]).toBe(16);
    await service.close();
    await serving;
  });

  it('are computed for no more once they gave up', async () => {
    const toy = new Toy(true);
    const { service, mailboxes } = await waiting(
      [toy],
      [1, 2].map((k) => ({ id: 1, order: 0, x: [k, 1] })),
    );
    mailboxes[0]!.withdraw();
    const serving = service.serve();
    await settled(mailboxes);
    expect(service.statistics(1)).toMatchObject({ calls: 1, values: 1 });
    expect(mailboxes.map(({ state }) => state)).toEqual([MailboxState.withdrawn, MailboxState.done]);
    await service.close();
    await serving;
  });

  it('are named while they are computed for', async () => {
    const block = control();
    const owners = new Owners(block);
    const seen: (readonly number[] | undefined)[] = [];
    class Watching extends Toy {
      override evaluate(order: Order, slots: readonly Slot[]): void | Promise<void> {
        seen.push(owners.read());
        return super.evaluate(order, slots);
      }
    }
    const service = new OracleService({ control: block, open: async () => new Watching(true) });
    await service.open(1, spec);
    const mailboxes = [7, 9].map((ticket) => {
      const descriptor = createMailbox(shape, 1, block);
      service.attach(1, ticket, descriptor);
      const mailbox = new Mailbox(descriptor);
      mailbox.ask(0, mailbox.slots);
      return mailbox;
    });
    const serving = service.serve();
    await settled(mailboxes);
    expect(seen).toEqual([[7, 9]]);
    await service.close();
    await serving;
    expect(owners.read()).toEqual([]);
  });

  it('come to the same bits as alone, on the reference engine', async () => {
    const host = new OracleHost();
    try {
      const hosted = await host.open({ ...spec, engine: 'reference' });
      const clients = await Promise.all(Array.from({ length: 9 }, () => hosted.attach()));
      const mailboxes = clients.map(({ descriptor }) => new Mailbox(descriptor));
      const question = (k: number) => ({
        x: Float64Array.from({ length: 4 }, (_, i) => Math.sin(k + i)),
        λ: Float64Array.from({ length: 3 }, (_, i) => Math.cos(k * i)),
      });
      for (const [k, mailbox] of mailboxes.entries()) {
        const [slot] = mailbox.slots;
        slot!.x.set(question(k).x);
        slot!.λ.set(question(k).λ);
        mailbox.ask(2, mailbox.slots);
      }
      const words = new Int32Array(clients[0]!.descriptor.control);
      Atomics.add(words, Control.bell, 1);
      Atomics.notify(words, Control.bell);
      while (mailboxes.some(({ state }) => state === MailboxState.requested))
        await new Promise((resolve) => setTimeout(resolve, 1));
      expect((await hosted.statistics()).calls).toBeLessThan(9);
      for (const [k, mailbox] of mailboxes.entries()) {
        const { x, λ } = question(k);
        const alone = await hosted.evaluate(2, x, λ);
        const { y, J, H } = mailbox.slots[0]!;
        for (const [found, expected] of [
          [y, alone.y],
          [J, alone.J],
          [H, alone.H],
        ] as const)
          expect(Float64Array.from(found)).toEqual(expected);
      }
    } finally {
      await host.close();
    }
  });
});

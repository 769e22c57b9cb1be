import { describe, expect, it } from 'vitest';
import { Turns, turnsWake } from '../../runtime/node/turns.js';

describe.runIf(turnsWake)('turns in shared memory', () => {
  const open = (): Turns => new Turns(new Int32Array(new SharedArrayBuffer(8)));
  const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

  it('are waited for, and not again once they have passed', async () => {
    const turns = open();
    const waiting = turns.past(1, 0);
    turns.pass(1);
    await waiting;
    await turns.past(1, 0);
    expect(turns.at(1)).toBe(1);
  });

  it('do not pass by the waking of a turn before, nor by another counter', async () => {
    const turns = open();
    let passed = false;
    const waiting = turns.past(1, 0).then(() => {
      passed = true;
    });
    Atomics.notify(turns.counters, 1);
    turns.pass(0);
    await turn();
    expect(passed).toBe(false);
    turns.pass(1);
    await waiting;
  });
});

import { afterAll, describe, expect, it } from 'vitest';
import { Killer, kinds } from './kills.js';

describe('something killed at a random moment of a solve', () => {
  const killer = new Killer(3);
  afterAll(() => killer.close());

  it.each(
    kinds.filter((kind) => !kind.includes('mnist')),
  )('%s: no wrong status, nothing left, next solve right', async (kind) => {
    expect((await killer.kill(kind)).wrong).toEqual([]);
  }, 180_000);
});

import { afterAll, describe, expect, it } from 'vitest';
import { Killer, kinds } from './kills.js';

/** A share of the suite; `graybox bench faults` runs the whole. */
const share =
  /^solver thread, (solve, onnx|(prepared|closed loop), wasm)|^host, prepared|qp layer|SIG(TERM|KILL), .nl/;

describe('something killed at a random moment of a solve', () => {
  const killer = new Killer(3);
  afterAll(() => killer.close());

  it.each(
    kinds.filter((kind) => share.test(kind)),
  )('%s: no wrong status, nothing left, next solve right', async (kind) => {
    expect((await killer.kill(kind)).wrong).toEqual([]);
  }, 180_000);
});

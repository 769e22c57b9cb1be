import { describe, expect, it } from 'vitest';
import { batch, repeat, repeated } from './determinism.js';

/** A share of the suite; `graybox bench determinism` runs the whole. */
describe('the same solve again', () => {
  it.each([...repeated.map(({ name }) => name), batch])('gives the same bits: %s', async (name) => {
    const found = await repeat(3, 3, (own) => own === name);
    expect(found.length).toBeGreaterThan(0);
    for (const { results, ...about } of found) expect({ ...about, results }).toMatchObject({ results: 1 });
  }, 120_000);
});

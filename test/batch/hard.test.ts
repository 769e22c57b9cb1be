import { describe, expect, it } from 'vitest';
import { hard } from './hard.js';
import { judgeHard } from './judge-hard.js';

describe(`${hard.length} hard problems`, () => {
  it.each(hard.map((one) => [one.name, one] as const))('%s', (_, one) => {
    const { answer, flags, gradient } = judgeHard(one);
    expect([...answer, ...flags, ...(gradient ?? [])]).toEqual([]);
  });
});

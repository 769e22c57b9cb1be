import { expect, it } from 'vitest';
import { BatchCrew } from '../../runtime/node/batch-crew.js';
import { provideCrew } from '../../solvers/batch/crew.js';
import { differentiate, inputNames, solveBatch } from '../../solvers/batch/index.js';
import { sharedFloat64 } from '../../src/core/memory.js';
import { hard } from './hard.js';
import { batchOf, normal, numbers, regular, uniform } from './problems.js';

// However busy the machine is: none of these threads dies.
let crew = new BatchCrew({ least: 60_000, times: 1 });
provideCrew((threads) => {
  crew.hire(threads);
  return crew;
});

const parts = ['z', 'nu', 'lam', 's', 'objective', 'margin', 'iterations', 'active'] as const;

const problems = Array.from({ length: 21 }, (_, k) => regular(9, 2, 8, k).problem);
// Some that only the method for single elements solves.
problems[3]!.G.copyWithin(9, 0, 9);
problems[3]!.h[1] = problems[3]!.h[0]!;
const [infeasible] = hard.filter(({ status, problem }) => status === 'infeasible' && problem.q.length === 2);
const data = batchOf(problems);
const cotangents = { z: numbers(21 * 9, normal(uniform(1))), s: numbers(21 * 8, normal(uniform(2))) };

it('gives the same bits in one thread, two or three', () => {
  const one = solveBatch(data);
  const gradients = differentiate(data, one).backward(cotangents);
  for (const threads of [2, 3]) {
    const several = solveBatch(data, { threads });
    for (const part of parts) expect(several[part]).toEqual(one[part]);
    expect(several.statuses).toEqual(one.statuses);
    expect(several.flags).toEqual(one.flags);
    const map = differentiate(data, several);
    const found = map.backward(cotangents);
    for (const name of inputNames) expect(found[name]).toEqual(gradients[name]);
    map.dispose();
    // What the threads kept is gone: made again here.
    const again = differentiate(data, several).backward(cotangents);
    for (const name of inputNames) expect(again[name]).toEqual(gradients[name]);
  }
});

it('keeps the inputs of solutions apart that are differentiated later, whose rooms others get when they are gone', () => {
  const other = batchOf(Array.from({ length: 21 }, (_, k) => regular(9, 2, 8, 100 + k).problem));
  const wanted = [data, other].map((batch) => differentiate(batch, solveBatch(batch)).backward(cotangents));
  for (let round = 0; round < 2; round++) {
    const maps = [data, other].map((batch) => differentiate(batch, solveBatch(batch, { threads: 2 })));
    maps.forEach((map, k) => {
      const found = map.backward(cotangents);
      for (const name of inputNames) expect(found[name]).toEqual(wanted[k]![name]);
      map.dispose();
    });
  }
});

it('takes inputs that other threads see where they are', () => {
  const seen = Object.fromEntries(
    inputNames.map((name) => {
      const values = sharedFloat64(data[name].values.length);
      values.set(data[name].values);
      return [name, { values, shared: false }];
    }),
  );
  expect(solveBatch({ ...data, ...seen }, { threads: 2 }).z).toEqual(solveBatch(data).z);
});

it('brings certificates and faults over from other threads', () => {
  const four = batchOf([infeasible!, infeasible!, infeasible!, infeasible!].map(({ problem }) => problem));
  expect(solveBatch(four, { threads: 2 }).certificates).toEqual(solveBatch(four).certificates);
  const bad = { ...data, q: { ...data.q, values: data.q.values.slice() } };
  bad.q.values[18 * 9 + 4] = NaN;
  expect(() => solveBatch(bad, { threads: 2 })).toThrow('element 18: q[4] is NaN');
  const marked = solveBatch(bad, { threads: 2, onInvalid: 'mark' });
  expect(marked.statuses[18]).toBe('invalid');
});

it('ends elements of a thread that dies as failed, and the next call works', async () => {
  const one = solveBatch(data);
  const kept = solveBatch(data, { threads: 2 });
  await crew.dismiss();
  // Its part is made again here.
  const gradients = differentiate(data, kept).backward(cotangents);
  const wanted = differentiate(data, one).backward(cotangents);
  for (const name of inputNames) expect(gradients[name]).toEqual(wanted[name]);

  const patient = crew;
  crew = new BatchCrew({ least: 1000, times: 1 });
  solveBatch(data, { threads: 2 });
  // Ended from outside, in the middle of the call as far as this thread can see.
  const gone = crew.dismiss();
  const cut = solveBatch(data, { threads: 2 });
  expect(cut.statuses.filter((status) => status === 'failed')).toHaveLength(11);
  expect(cut.statuses.slice(0, 10)).toEqual(one.statuses.slice(0, 10));
  expect(cut.z.slice(0, 90)).toEqual(one.z.slice(0, 90));
  expect(cut.z.slice(90).every(Number.isNaN)).toBe(true);
  await gone;
  const some = differentiate(data, cut).backward(cotangents);
  expect(some.q.slice(0, 90)).toEqual(wanted.q.slice(0, 90));
  expect(some.q.slice(90).every((value) => value === 0)).toBe(true);
  crew = patient;
  const next = solveBatch(data, { threads: 2 });
  expect(next.statuses).toEqual(one.statuses);
  expect(next.z).toEqual(one.z);
});

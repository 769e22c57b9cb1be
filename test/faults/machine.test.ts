import { describe, expect, it } from 'vitest';
import { lacks, machineFaults, wrongs } from './machine.js';

/** A share of the suite; `graybox bench faults` runs the whole. */
const share =
  /no HOME|one CPU|another user|EROFS|ENOSPC|full as standard output|EMFILE|closed|may not be read|open files|^1 GB/;

describe.concurrent('a machine that lacks something', () => {
  for (const fault of machineFaults.filter(({ name }) => share.test(name))) {
    const reason = lacks(fault);
    if (reason) it.skip(`${fault.name}: ${reason}`, () => {});
    else
      it(fault.name, async () => {
        expect(await wrongs(fault)).toEqual([]);
      }, 120_000);
  }
});

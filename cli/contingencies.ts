import { Command } from 'commander';
import { contingencyText, InputError, singleOutages } from '../index.js';
import { writeWhole } from '../runtime/node/draft.js';
import { loadCase } from '../scenarios/scopf/load-case.js';
import { print, remark } from './output.js';

/** `graybox contingencies`: all single losses of a grid as a `.con` file. */
export function contingenciesCommand(): Command {
  return new Command('contingencies')
    .description('write the losses of single units or branches as a PSS/E .con file')
    .option('--case <path>', "a folder of PSS/E files, a MATPOWER case, or 'nine-buses'")
    .option('--units', 'of units', false)
    .option('--branches', 'of branches; those that would cut buses off are left out by name', false)
    .option('--out <file>', 'where to write it (default: standard output)')
    .action((flags: { case?: string; units: boolean; branches: boolean; out?: string }) => {
      if (!flags.units && !flags.branches)
        throw new InputError('contingencies: say --units, --branches, or both');
      const { grid } = loadCase(flags);
      const { contingencies, islanding } = singleOutages(grid, {
        units: flags.units,
        branches: flags.branches,
      });
      for (const name of islanding) remark(`graybox: left out, it would cut buses off: ${name}`);
      if (contingencies.length === 0)
        throw new InputError(`grid ${grid.name} has no such loss that it could survive`);
      const text = contingencyText(contingencies);
      if (flags.out === undefined) print(text.trimEnd());
      else {
        writeWhole(flags.out, text);
        print(`${contingencies.length} contingencies are in ${flags.out}`);
      }
    });
}

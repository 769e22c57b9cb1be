import { Command } from 'commander';
import { InputError } from '../index.js';
import { dataSets, download } from '../scenarios/downloads.js';
import { print, printJson } from './output.js';
import { wrappedTable } from './table.js';

/** `graybox data [NAME]`: brings a public data set into the user's cache and checks its digests. */
export function dataCommand(): Command {
  return new Command('data')
    .description('download a public data set and check its digests; without a name, list them')
    .argument('[name]', 'data set')
    .option('--into <folder>', "where to put it (default: the user's cache, where graybox looks)")
    .option('--json', 'print the list as one JSON object', false)
    .action(async (name: string | undefined, flags: { into?: string; json: boolean }) => {
      if (name !== undefined && flags.json)
        throw new InputError('--json lists data sets: leave out the name');
      if (name === undefined && flags.json) {
        printJson(
          Object.fromEntries(
            Object.entries(dataSets).map(([key, { about, licence }]) => [key, { about, licence }]),
          ),
        );
        return;
      }
      if (name === undefined) {
        print(
          wrappedTable(
            ['name', 'what', 'licence'],
            Object.entries(dataSets).map(([key, set]) => [key, set.about, set.licence]),
          ),
        );
        return;
      }
      if (flags.into === '') throw new InputError('--into: name a folder');
      const folder = await download(name, { ...(flags.into && { folder: flags.into }), report: print });
      print(`${name} is in ${folder}`);
    });
}

import { Command } from 'commander';
import { optionRows } from '../index.js';
import { print } from './output.js';
import { table } from './table.js';

/** `graybox options`: every option of the interior-point method with its default, range, meaning and source. */
export function optionsCommand(): Command {
  return new Command('options').description("list the solver's options for --option key=value").action(() => {
    print(
      table(
        ['option', 'default', 'range', 'meaning', 'source'],
        optionRows().map(({ name, default: value, range, meaning, source }) => [
          name,
          value,
          range,
          meaning,
          source,
        ]),
      ),
    );
  });
}

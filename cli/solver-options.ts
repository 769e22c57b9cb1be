import { Command } from 'commander';
import { optionRows } from '../index.js';
import { print, printJson } from './output.js';
import { wrappedTable } from './table.js';

/** `graybox options`: every option of the interior-point method with its default, range, meaning and source. */
export function optionsCommand(): Command {
  return new Command('options')
    .description("list the solver's options for --option key=value")
    .option('--json', 'print one JSON array', false)
    .action(({ json }: { json: boolean }) => {
      const rows = optionRows();
      if (json) printJson(rows);
      else
        print(
          wrappedTable(
            ['option', 'default', 'range', 'meaning', 'source'],
            rows.map(({ name, default: value, range, meaning, source }) => [
              name,
              short(value),
              range,
              meaning,
              source,
            ]),
          ),
        );
    });
}

/** Numbers of many zeros as people write them. */
const short = (value: string): string => {
  const exponential = Number(value).toExponential().replace('e+', 'e');
  return exponential.length < value.length ? exponential : value;
};

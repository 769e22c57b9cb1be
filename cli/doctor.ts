import { Command, InvalidArgumentError } from 'commander';
import { type Diagnosis, diagnose, oneLine } from '../index.js';
import { print, printJson } from './output.js';
import { table } from './table.js';

/** `graybox doctor`: what this machine has, what is missing for what, and how fast each engine is here. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('show what this machine has, what is missing for what, and how fast each engine is')
    .option('--seconds <n>', 'for which each engine computes; 0 measures nothing', seconds, 5)
    .option('--json', 'print one JSON object', false)
    .action(async (flags: { seconds: number; json: boolean }) => {
      const told = process.stderr.isTTY;
      const diagnosis = await diagnose({
        seconds: flags.seconds,
        ...(told && { onStep: (step) => process.stderr.write(`\r\x1b[K${step} …`) }),
      });
      if (told) process.stderr.write('\r\x1b[K');
      if (flags.json) printJson(diagnosis);
      else tell(diagnosis);
    });
}

const seconds = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 600))
    throw new InvalidArgumentError('give seconds from 0 to 600.');
  return value;
};

function tell({ machine, parts, engines }: Diagnosis): void {
  const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  print(
    `${machine.processor}, ${machine.cores} cores, ${gibibytes(machine.memory)} of memory (${gibibytes(machine.freeMemory)} free), Node ${machine.node}, ${machine.platform}\n`,
  );
  print(
    table(
      ['part', 'here', 'for'],
      parts.map(({ name, found, purpose }) => [name, found ?? '–', purpose]),
    ),
  );
  print('');
  print(
    table(
      ['engine', 'device', 'precision', 'y + J + H', 'parameters', 'GFLOP/s'],
      engines.map(({ engine, device, measured, missing }) =>
        measured
          ? [
              engine,
              device,
              measured.precision,
              `${measured.milliseconds.toPrecision(3)} ms`,
              measured.parameters,
              measured.gigaflops.toPrecision(3),
            ]
          : [engine, device, missing === undefined ? '' : '–', '', '', ''],
      ),
    ),
  );
  const missing = [
    ...parts.flatMap(({ name, remedy }) => (remedy === undefined ? [] : [`${name}: ${remedy}`])),
    ...engines.flatMap((own) => own.missing ?? []),
  ];
  if (missing.length > 0) print(`\nMissing:\n${missing.map((line) => `  ${oneLine(line)}`).join('\n')}`);
}

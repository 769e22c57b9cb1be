import { join } from 'node:path';
import { Command } from 'commander';
import { InputError } from '../index.js';
import { denoising } from '../scenarios/denoising/scenario.js';
import { mnistQp } from '../scenarios/mnist-qp/scenario.js';
import { sudoku } from '../scenarios/sudoku/scenario.js';
import type { Outcome, TrainingChoice, TrainingScenario } from '../scenarios/training/scenario.js';
import { type Epoch, train } from '../scenarios/training/train.js';
import { exitCode } from './exit-code.js';
import { heedSignals, interruptible, unheedSignals } from './interruption.js';
import { whole } from './options.js';
import { print, printJson, remark, toJson } from './output.js';
import { Outputs } from './outputs.js';

interface LayerFlags {
  readonly data?: string;
  readonly epochs?: number;
  readonly batch?: number;
  readonly seed: number;
  readonly threads: number;
  readonly only?: string;
  readonly out?: string;
  readonly json: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: each scenario has trainees of its own.
type AnyScenario = TrainingScenario<any>;

/** The scenarios that train quadratic programs. */
const scenarios: readonly {
  readonly name: string;
  readonly what: string;
  readonly open: (choice: TrainingChoice) => AnyScenario;
}[] = [
  {
    name: 'sudoku',
    what: 'learn the rules of 4 × 4 Sudoku as the rows of a quadratic program',
    open: sudoku,
  },
  { name: 'denoising', what: 'learn to denoise piecewise constant signals', open: denoising },
  { name: 'mnist-qp', what: 'classify digits with a quadratic program as the last layer', open: mnistQp },
];

/** `graybox train sudoku | denoising | mnist-qp`. */
export const trainLayerCommands = (): Command[] =>
  scenarios.map(({ name, what, open }) =>
    new Command(name)
      .description(what)
      .option('--data <folder>', "its data, or 'own' for data made here (default: those of 'graybox data')")
      .option('--epochs <n>', 'passes over the training set', whole(0, 1_000_000))
      .option('--batch <n>', 'samples of a step', whole(1, 100_000))
      .option('--seed <n>', 'of first values, order and own data', whole(1, 2 ** 31), 1)
      .option('--threads <n>', 'threads that solve the quadratic programs', whole(1, 1024), 1)
      .option('--only <names>', 'what to train, with commas (default: all)')
      .option('--out <folder>', 'where checkpoints, picture and result are written (default: the name)')
      .option('--json', 'one JSON object on standard output', false)
      .action((flags: LayerFlags) => run(open, name, flags)),
  );

async function run(
  open: (choice: TrainingChoice) => AnyScenario,
  name: string,
  flags: LayerFlags,
): Promise<void> {
  const { data, seed, threads, json, out = name } = flags;
  const outputs = Outputs.open(out, ['picture.svg', 'result.json', 'log.txt']);
  const signal = interruptible({ elsewhere: outputs !== undefined });
  const log: string[] = [];
  const tell = (line: string): void => {
    log.push(line);
    remark(line);
  };
  try {
    const scenario = open({ seed, data, threads });
    const chosen = chosenOf(scenario, flags.only);
    const { epochs = scenario.epochs, batch = scenario.batch } = flags;
    tell(`graybox: ${scenario.data}`);
    const outcomes: Outcome[] = [];
    for (const entrant of chosen) {
      tell(`graybox: ${entrant.name}: ${entrant.what}`);
      const trained = entrant.open();
      const curve = await train(trained, {
        epochs,
        batch,
        count: scenario.count,
        seed,
        checkpoint: join(out, `${entrant.name}.checkpoint`),
        settings: { data: scenario.data },
        signal,
        tell: (epoch) => tell(`${entrant.name} ${progress(epoch, scenario)}`),
      });
      outcomes.push({ entrant, trained, curve });
      if (signal.aborted) break;
    }
    // A report takes its time without a pause; who asks once more to end is heard all the same.
    unheedSignals();
    const { picture, facts } = scenario.report(outcomes);
    heedSignals();
    const result = {
      scenario: name,
      status: signal.aborted ? 'interrupted' : 'trained',
      data: scenario.data,
      seed,
      batch,
      trained: outcomes.map(({ entrant, curve }) => ({ name: entrant.name, what: entrant.what, curve })),
      ...facts,
    };
    const written = outputs.write(
      [
        ['picture.svg', picture],
        ['result.json', `${toJson(result, 2)}\n`],
      ],
      log,
      remark,
    );
    if (json) printJson(result);
    else
      for (const { entrant, curve } of outcomes)
        print(`${entrant.name}: ${scenario.tell(curve.at(-1)!.test)} after ${curve.length - 1} epochs`);
    if (signal.aborted) {
      remark('graybox: interrupted; the same command goes on after the last whole epoch');
      process.exitCode = exitCode.failed;
    }
    if (!written) process.exitCode = exitCode.unwritten;
  } finally {
    outputs.close();
  }
}

function chosenOf(scenario: AnyScenario, only: string | undefined) {
  if (only === undefined) return scenario.entrants;
  const names = only.split(',');
  const known = scenario.entrants.map(({ name }) => name);
  const stranger = names.find((name) => !known.includes(name));
  if (stranger !== undefined)
    throw new InputError(`--only ${stranger}: ${scenario.name} trains ${known.join(', ')}`);
  return scenario.entrants.filter(({ name }) => names.includes(name));
}

function progress({ epoch, loss, test, cpu, testCpu }: Epoch, scenario: AnyScenario): string {
  const trained = loss === undefined ? '' : `, loss ${loss.toPrecision(4)}, ${cpu.toFixed(1)} CPU s`;
  return `epoch ${epoch}${trained}: ${scenario.tell(test)} (${testCpu.toFixed(1)} s)`;
}

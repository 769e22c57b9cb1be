import { Command, Option } from 'commander';
import { type Box, bounds, InputError, readJson } from '../index.js';
import { unheedSignals } from './interruption.js';
import { type NetworkFlags, networkOptions, openNetwork } from './network.js';
import { print, printJson } from './output.js';
import { table } from './table.js';

interface BoundsFlags extends NetworkFlags {
  readonly box: string;
  readonly method: 'crown' | 'interval';
  readonly json: boolean;
}

/** `graybox bounds NETWORK --box FILE`: what outputs and pre-activations can be over a box. */
export function boundsCommand(): Command {
  const command = new Command('bounds')
    .description('bound outputs and pre-activations over a box of inputs, also cut by an ℓ1 ball')
    .argument('<network>', '.onnx, .keras or .h5 file, or folder or model.json of a tfjs model')
    .requiredOption(
      '--box <file>',
      'JSON { lower, upper, center?, norm1? }: numbers, or lists with one for each input',
    )
    .addOption(new Option('--method <name>', 'how tight').choices(['crown', 'interval']).default('crown'))
    .option('--json', 'print one JSON object', false);
  for (const option of networkOptions()) command.addOption(option);
  return command.action(async (path: string, flags: BoundsFlags) => {
    const network = await openNetwork(path, flags);
    unheedSignals();
    const box = readJson(flags.box, { limits: flags.limit });
    if (typeof box !== 'object' || box === null || Array.isArray(box))
      throw new InputError(`${flags.box}: holds no object { lower, upper, center?, norm1? }`);
    const started = performance.now();
    const found = bounds(network, box as Box, { method: flags.method });
    const seconds = (performance.now() - started) / 1000;
    const outputs = pairs(found);
    if (flags.json) {
      const layers = found.layers.map(({ layer, op, shape, ...own }) => ({
        layer,
        op,
        shape,
        bounds: pairs(own),
      }));
      printJson({ outputs, layers, seconds });
      return;
    }
    print(`${network.name}: ${network.inputSize} → ${network.outputSize}, ${seconds.toFixed(3)} s\n`);
    print(
      table(
        ['enters', 'operation', 'numbers', 'least', 'greatest', 'mean width', 'of one sign'],
        found.layers.map(({ layer, op, lower, upper }) => [
          layer,
          op,
          lower.length,
          short(lower.reduce((a, b) => Math.min(a, b))),
          short(upper.reduce((a, b) => Math.max(a, b))),
          short(lower.reduce((sum, low, i) => sum + (upper[i]! - low) / lower.length, 0)),
          lower.filter((low, i) => low >= 0 || upper[i]! <= 0).length,
        ]),
      ),
    );
    print(
      `\n${table(
        ['output', 'lower', 'upper'],
        outputs.map(([low, high], k) => [k, short(low), short(high)]),
      )}`,
    );
  });
}

const pairs = ({ lower, upper }: { lower: Float64Array; upper: Float64Array }): [number, number][] =>
  Array.from(lower, (low, k) => [low, upper[k]!]);

const short = (value: number): string => value.toPrecision(6);

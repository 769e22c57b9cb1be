import { Command } from 'commander';
import { checkNetwork } from '../index.js';
import { type NetworkFlags, networkOptions, openNetwork } from './network.js';
import { type EngineFlags, engineOptions, whole } from './options.js';
import { print, printJson } from './output.js';
import { table } from './table.js';

/** `graybox check NETWORK`: its derivatives against differences; exit code 1 when one of them is wrong. */
export function checkCommand(): Command {
  const command = new Command('check')
    .description('compare Jacobian and Hessian with central differences, Taylor slopes and symmetry')
    .argument('<network>', '.onnx, .keras or .h5 file, or folder or model.json of a tfjs model')
    .option('--points <n>', 'random points', whole(1, 1000), 3)
    .option('--seed <n>', 'seed of the random points', whole(0, 2 ** 32 - 1), 1)
    .option('--json', 'print one JSON object', false);
  for (const option of [...networkOptions(), ...engineOptions()]) command.addOption(option);
  return command.action(
    async (
      path: string,
      flags: EngineFlags & NetworkFlags & { points: number; seed: number; json: boolean },
    ) => {
      const { json, limit: limits, shapes: _, inputs: __, outputs: ___, ...options } = flags;
      const report = await checkNetwork(await openNetwork(path, flags), { ...options, limits });
      if (!report.passed) process.exitCode = 1;
      if (json) {
        printJson(report);
        return;
      }
      print(
        `${report.network} on ${report.engine} (${report.device}, ${report.precision}), ${report.points} points\n`,
      );
      print(
        table(
          ['property', 'worst', 'limit', 'verdict'],
          report.findings.map(({ name, worst, limit, passed }) => [
            name,
            worst.toPrecision(3),
            limit.toPrecision(3),
            passed ? 'right' : 'WRONG',
          ]),
        ),
      );
    },
  );
}

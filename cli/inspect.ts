import { Command } from 'commander';
import {
  type BudgetLimits,
  derive,
  describe,
  type FormulationSizes,
  flops,
  formulationSizes,
  InputError,
  type Network,
  oneLine,
} from '../index.js';
import { type NetworkFlags, networkOptions, openNetwork } from './network.js';
import { print, printJson } from './output.js';
import { table } from './table.js';

/** `graybox inspect NETWORK`: its layers, and what value, Jacobian and Hessian cost. */
export function inspectCommand(): Command {
  const command = new Command('inspect')
    .description('show layers, shapes, parameters and the cost of the derivative programs')
    .argument('<network>', '.onnx, .keras or .h5 file, or folder or model.json of a tfjs model')
    .option('--json', 'print one JSON object', false);
  for (const option of networkOptions()) command.addOption(option);
  return command.action(async (path: string, flags: NetworkFlags & { json: boolean }) => {
    const network = await openNetwork(path, flags);
    const rows = describe(network);
    const programs = costs(network, flags.limit);
    const formulations = formulationSizes(network);
    if (flags.json) {
      printJson({
        name: network.name,
        inputs: network.inputSize,
        outputs: network.outputSize,
        parameters: network.parameters,
        layers: rows,
        formulations,
        ...(network.notes && { notes: network.notes }),
        ...('reason' in programs ? { refused: programs.reason } : { flops: programs }),
      });
      return;
    }
    print(
      `${network.name}: ${network.inputSize} → ${network.outputSize}, ${network.parameters.toLocaleString('en-US')} parameters\n`,
    );
    print(
      table(
        ['layer', 'operation', 'shape', 'parameters'],
        rows.map((row) => [row.layer, row.op, row.shape.join(' × '), row.parameters]),
      ),
    );
    for (const note of network.notes ?? []) print(`\nnote: ${oneLine(note)}`);
    if ('reason' in programs) print(`\nnot usable in the reduced space: ${programs.reason}`);
    else
      print(
        `\n${table(
          ['program', 'flops a call'],
          [
            ['value', programs.value],
            ['value + Jacobian', programs.jacobian],
            ['value + Jacobian + Hessian', programs.hessian],
          ],
        )}`,
      );
    print(
      `\n${table(
        ['formulation', 'variables', 'rows', 'Jacobian', 'Hessian nonzeros'],
        Object.entries(formulations).map(([name, own]) => [name, ...sizeCells(own)]),
      )}`,
    );
    for (const [name, own] of Object.entries(formulations))
      if ('refused' in own) print(`${name}: ${own.refused}`);
  });
}

const sizeCells = (own: FormulationSizes): (number | string)[] =>
  'refused' in own
    ? ['–', '–', '–', '–']
    : [own.variables, own.constraints, own.jacobianNonzeros, own.hessianNonzeros];

/** Flops of the three programs, kinks as they are solved; or why there are none (beyond a limit, say). */
function costs(
  network: Network,
  limits: BudgetLimits | undefined,
): { value: number; jacobian: number; hessian: number } | { reason: string } {
  try {
    const programs = derive(network, { limits, kinks: 'allow' });
    return {
      value: flops(programs.value),
      jacobian: flops(programs.jacobian),
      hessian: flops(programs.hessian),
    };
  } catch (error) {
    if (error instanceof InputError) return { reason: error.message };
    throw error;
  }
}

import { Command, Option } from 'commander';
import { type QpElement, type QpOptions, solveQpFile } from '../index.js';
import { exitCode } from './exit-code.js';
import { unheedSignals } from './interruption.js';
import { type LimitFlags, limitOption } from './options.js';
import { print, printJson } from './output.js';
import { table } from './table.js';

interface Flags extends LimitFlags {
  readonly weaklyActive: NonNullable<QpOptions['weaklyActive']>;
  readonly json: boolean;
}

const short = (value: number): string => value.toExponential(1);

const row = (element: QpElement, k: number): string[] => [
  String(k),
  element.status,
  element.objective.toPrecision(9),
  String(element.iterations),
  [element.errors.primal, element.errors.dual, element.errors.complementarity].map(short).join(' '),
  short(element.margin),
  element.flags.join(', '),
];

const numbers = (values: Float64Array): string =>
  `${[...values.subarray(0, 8)].map((value) => value.toPrecision(7)).join('  ')}${values.length > 8 ? '  …' : ''}`;

/** `graybox qp FILE.json`: quadratic programs and gradients of their solutions; exit code 1 when one has no solution. */
export function qpCommand(): Command {
  return new Command('qp')
    .description(
      'solve quadratic programs, min ½zᵀQz + qᵀz subject to Az = b, Gz ≤ h, and differentiate their solutions',
    )
    .argument('<file>', 'JSON: { Q, q, A, b, G, h, cotangent?: { z, nu, lam, s } }, or { problems: […] }')
    .addOption(
      new Option('--weakly-active <how>', 'what rows with λ = s = 0 count as in gradients')
        .choices(['exclude', 'include', 'refuse'])
        .default('exclude'),
    )
    .addOption(limitOption())
    .option('--json', 'print one JSON object', false)
    .action((file: string, { weaklyActive, limit, json }: Flags) => {
      unheedSignals();
      const { elements, seconds } = solveQpFile(file, { weaklyActive, ...(limit && { limits: limit }) });
      if (elements.some(({ status }) => status !== 'optimal' && status !== 'acceptable'))
        process.exitCode = exitCode.failed;
      if (json) {
        printJson({ elements, seconds });
        return;
      }
      print(
        table(
          ['', 'status', 'objective', 'iterations', 'errors: primal dual complementarity', 'margin', 'flags'],
          elements.map(row),
        ),
      );
      if (elements.length === 1) print(`\nz = ${numbers(elements[0]!.z)}`);
      if (elements.some(({ gradient }) => gradient)) print('\nGradients and multipliers: --json.');
    });
}

import { InputError, isSolved, type Result, type Solution, type SolveOptions, solve } from '../index.js';
import { type NlFile, readNl } from '../src/read/nl.js';
import { type Request, readArguments } from './ampl/arguments.js';
import { solveCode, solveMessage } from './ampl/codes.js';
import { keywords, readAssignments } from './ampl/keywords.js';
import { amplDuals, solText, writeAtomically } from './ampl/sol.js';
import { solverName, versionLine } from './ampl/version.js';
import { print, remark } from './output.js';
import { progressPrinter } from './progress.js';
import { table } from './table.js';

/** How a problem is solved: in a worker thread (`solve`), or in this one (`solveHere`). */
export type Solve = (model: NlFile['model'], options: SolveOptions) => Promise<Solution>;

export interface NlSolveOptions extends SolveOptions {
  /** Which objective of the file, from 1; 0 for none. */
  readonly objno?: number;
  /** Treat integer variables as continuous. */
  readonly relax?: boolean;
  /** Start from the multipliers in the file. */
  readonly warm_start_init_point?: boolean;
}

/** Reads a .nl file and solves it. `solution.objective` is in the file's own sense. */
export async function solveNl(
  path: string,
  options: NlSolveOptions = {},
  how: Solve = solve,
): Promise<{ readonly file: NlFile; readonly solution: Solution }> {
  const { objno, relax, warm_start_init_point, ...rest } = options;
  const file = readNl(path, { ...(objno !== undefined && { objective: objno }), relax: relax ?? false });
  const { multipliers } = file;
  const warm = warm_start_init_point && multipliers ? { warmStart: { multipliers } } : {};
  return { file, solution: await how(file.model, { ...rest, ...warm }) };
}

/**
 * The AMPL solver protocol: `graybox stub -AMPL key=value …`, with more assignments in the environment variable
 * `graybox_options`, writes STUB.sol. Returns the exit code: with -AMPL 0 whenever a .sol file is written (its code tells
 * the outcome), without it 0 solved, 1 not solved; 1 for a bad keyword, 2 for a file that cannot be read.
 */
export async function runAmpl(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  how: Solve = (model, options) => solve(model, { ...options, interrupt: true }),
): Promise<number> {
  let request: Request;
  let options: ReturnType<typeof readAssignments>;
  try {
    request = readArguments(args, env);
    if (request.do !== 'solve') return tell(request.do);
    options = readAssignments(request.assignments);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    remark(`${solverName}: ${error.message}`);
    return 1;
  }
  if (request.echo && options.protocol.outlev > 0 && request.assignments.length > 0) {
    print(`${solverName}:`);
    for (const { name, text } of request.assignments) print(`${name}=${text}`);
  }
  try {
    return await answer(request, options, how);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    remark(`${solverName}: ${error.message}`);
    return 2;
  }
}

async function answer(
  request: Extract<Request, { do: 'solve' }>,
  { protocol, solver }: ReturnType<typeof readAssignments>,
  how: Solve,
): Promise<number> {
  const { outlev, wantsol, ...reading } = protocol;
  const { file, solution } = await solveNl(
    request.stub,
    { ...solver, ...reading, ...(outlev > 1 && { onIteration: progressPrinter(print, false) }) },
    how,
  );
  if (outlev > 0) for (const warning of file.warnings) remark(`${solverName}: ${file.file}: ${warning}`);
  const message = solveMessage(solverName, solution);
  if (request.ampl || request.writeSol || request.solFile !== undefined || wantsol & 1)
    writeAtomically(request.solFile ?? `${request.stub}.sol`, solFile(file, solution, message));
  if (request.ampl ? outlev > 0 : !(wantsol & 8)) print(message.trimStart());
  if (!request.ampl) show(file, solution, wantsol);
  return request.ampl || isSolved(solution.status) ? 0 : 1;
}

/** The .sol file of a result; `message` heads it. */
export function solFile(file: NlFile, result: Result, message = solveMessage(solverName, result)): string {
  const { rows, zL, zU } = amplDuals(result.multipliers, file.sense);
  return solText({
    message,
    header: file.header,
    duals: rows,
    x: result.x,
    objective: Math.max(0, file.objective - 1),
    code: solveCode[result.status],
    suffixes: [
      { name: 'ipopt_zL_out', values: zL },
      { name: 'ipopt_zU_out', values: zU },
    ],
  });
}

/** AMPL's `wantsol`: 2 prints the variables, 4 the duals. */
function show(file: NlFile, { x, multipliers }: Result, wantsol: number): void {
  const list = (what: string, names: readonly string[], values: Float64Array): void =>
    print(
      table(
        [what, 'value'],
        names.map((name, i) => [name, String(values[i])]),
      ),
    );
  if (wantsol & 2) list('variable', file.names.variables, x);
  if (wantsol & 4) list('constraint', file.names.constraints, amplDuals(multipliers, file.sense).rows);
}

/** Answers a question about the solver itself. */
function tell(what: 'version' | 'keywords' | 'usage'): number {
  if (what === 'version') print(versionLine);
  else if (what === 'keywords')
    for (const [name, { default: value, range, meaning }] of Object.entries(keywords))
      print(
        `${name.padEnd(38)} ${meaning} (${range}; default ${value === true ? 'yes' : value === false ? 'no' : value})`,
      );
  else
    print(
      [
        'usage: graybox [options] stub [-AMPL] [key=value …]',
        'options:',
        '\t--  end of options',
        '\t-=  show the possible keys',
        '\t-?  show this',
        '\t-e  do not echo assignments',
        '\t-o FILE  write the .sol file to FILE',
        '\t-s  write the .sol file (without -AMPL)',
        '\t-v  show the version',
      ].join('\n'),
    );
  return 0;
}

import {
  InputError,
  ipoptProgressPrinter,
  isOutOfMemory,
  isSolved,
  type NlAnswer,
  type NlSolveOptions,
  readNlHeader,
  solveNl,
} from '../index.js';
import { Draft } from '../runtime/node/draft.js';
import { type Request, readArguments } from './ampl/arguments.js';
import { refusedCode, solveCode, solveMessage } from './ampl/codes.js';
import { keywords, readAssignments, type Settings } from './ampl/keywords.js';
import { amplDuals, solText } from './ampl/sol.js';
import { exitCode } from './exit-code.js';
import { interruptible } from './interruption.js';
import { type Solve, solveNlModel } from './nl/solve.js';
import { print, remark } from './output.js';
import { table } from './table.js';
import { solverName, versionLine } from './version.js';

/**
 * The AMPL solver protocol: `graybox stub -AMPL key=value …`, with more assignments in the environment variable
 * `graybox_options`, writes STUB.sol. Returns the exit code: with -AMPL 0 whenever the solve ended with a status (the
 * .sol file tells it), without it 0 solved, 1 not solved; 1 for a bad keyword, 2 for a file that cannot be read, 3 where
 * the .sol file could not be written. With -AMPL a .sol file is written as soon as the header of the stub can be read,
 * whatever happens then.
 */
export async function runAmpl(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  how?: Solve,
): Promise<number> {
  let request: Request;
  let settings: Settings;
  try {
    request = readArguments(args, env);
    if (request.do !== 'solve') return tell(request.do);
    settings = readAssignments(request.assignments);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    remark(`${solverName}: ${error.message}`);
    return exitCode.failed;
  }
  const { outlev } = settings.protocol;
  if (request.echo && outlev > 0 && request.assignments.length > 0) {
    print(`${solverName}:`);
    for (const { name, text } of request.assignments) print(`${name}=${text}`);
  }
  if (settings.remark !== undefined && outlev > 0) remark(`${solverName}: ${settings.remark}`);
  try {
    return await answer(request, settings, how);
  } catch (error) {
    if (!(error instanceof InputError || isOutOfMemory(error))) throw error;
    remark(`${solverName}: ${error.message}`);
    return error instanceof InputError ? exitCode.mistake : exitCode.failed;
  }
}

type SolveRequest = Extract<Request, { do: 'solve' }>;

/** Opens the .sol file, where one is wanted, before anything else is done. */
async function answer(request: SolveRequest, settings: Settings, how: Solve | undefined): Promise<number> {
  const { header } = readNlHeader(request.stub);
  const { ampl, writeSol, solFile, stub } = request;
  const wanted = ampl || writeSol || solFile !== undefined || settings.protocol.wantsol & 1;
  const sol = wanted ? Draft.open(solFile ?? `${stub}.sol`) : undefined;
  try {
    return await solveAndTell(request, settings, sol, how);
  } catch (error) {
    if (ampl && sol) write(sol, refusal(header, error));
    throw error;
  } finally {
    sol?.close();
  }
}

async function solveAndTell(
  request: SolveRequest,
  { protocol, solver, limits }: Settings,
  sol: Draft | undefined,
  how: Solve | undefined,
): Promise<number> {
  const { outlev, wantsol, ...reading } = protocol;
  const options: NlSolveOptions = {
    ...solver,
    ...reading,
    limits,
    ...(outlev > 1 && { onIteration: ipoptProgressPrinter(print) }),
  };
  // In a thread of its own, with time counted from the start of the process.
  const { file, solution }: NlAnswer = how
    ? await solveNlModel(request.stub, options, how)
    : await solveNl(request.stub, {
        ...options,
        signal: interruptible({ elsewhere: sol !== undefined }),
        started: 0,
      });
  if (outlev > 0) for (const warning of file.warnings) remark(`${solverName}: ${file.file}: ${warning}`);
  const clock = request.assignments.some(({ name }) => name === 'max_cpu_time') ? 'CPU' : 'Wallclock';
  const message = solveMessage(solverName, solution, clock);
  if (request.ampl ? outlev > 0 : !(wantsol & 8)) print(`${message}\n${statistics(solution)}`);
  if (!request.ampl) show(file, solution, wantsol);
  if (sol && !write(sol, solFile(file, solution, message))) return exitCode.unwritten;
  return request.ampl || isSolved(solution.status) ? exitCode.done : exitCode.failed;
}

/** Writes the .sol file; what cannot be written goes to standard output, so that nothing is lost. */
function write(sol: Draft, text: string): boolean {
  try {
    sol.write(text);
    sol.finish();
    return true;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    remark(`${solverName}: ${error.message}`);
    print(text.trimEnd());
    return false;
  }
}

/** Counts and times as Pyomo's interface to Ipopt looks for them. */
const statistics = ({ iterations, seconds }: NlAnswer['solution']): string =>
  `\nNumber of Iterations....: ${iterations}\n\nTotal seconds in graybox = ${seconds.total.toFixed(3)}`;

/** The .sol file of a result; `message` heads it. */
function solFile(
  file: Pick<NlAnswer['file'], 'header' | 'sense' | 'objective'>,
  result: Pick<NlAnswer['solution'], 'status' | 'x' | 'multipliers'>,
  message: string,
): string {
  const { rows, zL, zU } = amplDuals(result.multipliers, file.sense);
  return solText({
    message,
    header: file.header,
    duals: rows,
    x: result.x,
    objective: Math.max(0, file.objective - 1),
    code: solveCode[result.status],
    suffixes: [
      { name: 'ipopt_zU_out', values: zU },
      { name: 'ipopt_zL_out', values: zL },
    ],
  });
}

/** A .sol file that says why there is no solution. */
function refusal(header: NlAnswer['file']['header'], error: unknown): string {
  const [kind, code] =
    error instanceof InputError
      ? ['', refusedCode.mistake]
      : isOutOfMemory(error)
        ? ['Out of memory. ', solveCode['out-of-memory']]
        : ['Internal error. ', refusedCode.internal];
  const message = `${solverName}: ${kind}${error instanceof Error ? error.message : error}`;
  const none = new Float64Array(0);
  return solText({ message, header, code, duals: none, x: none, objective: 0, suffixes: [] });
}

/** AMPL's `wantsol`: 2 prints the variables, 4 the duals. */
function show(file: NlAnswer['file'], { x, multipliers }: NlAnswer['solution'], wantsol: number): void {
  const list = (what: string, names: readonly string[], values: Float64Array): void =>
    print(
      table(
        [what, 'value'],
        names.map((name, i) => [name, String(values[i] ?? 'unknown')]),
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
  return exitCode.done;
}

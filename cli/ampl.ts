import { InputError, isSolved } from '../index.js';
import { readNlHeader } from '../runtime/node/read-nl.js';
import { type Request, readArguments } from './ampl/arguments.js';
import { refusedCode, solveCode, solveMessage } from './ampl/codes.js';
import { keywords, readAssignments, type Settings } from './ampl/keywords.js';
import { amplDuals, solText, writeAtomically } from './ampl/sol.js';
import { interruptible } from './interruption.js';
import { type NlAnswer, type NlSolveOptions, type Solve, solveNl } from './nl/solve.js';
import { superviseNl } from './nl/supervise.js';
import { print, remark } from './output.js';
import { ipoptProgressPrinter } from './progress.js';
import { table } from './table.js';
import { solverName, versionLine } from './version.js';

type SolveFile = (path: string, options: NlSolveOptions) => Promise<NlAnswer>;

/** In a thread of its own, with time counted from the start of the process. */
const supervised: SolveFile = (path, options) =>
  superviseNl(path, { ...options, signal: interruptible(), started: 0 });

/**
 * The AMPL solver protocol: `graybox stub -AMPL key=value …`, with more assignments in the environment variable
 * `graybox_options`, writes STUB.sol. Returns the exit code: with -AMPL 0 whenever the solve ended with a status (the
 * .sol file tells it), without it 0 solved, 1 not solved; 1 for a bad keyword, 2 for a file that cannot be read. With
 * -AMPL a .sol file is written as soon as the header of the stub can be read, whatever happens then.
 */
export async function runAmpl(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  how?: Solve,
): Promise<number> {
  let request: Request;
  let options: Settings;
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
  if (options.remark !== undefined && options.protocol.outlev > 0) remark(`${solverName}: ${options.remark}`);
  try {
    return await answer(request, options, how ? (path, given) => solveNl(path, given, how) : supervised);
  } catch (error) {
    if (request.ampl) writeRefusal(request, error);
    if (!(error instanceof InputError)) throw error;
    remark(`${solverName}: ${error.message}`);
    return 2;
  }
}

type SolveRequest = Extract<Request, { do: 'solve' }>;

const solPath = ({ solFile, stub }: SolveRequest): string => solFile ?? `${stub}.sol`;

async function answer(
  request: SolveRequest,
  { protocol, solver }: Settings,
  solveFile: SolveFile,
): Promise<number> {
  const { outlev, wantsol, ...reading } = protocol;
  const { file, solution } = await solveFile(request.stub, {
    ...solver,
    ...reading,
    ...(outlev > 1 && { onIteration: ipoptProgressPrinter(print) }),
  });
  if (outlev > 0) for (const warning of file.warnings) remark(`${solverName}: ${file.file}: ${warning}`);
  const clock = request.assignments.some(({ name }) => name === 'max_cpu_time') ? 'CPU' : 'Wallclock';
  const message = solveMessage(solverName, solution, clock);
  if (request.ampl || request.writeSol || request.solFile !== undefined || wantsol & 1)
    writeAtomically(solPath(request), solFile(file, solution, message));
  if (request.ampl ? outlev > 0 : !(wantsol & 8)) print(`${message}\n${statistics(solution)}`);
  if (!request.ampl) show(file, solution, wantsol);
  return request.ampl || isSolved(solution.status) ? 0 : 1;
}

/** Counts and times as Pyomo's interface to Ipopt looks for them. */
const statistics = ({ iterations, seconds }: NlAnswer['solution']): string =>
  `\nNumber of Iterations....: ${iterations}\n\nTotal seconds in graybox = ${seconds.total.toFixed(3)}`;

/** The .sol file of a result; `message` heads it. */
export function solFile(
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

/** A .sol file that says why there is no solution, where the header of the stub can be read. */
function writeRefusal(request: SolveRequest, error: unknown): void {
  const none = new Float64Array(0);
  let header: NlAnswer['file']['header'];
  try {
    header = readNlHeader(request.stub).header;
  } catch {
    return; // no stub, no answer: standard error says why
  }
  const code = error instanceof InputError ? refusedCode.mistake : refusedCode.internal;
  const why = error instanceof Error ? error.message : String(error);
  const message = `${solverName}: ${error instanceof InputError ? '' : 'Internal error. '}${why}`;
  const empty = { duals: none, x: none, objective: 0, suffixes: [] };
  writeAtomically(solPath(request), solText({ ...empty, message, header, code }));
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
  return 0;
}

import { isMainThread } from 'node:worker_threads';
import { InputError } from '../../src/core/errors.js';
import { libraryPaths } from '../../src/core/libraries.js';

/** The calls of Ipopt's C interface that the adapter makes; pointers are opaque. */
export interface IpoptLibrary {
  /** Registers a callback of Ipopt's C interface by its name; returns its C pointer and how to release it. */
  callback(name: CallbackName, run: (...args: never[]) => boolean): { pointer: unknown; release(): void };
  /** Doubles or ints at a C pointer that Ipopt handed over, seen in place. */
  doubles(pointer: unknown, count: number): Float64Array;
  ints(pointer: unknown, count: number): Int32Array;
  create(
    n: number,
    xL: Float64Array,
    xU: Float64Array,
    m: number,
    gL: Float64Array,
    gU: Float64Array,
    jacobianNonzeros: number,
    hessianNonzeros: number,
    indexStyle: number,
    f: unknown,
    g: unknown,
    gradient: unknown,
    jacobian: unknown,
    hessian: unknown,
  ): unknown;
  free(problem: unknown): void;
  stringOption(problem: unknown, name: string, value: string): boolean;
  numberOption(problem: unknown, name: string, value: number): boolean;
  integerOption(problem: unknown, name: string, value: number): boolean;
  scaling(
    problem: unknown,
    objective: number,
    variables: Float64Array | null,
    rows: Float64Array | null,
  ): boolean;
  monitor(problem: unknown, callback: unknown): boolean;
  /** Runs `work` while what C code prints on standard output goes to standard error: Ipopt explains refused options there. */
  outputToStderr(work: () => void): void;
  solve(
    problem: unknown,
    x: Float64Array,
    g: Float64Array,
    objective: Float64Array,
    λ: Float64Array,
    zL: Float64Array,
    zU: Float64Array,
    user: null,
  ): number;
}

export type CallbackName = 'f' | 'gradient' | 'g' | 'jacobian' | 'hessian' | 'monitor';

const NAMES: Readonly<Record<string, readonly string[]>> = {
  linux: ['libipopt.so.3', 'libipopt.so.1', 'libipopt.so'],
  darwin: ['libipopt.3.dylib', 'libipopt.dylib'],
  win32: ['ipopt-3.dll', 'ipopt.dll', 'libipopt-3.dll'],
};

const HOW =
  "install it (Debian and Ubuntu: 'apt-get install coinor-libipopt1v5', macOS: 'brew install ipopt', conda: 'conda install -c conda-forge ipopt') or name its file in GRAYBOX_IPOPT";

let loaded: Promise<IpoptLibrary> | undefined;

/**
 * Loads the system's libipopt by FFI, once a thread. Throws {@link InputError} with the install line when the library
 * or the optional package koffi is missing.
 */
export function loadIpopt(): Promise<IpoptLibrary> {
  loaded ??= open().catch((error) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function open(): Promise<IpoptLibrary> {
  const { default: koffi } = await import('koffi').catch((): never => {
    throw new InputError(
      "solver 'ipopt' calls the system's libipopt through the package koffi: 'npm install koffi'",
    );
  });
  const chosen = process.env['GRAYBOX_IPOPT'];
  const names = chosen ? [chosen] : libraryPaths(NAMES[process.platform] ?? NAMES['linux']!);
  const tried: string[] = [];
  let library: ReturnType<typeof koffi.load> | undefined;
  for (const name of names) {
    try {
      library = koffi.load(name);
      break;
    } catch (error) {
      tried.push(error instanceof Error ? error.message : String(error));
    }
  }
  if (library === undefined)
    throw new InputError(
      `solver 'ipopt': ${chosen ? `GRAYBOX_IPOPT names ${chosen}, which cannot` : 'no libipopt can'} be loaded (${tried.at(-1)}): ${HOW}`,
    );
  return bind(koffi, library);
}

type Koffi = typeof import('koffi')['default'];

function bind(koffi: Koffi, library: ReturnType<Koffi['load']>): IpoptLibrary {
  // Ipopt 3.14 made its C Boolean one byte and introduced GetIpoptCurrentIterate; before, it was an int.
  const bool = has(library, 'GetIpoptCurrentIterate') ? 'bool' : 'int';
  const signatures: Record<CallbackName, string[]> = {
    f: ['int', 'void *', bool, 'void *', 'void *'],
    gradient: ['int', 'void *', bool, 'void *', 'void *'],
    g: ['int', 'void *', bool, 'int', 'void *', 'void *'],
    jacobian: ['int', 'void *', bool, 'int', 'int', 'void *', 'void *', 'void *', 'void *'],
    hessian: [
      'int',
      'void *',
      bool,
      'double',
      'int',
      'void *',
      bool,
      'int',
      'void *',
      'void *',
      'void *',
      'void *',
    ],
    monitor: ['int', 'int', ...Array<string>(8).fill('double'), 'int', 'void *'],
  };
  const types = Object.fromEntries(
    Object.entries(signatures).map(([name, args]) => [name, koffi.pointer(koffi.proto(bool, args))]),
  );
  const call = (name: string, result: string, args: string[]) => library.func(name, result, args);
  const create = call('CreateIpoptProblem', 'void *', [
    ...['int', 'void *', 'void *', 'int', 'void *', 'void *', 'int', 'int', 'int'],
    ...Array<string>(5).fill('void *'),
  ]);
  const text = call('AddIpoptStrOption', bool, ['void *', 'str', 'str']);
  const number = call('AddIpoptNumOption', bool, ['void *', 'str', 'double']);
  const integer = call('AddIpoptIntOption', bool, ['void *', 'str', 'int']);
  const scaling = call('SetIpoptProblemScaling', bool, ['void *', 'double', 'void *', 'void *']);
  const monitor = call('SetIntermediateCallback', bool, ['void *', 'void *']);
  const solve = call('IpoptSolve', 'int', ['void *', ...Array<string>(7).fill('void *')]);
  const free = call('FreeIpoptProblem', 'void', ['void *']);
  return {
    callback: (name, run) => {
      const answer = bool === 'bool' ? run : (...args: never[]) => (run(...args) ? 1 : 0);
      const pointer = koffi.register(answer, types[name]!);
      return { pointer, release: () => koffi.unregister(pointer) };
    },
    doubles: (pointer, count) => new Float64Array(koffi.view(pointer, 8 * count)),
    ints: (pointer, count) => new Int32Array(koffi.view(pointer, 4 * count)),
    create,
    free,
    stringOption: (...args) => Boolean(text(...args)),
    numberOption: (...args) => Boolean(number(...args)),
    integerOption: (...args) => Boolean(integer(...args)),
    scaling: (...args) => Boolean(scaling(...args)),
    monitor: (...args) => Boolean(monitor(...args)),
    outputToStderr: outputRedirection(koffi),
    solve,
  };
}

/**
 * Standard output belongs to the whole process, so a worker thread leaves it alone: the main thread may be writing. Nor
 * is it done where there are no POSIX descriptors.
 */
function outputRedirection(koffi: Koffi): (work: () => void) => void {
  if (process.platform === 'win32' || !isMainThread) return (work) => work();
  const own = koffi.load(null);
  const duplicate = own.func('dup', 'int', ['int']);
  const replace = own.func('dup2', 'int', ['int', 'int']);
  const close = own.func('close', 'int', ['int']);
  const flush = own.func('fflush', 'int', ['void *']);
  return (work) => {
    flush(null);
    const output: number = duplicate(1);
    if (output >= 0) replace(2, 1);
    try {
      work();
    } finally {
      flush(null);
      if (output >= 0) {
        replace(output, 1);
        close(output);
      }
    }
  };
}

function has(library: ReturnType<Koffi['load']>, symbol: string): boolean {
  try {
    library.func(symbol, 'void', []);
    return true;
  } catch {
    return false;
  }
}

import { OutOfMemoryError, sizeInWords } from './errors.js';

/** Bytes of a page of a kernels' memory. */
export const pageBytes = 65536;

/** Pages that 32-bit addresses reach, 4 GiB; in plain JavaScript addresses are signed. */
const mostPages = { wasm: 65536, javascript: 32767 } as const;

/** Who runs compiled kernels: WebAssembly, or the same kernels as plain JavaScript, slower and to the same bits. */
export type KernelKind = keyof typeof mostPages;

/** What kernels compute on: a `WebAssembly.Memory`, or what looks like one. */
export interface KernelMemory {
  /** Another one after the memory has grown. */
  readonly buffer: ArrayBuffer;
  /** Adds pages; returns how many there were, or throws or returns −1 where they cannot be had. */
  grow(pages: number): number;
}

/** Compiled kernels: `binary` is WebAssembly in base64; `name` is what {@link providePlainKernels} knows them by. */
export interface KernelModule {
  readonly name: string;
  readonly binary: string;
}

type Imports = Record<string, Record<string, unknown>>;

/** Kernels as plain JavaScript: takes imports, among them `env.memory`, and returns exports. */
export type PlainKernels = (imports: Imports) => Record<string, unknown>;

let plainKernels: ((name: string) => PlainKernels) | undefined;

/** Says where plain JavaScript kernels come from. Without it there is WebAssembly only. */
export function providePlainKernels(find: (name: string) => PlainKernels): void {
  plainKernels = find;
}

/** A memory in plain JavaScript; kernels that run on it replace its buffer and `grow`. */
class PlainMemory implements KernelMemory {
  buffer: ArrayBuffer;
  constructor(bytes: number) {
    this.buffer = new ArrayBuffer(bytes);
  }
  grow(_pages: number): number {
    return -1;
  }
}

/** What keeps a WebAssembly memory of any size from being had, in words. */
const remedy =
  'WebAssembly cannot reserve its address space here: run node --disable-wasm-trap-handler, or set NODE_OPTIONS to that';

/**
 * A memory of at least `bytes` bytes. V8 reserves 10 GiB of address space for every WebAssembly memory, even of one page;
 * where these cannot be had (`ulimit -v`) it is a plain one, see {@link providePlainKernels}. Throws {@link OutOfMemoryError};
 * `what` needs the memory.
 */
export function openKernelMemory(bytes: number, what: string): KernelMemory {
  const initial = Math.ceil(bytes / pageBytes);
  let short: RangeError | undefined;
  if (initial <= mostPages.wasm) {
    try {
      return new WebAssembly.Memory({ initial, maximum: mostPages.wasm });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      short = error;
    }
  }
  if (short && initial <= mostPages.javascript && plainKernels) {
    try {
      return new PlainMemory(initial * pageBytes);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw beyond(bytes, what, short && !plainKernels ? remedy : undefined);
}

/** Who runs kernels on a memory. */
export const kindOf = (memory: KernelMemory): KernelKind =>
  memory instanceof PlainMemory ? 'javascript' : 'wasm';

/** The error of someone who needs `bytes` bytes, more than can be had. */
export function beyond(bytes: number, what: string, why = 'more than can be had'): OutOfMemoryError {
  return new OutOfMemoryError(`${what} needs ${sizeInWords(bytes)}: ${why}`, bytes);
}

/** The most that a memory can grow to, for messages. */
export const mostOf = (memory: KernelMemory): number => mostPages[kindOf(memory)] * pageBytes;

const compiled = new Map<string, WebAssembly.Module>();

/** Compiles kernels once; throws where the host forbids WebAssembly. */
export function compileKernels({ name, binary }: KernelModule): WebAssembly.Module {
  let module = compiled.get(name);
  if (!module) {
    module = new WebAssembly.Module(Uint8Array.from(atob(binary), (character) => character.charCodeAt(0)));
    compiled.set(name, module);
  }
  return module;
}

/** The kernels over a memory. */
export function kernelsOver(
  module: KernelModule,
  memory: KernelMemory,
  imports: Imports = {},
): Record<string, unknown> {
  const all = { ...imports, env: { memory } };
  if (memory instanceof PlainMemory) return plainKernels!(module.name)(all);
  return new WebAssembly.Instance(compileKernels(module), all).exports;
}

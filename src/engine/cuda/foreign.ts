import { createRequire } from 'node:module';
import { InputError } from '../../core/errors.js';
import { findLibrary, folders, foreignVersions, type LibraryName, remedies } from './libraries.js';

/** A C function; pointers are addresses or arrays. */
export type Foreign = (...args: unknown[]) => number;

interface Koffi {
  load(path: string, options?: { global?: boolean }): { func(signature: string): Foreign };
  address(view: ArrayBufferView): bigint;
  view(address: bigint, bytes: number): ArrayBuffer;
}

/** Functions by name. */
export type Functions<Name extends string> = { readonly [N in Name]: Foreign };

let loaded: Koffi | undefined;

/** koffi, or an InputError that says how to get it. */
export function foreignFunctions(): Koffi {
  try {
    loaded ??= createRequire(import.meta.url)('koffi') as Koffi;
    return loaded;
  } catch (cause) {
    throw new InputError(
      'engine cuda: koffi, which calls the libraries, is not installed: npm install koffi',
      { cause },
    );
  }
}

/** The functions of a library that is found here; an InputError says which is missing and how to get it. */
export function loadLibrary<const Signature extends string>(
  name: LibraryName,
  signatures: readonly Signature[],
): { readonly path: string; readonly functions: Functions<NameIn<Signature>> } {
  const koffi = foreignFunctions();
  const within = folders();
  // The loader knows places of its own for the driver, which belongs to the system.
  const path = findLibrary(name, within)?.path ?? (name === 'driver' ? 'libcuda.so.1' : undefined);
  if (path === undefined)
    throw new InputError(
      `engine cuda: ${foreignVersions(name, within) ?? `${name} is missing`}; ${remedies[name]}`,
    );
  try {
    const library = koffi.load(path);
    const functions = signatures.map((signature) => [
      /^int (\w+)\(/.exec(signature)![1]!,
      library.func(signature),
    ]);
    return { path, functions: Object.fromEntries(functions) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new InputError(`engine cuda: ${path} cannot be loaded (${reason}); ${remedies[name]}`, { cause });
  }
}

type NameIn<S extends string> = S extends `int ${infer Name}(${string}` ? Name : never;

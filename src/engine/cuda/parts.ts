import { findLibrary, folders, foreignVersions, type LibraryName, remedies } from './libraries.js';

/** A library of engine cuda: where it is, or what brings it. */
export interface CudaPart {
  readonly name: LibraryName;
  readonly path?: string;
  readonly remedy: string;
}

/** What engine cuda loads, as it is found on this machine. */
export function cudaParts(): readonly CudaPart[] {
  const within = folders();
  return (['driver', 'cublas', 'nvrtc', 'cusolver'] as const).map((name) => {
    const path = findLibrary(name, within)?.path;
    const foreign = path === undefined ? foreignVersions(name, within) : undefined;
    const remedy = foreign === undefined ? remedies[name] : `${foreign}; ${remedies[name]}`;
    return { name, remedy, ...(path !== undefined && { path }) };
  });
}

import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What the engine loads. */
export type LibraryName = 'driver' | 'cublas' | 'nvrtc' | 'builtins' | 'cusolver';

/** Major versions of CUDA that are known to work, the newest first. */
export const versions = [13, 12] as const;

const patterns: { readonly [L in LibraryName]: RegExp } = {
  driver: /^libcuda\.so\.1$/,
  cublas: /^libcublas\.so\.(\d+)$/,
  nvrtc: /^libnvrtc\.so\.(\d+)$/,
  builtins: /^libnvrtc-builtins\.so\.(\d+)\.\d+$/,
  cusolver: /^libcusolver\.so\.(\d+)$/,
};

/** What brings a library that is missing, in one line. */
export const remedies: { readonly [L in LibraryName]: string } = {
  driver:
    "libcuda.so.1 comes with NVIDIA's driver: install it (apt install nvidia-driver, or your system's way)",
  cublas:
    'libcublas comes with CUDA 12 or 13, or with: pip install nvidia-cublas (nvidia-cublas-cu12 for drivers of CUDA 12)',
  nvrtc:
    'libnvrtc comes with CUDA 12 or 13, or with: pip install nvidia-cuda-nvrtc (nvidia-cuda-nvrtc-cu12 for drivers of CUDA 12)',
  cusolver:
    'libcusolver comes with CUDA 12 or 13, or with: pip install nvidia-cusolver (nvidia-cusolver-cu12 for drivers of CUDA 12)',
  builtins: 'libnvrtc-builtins belongs to libnvrtc: install that again',
};

/** Where a process stands, for the search; another one only in tests. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string | undefined;
  /** Before every absolute path. */
  readonly root: string;
}

const here = (): Surroundings => {
  let home: string | undefined;
  try {
    home = homedir();
  } catch {
    // The system knows nothing of this user.
  }
  return { env: process.env, home, root: '' };
};

/**
 * Folders that are searched, in this order: those of `GRAYBOX_CUDA` (colons between), of a CUDA toolkit, of the system,
 * and of pip's packages in the Python environments here. Never the current folder.
 */
export function folders({ env, home, root }: Surroundings = here()): string[] {
  const listed = (name: string): string[] =>
    (env[name] ?? '').split(':').filter((path) => path.startsWith('/'));
  const toolkits = [
    ...['CUDA_HOME', 'CUDA_PATH', 'CUDA_ROOT'].flatMap(listed),
    `${root}/usr/local/cuda`,
    ...entries(`${root}/usr/local`, /^cuda-1[23]/),
  ].flatMap((path) => [join(path, 'lib64'), join(path, 'lib')]);
  const system = [
    '/usr/lib/x86_64-linux-gnu',
    '/usr/lib/aarch64-linux-gnu',
    '/usr/lib64',
    '/usr/lib/wsl/lib',
    '/usr/local/nvidia/lib64',
  ].map((path) => root + path);
  const pythons = [
    ...['VIRTUAL_ENV', 'CONDA_PREFIX'].flatMap(listed),
    ...(home?.startsWith('/') ? [join(home, '.local')] : []),
    `${root}/usr/local`,
    `${root}/usr`,
  ].flatMap((path) => entries(join(path, 'lib'), /^python3/));
  const packages = pythons.flatMap((path) => [join(path, 'site-packages'), join(path, 'dist-packages')]);
  const pip = packages.flatMap((path) => entries(join(path, 'nvidia'), /./).map((own) => join(own, 'lib')));
  const all = [...listed('GRAYBOX_CUDA'), ...listed('LD_LIBRARY_PATH'), ...toolkits, ...system, ...pip];
  return [...new Set(all)].filter((path) => existsSync(path));
}

/** A library that was found, with the version of CUDA in its name. */
export interface Found {
  readonly path: string;
  readonly version: number | undefined;
}

/** A library in the folders: the newest version that is known, in the first folder that has it. */
export function findLibrary(name: LibraryName, within: readonly string[] = folders()): Found | undefined {
  const found = within.flatMap((folder) =>
    entries(folder, patterns[name]).map((path): Found => {
      const version = patterns[name].exec(path.slice(path.lastIndexOf('/') + 1))?.[1];
      // cuSOLVER counts one behind: CUDA 12 has its version 11.
      const behind = name === 'cusolver' ? 1 : 0;
      return { path, version: version === undefined ? undefined : Number(version) + behind };
    }),
  );
  if (name === 'driver') return found[0];
  for (const version of versions) {
    const own = found.find((library) => library.version === version);
    if (own) return own;
  }
  return undefined;
}

/** Libraries of versions that are not known to work, in words; undefined where there are none. */
export function foreignVersions(
  name: LibraryName,
  within: readonly string[] = folders(),
): string | undefined {
  const found = within.flatMap((folder) => entries(folder, patterns[name]));
  return found.length === 0
    ? undefined
    : `found only ${found.join(', ')}, not of CUDA ${[...versions].reverse().join(' or ')}`;
}

/** Paths of what is in a folder under a name that fits. */
function entries(folder: string, pattern: RegExp): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => pattern.test(name))
      .sort()
      .reverse()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

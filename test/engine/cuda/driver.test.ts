import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { openCuda } from '../../../src/engine/cuda/index.js';

const source = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../src/engine/cuda/${name}.ts`, import.meta.url)), 'utf8');
const namesIn = (text: string): string[] => [...text.matchAll(/'int (\w+)\(/g)].map(([, name]) => name!);

/** A library that has these functions, all of which succeed and do nothing but those that `bodies` gives. */
function build(folder: string, file: string, names: readonly string[], bodies: Record<string, string>): void {
  const path = join(folder, `${file}.c`);
  const text = names.map((name) => bodies[name] ?? `int ${name}() { return 0; }`);
  writeFileSync(path, `${text.join('\n')}\n`);
  execFileSync('cc', ['-shared', '-fPIC', '-w', '-o', join(folder, file), path]);
}

const made: string[] = [];
const own = process.env['GRAYBOX_CUDA'];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
  if (own === undefined) delete process.env['GRAYBOX_CUDA'];
  else process.env['GRAYBOX_CUDA'] = own;
});

/** A machine whose driver answers so; NVRTC is of CUDA 12.4. */
function machine(driver: Record<string, string>, without?: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'graybox-driver-'));
  made.push(folder);
  const native = namesIn(source('native'));
  const of = (prefix: RegExp): string[] => native.filter((name) => prefix.test(name) && name !== without);
  build(folder, 'libcuda.so.1', of(/^cu[A-Z]/), driver);
  build(folder, 'libcublas.so.12', of(/^cublas/), {});
  build(folder, 'libnvrtc.so.12', namesIn(source('compiler')), {
    nvrtcVersion: 'int nvrtcVersion(int *major, int *minor) { *major = 12; *minor = 4; return 0; }',
  });
  process.env['GRAYBOX_CUDA'] = folder;
}

const none = 'int cuDeviceGetCount(int *count) { *count = 0; return 0; }';
const one = 'int cuDeviceGetCount(int *count) { *count = 1; return 0; }';
const unnamed = 'int cuGetErrorName(int code, char **name) { return 1; }';

const here = process.platform === 'linux' && spawnSync('cc', ['--version']).status === 0;

describe.skipIf(!here)('a driver (built by cc)', () => {
  it.each([
    ['that finds no card', { cuInit: 'int cuInit(unsigned int f) { return 100; }' }],
    ['that has none', { cuDeviceGetCount: none }],
  ])('%s is told as such', async (_, driver) => {
    machine(driver);
    await expect(openCuda()).rejects.toThrow(
      /^engine cuda: NVIDIA's driver is here, but it finds no card; use device cpu, or look whether nvidia-smi lists one$/,
    );
  });

  it('that does not start is told with its code', async () => {
    machine({ cuInit: 'int cuInit(unsigned int f) { return 803; }', cuGetErrorName: unnamed });
    await expect(openCuda()).rejects.toThrow(/^engine cuda: NVIDIA's driver does not start \(error 803\); /);
  });

  it('that is older than the compiler is refused, naming what fits', async () => {
    machine({
      cuDeviceGetCount: one,
      cuDriverGetVersion: 'int cuDriverGetVersion(int *version) { *version = 11040; return 0; }',
    });
    await expect(openCuda()).rejects.toThrow(
      /^engine cuda: the driver is for CUDA 11, libnvrtc is of CUDA 12: install a newer driver, or /,
    );
  });

  it('that lacks a function is refused, naming the file', async () => {
    machine({}, 'cuGraphLaunch');
    await expect(openCuda()).rejects.toThrow(
      /^engine cuda: \S+libcuda\.so\.1 cannot be loaded \(.*cuGraphLaunch.*\); /,
    );
  });
});

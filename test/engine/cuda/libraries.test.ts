import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findLibrary, folders, foreignVersions, remedies } from '../../../src/engine/cuda/libraries.js';

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true });
});

/** A file system with these files, and what is found in it. */
function machine(files: readonly string[], env: Record<string, string> = {}) {
  const root = mkdtempSync(join(tmpdir(), 'graybox-cuda-'));
  made.push(root);
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), '');
  }
  const own = Object.fromEntries(
    Object.entries(env).map(([name, path]) => [name, path.replaceAll('~', root)]),
  );
  const within = folders({ env: own, home: join(root, 'home/me'), root });
  const relative = (name: Parameters<typeof findLibrary>[0]) =>
    findLibrary(name, within)?.path.slice(root.length + 1);
  return { within, relative };
}

describe.skipIf(process.platform === 'win32')('the search for libraries', () => {
  it('finds a toolkit', () => {
    const { relative } = machine([
      'usr/local/cuda-12.4/lib64/libcublas.so.12',
      'usr/local/cuda-13.0/lib64/libcublas.so.13',
      'usr/local/cuda-13.0/lib64/libcublas.so.13.0.1',
      'usr/local/cuda-13.0/lib64/libnvrtc.so.13',
      'usr/local/cuda-13.0/lib64/libnvrtc-builtins.so.13.0',
      'usr/lib/x86_64-linux-gnu/libcuda.so.1',
    ]);
    expect(relative('cublas')).toBe('usr/local/cuda-13.0/lib64/libcublas.so.13');
    expect(relative('nvrtc')).toBe('usr/local/cuda-13.0/lib64/libnvrtc.so.13');
    expect(relative('builtins')).toBe('usr/local/cuda-13.0/lib64/libnvrtc-builtins.so.13.0');
    expect(relative('driver')).toBe('usr/lib/x86_64-linux-gnu/libcuda.so.1');
  });

  it('finds the packages of pip, of CUDA 12 and of CUDA 13', () => {
    const twelve = machine(['env/lib/python3.12/site-packages/nvidia/cublas/lib/libcublas.so.12'], {
      VIRTUAL_ENV: '~/env',
    });
    expect(twelve.relative('cublas')).toMatch(/nvidia\/cublas\/lib\/libcublas\.so\.12$/);
    const thirteen = machine(['home/me/.local/lib/python3.11/site-packages/nvidia/cu13/lib/libnvrtc.so.13']);
    expect(thirteen.relative('nvrtc')).toMatch(/nvidia\/cu13\/lib\/libnvrtc\.so\.13$/);
  });

  it('knows that cuSOLVER counts one behind', () => {
    const { relative, within } = machine([
      'usr/local/cuda/lib64/libcusolver.so.11',
      'usr/lib64/libcusolver.so.12',
    ]);
    expect(relative('cusolver')).toBe('usr/lib64/libcusolver.so.12');
    expect(findLibrary('cusolver', within)?.version).toBe(13);
    const old = machine(['usr/lib64/libcusolver.so.10']);
    expect(old.relative('cusolver')).toBeUndefined();
    expect(foreignVersions('cusolver', old.within)).toMatch(/libcusolver\.so\.10, not of CUDA 12 or 13$/);
  });

  it('prefers what GRAYBOX_CUDA names, and looks in no relative folder', () => {
    const files = ['own/libcublas.so.13', 'usr/local/cuda/lib64/libcublas.so.13'];
    expect(machine(files, { GRAYBOX_CUDA: '~/own' }).relative('cublas')).toBe('own/libcublas.so.13');
    expect(machine(files, { GRAYBOX_CUDA: 'own:.' }).relative('cublas')).toBe(
      'usr/local/cuda/lib64/libcublas.so.13',
    );
  });

  it('tells versions that are not known to work', () => {
    const { within, relative } = machine(['usr/local/cuda/lib64/libcublas.so.11']);
    expect(relative('cublas')).toBeUndefined();
    expect(foreignVersions('cublas', within)).toMatch(
      /^found only .*libcublas\.so\.11, not of CUDA 12 or 13$/,
    );
    expect(foreignVersions('nvrtc', within)).toBeUndefined();
  });

  it('names what brings each', () => {
    for (const [name, word] of [
      ['driver', /driver/],
      ['cublas', /pip install nvidia-cublas/],
      ['nvrtc', /pip install nvidia-cuda-nvrtc/],
    ] as const)
      expect(remedies[name]).toMatch(word);
  });
});

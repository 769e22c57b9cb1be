import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../scenarios/data.js';

/** Packages that are well known under exactly these names. Who takes a free name runs code on our users' machines. */
const known = new Set([
  '@tensorflow/tfjs',
  '@tensorflow/tfjs-node-gpu',
  'coinor-libipopt1v5',
  'deno', // of the Deno project on npm
  'graybox-nlp',
  'jax', // Google's on PyPI
  'keras', // of the Keras project on PyPI
  'ipopt', // of Homebrew and conda-forge
  'koffi',
  'libopenblas0-pthread',
  'nvidia-cublas', // NVIDIA's on PyPI
  'nvidia-cuda-nvrtc', // NVIDIA's on PyPI
  'nvidia-cusolver', // NVIDIA's on PyPI
  'onnx', // of the ONNX project on PyPI
  'onnxruntime-node',
  'openblas', // of Homebrew
  'scikit-learn', // of its project on PyPI
  'tensorflowjs', // Google's on PyPI
  'torch', // of PyTorch on PyPI
]);

it.skipIf(!existsSync(join(packageRoot, '.git')))(
  'nobody is advised to install a name that is free to take',
  () => {
    const files = execFileSync(
      'git',
      ['ls-files', '-z', '*.ts', '*.md', '*.py', '*.mjs', '*.json', '*.yml'],
      {
        cwd: packageRoot,
        encoding: 'utf8',
      },
    );
    const advised = files
      .split('\0')
      .filter((file) => file !== '' && file !== 'package-lock.json' && existsSync(join(packageRoot, file)))
      .flatMap((file) => {
        const text = readFileSync(join(packageRoot, file), 'utf8');
        const found = text.matchAll(
          /\b(?:npm (?:install|i|add)|npx|pip install|apt-get install|brew install|conda install)((?: +-[\w-]+(?: conda-forge)?)*) +([\w@/.-]*)/g,
        );
        return Array.from(found, ([, , name]) => [file, name!] as const);
      })
      .filter(([file]) => !file.startsWith('test/'));
    expect(advised.length).toBeGreaterThan(3);
    expect(advised.filter(([, name]) => name !== '' && !known.has(name))).toEqual([]);
  },
);

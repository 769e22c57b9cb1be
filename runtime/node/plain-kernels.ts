import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type PlainKernels, providePlainKernels } from '../../src/core/kernels.js';
import { compiled } from './compiled.js';

/** Where the build puts the plain JavaScript of kernels. */
const files: Readonly<Record<string, string>> = {
  'solvers/linear': '../../solvers/linear/kernels.cjs',
  'solvers/batch': '../../solvers/batch/kernels.cjs',
  'engine/wasm': '../../src/engine/wasm/kernels.cjs',
};

const require = createRequire(import.meta.url);

// Loaded where they are needed, synchronously: a memory may be refused in the middle of a solve.
providePlainKernels(
  (name) => require(fileURLToPath(compiled(import.meta.url, files[name]!))) as PlainKernels,
);

import type { Binary, Unary } from '../../derive/program.js';
import type { Float } from '../trained.js';

/** A kernel: one thread computes for each `i` below the first parameter. */
export interface KernelText {
  readonly name: string;
  readonly text: string;
}

/** What stands before the kernels of a module. */
export const prelude = '#define DIV(a, b) ((a) / (b))\n';

const cType: { readonly [F in Float]: string } = { f64: 'double', f32: 'float' };
export const typeOf = (float: Float): string => cType[float];

export const unaryText: { readonly [F in Unary]: (u: string) => string } = {
  exp: (u) => `exp(${u})`,
  tanh: (u) => `tanh(${u})`,
  sigmoid: (u) => `1 / (1 + exp(-${u}))`,
  softplus: (u) => `(${u} > 0 ? ${u} : 0) + log1p(exp(-fabs(${u})))`,
  erf: (u) => `erf(${u})`,
  abs: (u) => `fabs(${u})`,
  step: (u) => `${u} > 0 ? 1 : 0`,
  log: (u) => `log(${u})`,
  sqrt: (u) => `sqrt(${u})`,
  sin: (u) => `sin(${u})`,
  cos: (u) => `cos(${u})`,
  atan: (u) => `atan(${u})`,
};

/** NaN where an operand is. */
export const binaryText: { readonly [F in Binary]: (a: string, b: string) => string } = {
  add: (a, b) => `${a} + ${b}`,
  subtract: (a, b) => `${a} - ${b}`,
  multiply: (a, b) => `${a} * ${b}`,
  divide: (a, b) => `${a} / ${b}`,
  maximum: (a, b) => `${a} > ${b} || ${a} != ${a} ? ${a} : ${b}`,
  minimum: (a, b) => `${a} < ${b} || ${a} != ${a} ? ${a} : ${b}`,
};

/** A kernel of these parameters behind `n`; its name is made of its text, so that equal ones are one. */
export function kernel(purpose: string, parameters: readonly string[], body: readonly string[]): KernelText {
  const lines = [
    `(${['long long n', ...parameters].join(', ')}) {`,
    '  const long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x;',
    '  if (i >= n) return;',
    ...body.map((line) => `  ${line}`),
    '}',
  ].join('\n');
  const name = `${purpose}_${hash(lines)}`;
  return { name, text: `extern "C" __global__ void ${name}${lines}\n` };
}

/** Two FNV-1a hashes of 32 bits: names need to differ within one program only. */
function hash(text: string): string {
  let [a, b] = [0x811c9dc5, 0x9747b28c];
  for (let k = 0; k < text.length; k++) {
    const code = text.charCodeAt(k);
    a = Math.imul(a ^ code, 16777619);
    b = Math.imul(b ^ code, 2246822519) ^ (b >>> 13);
  }
  return [a, b].map((part) => (part >>> 0).toString(16).padStart(8, '0')).join('');
}

/** `out[i] = Σⱼ a[i, j]` of rows of length w. */
export const sumLastKernel = (float: Float): KernelText =>
  kernel(
    'sum_last',
    ['long long w', `const ${typeOf(float)} *a`, `${typeOf(float)} *out`],
    [`${typeOf(float)} sum = 0;`, 'for (long long k = 0; k < w; k++) sum += a[i * w + k];', 'out[i] = sum;'],
  );

/** The softmax of row i, of length w, shifted by its largest entry. */
export const softmaxKernel = (float: Float): KernelText =>
  kernel(
    'softmax',
    ['long long w', `const ${typeOf(float)} *a`, `${typeOf(float)} *out`],
    [
      `${typeOf(float)} top = a[i * w];`,
      'for (long long k = 1; k < w; k++) top = a[i * w + k] > top ? a[i * w + k] : top;',
      `${typeOf(float)} sum = 0;`,
      'for (long long k = 0; k < w; k++) {',
      `  const ${typeOf(float)} e = exp(a[i * w + k] - top);`,
      '  out[i * w + k] = e;',
      '  sum += e;',
      '}',
      'for (long long k = 0; k < w; k++) out[i * w + k] /= sum;',
    ],
  );

/** Blocks of `block` numbers of rows of `length`, made rows of `width`; zeros where the index is −1. */
export const gatherKernel = (float: Float): KernelText =>
  kernel(
    'gather',
    [
      'long long width',
      'long long length',
      'long long block',
      'const int *index',
      `const ${typeOf(float)} *a`,
      `${typeOf(float)} *out`,
    ],
    [
      'const long long column = i % width;',
      'const long long source = index[DIV(column, block)];',
      'out[i] = source < 0 ? 0 : a[DIV(i, width) * length + source * block + column % block];',
    ],
  );

/** Adds `d` to the diagonals of matrices of `w` columns, `step` entries of it for each. */
export const diagonalKernel = (float: Float): KernelText =>
  kernel(
    'diagonal',
    ['long long w', 'long long step', `const ${typeOf(float)} *d`, `${typeOf(float)} *out`],
    ['const long long r = i % w;', 'out[i * w + r] += d[DIV(i, w) * step + r];'],
  );

/** The lower triangles of matrices of `w` columns, packed by rows; one thread an entry of the matrices. */
export const packKernel = (float: Float): KernelText =>
  kernel(
    'pack',
    ['long long w', `const ${typeOf(float)} *a`, `${typeOf(float)} *out`],
    [
      'const long long c = i % w;',
      'const long long r = DIV(i, w) % w;',
      'const long long p = DIV(i, w * w);',
      'if (c > r) return;',
      'out[p * DIV(w * (w + 1), 2) + DIV(r * (r + 1), 2) + c] = a[i];',
    ],
  );

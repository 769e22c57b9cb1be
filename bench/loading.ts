/**
 * Loads networks of 100 MB, and an ONNX file of 2,000 nodes, each in a process of its own, and tells seconds, processor time
 * and peak memory beyond the process before it:
 *
 *     node dist/bench/loading.js [--json] [FILE…]
 *
 * ONNX, safetensors and tfjs files are written here; files of Keras and others are given.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadNetwork, readSafetensors } from '../index.js';
import { encode } from '../src/core/onnx/schema.js';

/** What loading one file took; sizes in MiB, `peak` beyond the process before. */
export interface Loaded {
  readonly file: string;
  readonly size: number;
  readonly nodes: number;
  readonly seconds: number;
  readonly processors: number;
  readonly peak: number;
}

const [width, layers] = [2048, 6];
const numbers = (count: number): Uint8Array =>
  new Uint8Array(Float32Array.from({ length: count }, (_, k) => 0.02 * Math.sin(k)).buffer);
const info = (name: string, shape: readonly number[]) => ({
  name,
  type: { tensorType: { elemType: 1, shape: { dim: shape.map((dimValue) => ({ dimValue })) } } },
});
const floats = (name: string, dims: readonly number[]) => ({
  name,
  dims,
  dataType: 1,
  rawData: numbers(dims.reduce((a, b) => a * b, 1)),
});

function chain(file: string, size: number, count: number, shared: boolean): void {
  const node = Array.from({ length: count }, (_, k) => [
    {
      input: [k === 0 ? 'x' : `a${k - 1}`, `W${shared ? 0 : k}`],
      output: [`u${k}`],
      opType: 'Gemm',
      attribute: [{ name: 'transB', i: shared ? 0 : 1, type: 2 }],
    },
    { input: [`u${k}`], output: [`a${k}`], opType: 'Tanh' },
  ]).flat();
  const initializer = Array.from({ length: shared ? 1 : count }, (_, k) => floats(`W${k}`, [size, size]));
  const graph = {
    node,
    initializer,
    input: [info('x', [1, size])],
    output: [info(`a${count - 1}`, [1, size])],
  };
  writeFileSync(
    file,
    encode('ModelProto', { irVersion: 8, opsetImport: [{ domain: '', version: 17 }], graph }),
  );
}

function safetensors(file: string): void {
  const bytes = 4 * width * width;
  const header = Object.fromEntries(
    Array.from({ length: layers }, (_, k) => [
      `l${k}.weight`,
      { dtype: 'F32', shape: [width, width], data_offsets: [k * bytes, (k + 1) * bytes] },
    ]),
  );
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const weights = numbers(width * width);
  writeFileSync(file, Buffer.concat([length, text, ...Array.from({ length: layers }, () => weights)]));
}

function tfjs(folder: string): void {
  mkdirSync(folder);
  const weights = numbers(width * width);
  const names = Array.from({ length: layers }, (_, k) => `d${k}`);
  for (const name of names) writeFileSync(join(folder, `${name}.bin`), weights);
  const input = { class_name: 'InputLayer', config: { batch_input_shape: [null, width], name: 'input' } };
  const dense = (name: string) => ({
    class_name: 'Dense',
    config: { name, units: width, activation: 'tanh', use_bias: false },
  });
  const config = { name: 's', layers: [input, ...names.map(dense)] };
  writeFileSync(
    join(folder, 'model.json'),
    JSON.stringify({
      format: 'layers-model',
      modelTopology: { keras_version: '2.15', model_config: { class_name: 'Sequential', config } },
      weightsManifest: [
        {
          paths: names.map((name) => `${name}.bin`),
          weights: names.map((name) => ({
            name: `${name}/kernel`,
            shape: [width, width],
            dtype: 'float32',
          })),
        },
      ],
    }),
  );
}

/** MiB of this process, resident now or at most. */
const memory = (field: 'VmRSS' | 'VmHWM'): number =>
  Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))![1]) / 1024;

const sizeOf = (path: string): number =>
  statSync(path).isDirectory()
    ? readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
    : statSync(path).size;

async function measure(path: string): Promise<void> {
  const before = memory('VmRSS');
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  const held = path.endsWith('.safetensors')
    ? readSafetensors(path, { turned: true })
    : await loadNetwork(path);
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const [peak, size] = [memory('VmHWM') - before, sizeOf(path) / 2 ** 20];
  const nodes = held instanceof Map ? 0 : held.nodes.length;
  const row: Loaded = {
    file: path.split('/').at(-1)!,
    size,
    nodes,
    seconds,
    processors: (user + system) / 1e6,
    peak,
  };
  process.stdout.write(JSON.stringify(row));
}

const [first, ...rest] = process.argv.slice(2);
if (first === '--one') await measure(rest[0]!);
else {
  const json = first === '--json';
  const given = json ? rest : first === undefined ? [] : [first, ...rest];
  const folder = mkdtempSync(join(tmpdir(), 'graybox-loading-'));
  try {
    chain(join(folder, 'large.onnx'), width, layers, false);
    chain(join(folder, 'nodes-2000.onnx'), 8, 1000, true);
    safetensors(join(folder, 'large.safetensors'));
    tfjs(join(folder, 'large-tfjs'));
    const all = [...readdirSync(folder).map((name) => join(folder, name)), ...given].map((path) => {
      const args = [fileURLToPath(import.meta.url), '--one', path];
      return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Loaded;
    });
    if (json) process.stdout.write(`${JSON.stringify(all)}\n`);
    else
      for (const { file, size, nodes, seconds, processors, peak } of all)
        process.stdout.write(
          `${file}: ${size.toFixed(1)} MiB, ${nodes} nodes, ${seconds.toFixed(2)} s (${processors.toFixed(2)} s of processors), peak ${peak.toFixed(0)} MiB, ${(peak / size).toFixed(2)} × the file\n`,
        );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

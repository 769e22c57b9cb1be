import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportDerivatives } from '../../api/export.js';
import { derive } from '../../src/derive/derive.js';
import { execute } from '../../src/derive/execute.js';
import { forward } from '../../src/formulate/forward.js';
import type { Network } from '../../src/network/graph.js';
import { readOnnx } from '../../src/network/read/onnx.js';
import { tolerances } from '../tolerances.js';
import { Graph, random } from './networks.js';

const ort = await import('onnxruntime-node').catch(() => undefined);

function made(body: (g: Graph, x: number) => number, n = 5): Network {
  const g = new Graph(random(8));
  return g.network('net', n, [body(g, g.input(0, [n]))]);
}
const networks: readonly (readonly [string, Network])[] = [
  ['dense with softmax', made((g, x) => g.softmax(g.affine(g.dense(g.dense(x, 7), 6), 3)))],
  ['begins with a narrow affine map', made((g, x) => g.affine(g.dense(g.affine(x, 2), 6), 3))],
  ['affine', made((g, x) => g.affine(x, 3))],
  [
    'products and gathers',
    made((g, x) => {
      const a = g.reshape(g.affine(g.gather(x, [0, 3, -1, 2]), 6), [1, 2, 3]);
      const b = g.reshape(g.dense(x, 6), [1, 3, 2]);
      return g.reshape(g.contract(a, b), [4]);
    }),
  ],
];

const column = (data: Float64Array, columns: number) =>
  new ort!.Tensor('float64', data, [data.length / columns, columns]);

describe.skipIf(ort === undefined)('derivatives as files (needs onnxruntime-node)', () => {
  it.each(networks)('%s: values, adjoints and directions of adjoints, several of each', async (_, net) => {
    const [n, m, nadj, nfwd] = [net.inputSize, net.outputSize, 2, 3];
    const next = random(3);
    const drawn = (count: number) => Float64Array.from({ length: count }, next);
    const [x, bars, ways, moved] = [drawn(n), drawn(m * nadj), drawn(n * nfwd), drawn(m * nadj * nfwd)];
    const files = exportDerivatives(net, { name: 'g' });
    expect(files.map(({ name }) => name)).toEqual(['g.onnx', 'adj_g.onnx', 'fwd_adj_g.onnx']);
    const run = async (k: number, feeds: Record<string, ReturnType<typeof column>>) => {
      const session = await ort!.InferenceSession.create(files[k]!.bytes);
      const [out] = Object.values(await session.run(feeds));
      await session.release();
      return out as { dims: readonly number[]; data: Float64Array };
    };
    const y = await run(0, { x: column(x, 1) });
    const adj = await run(1, { x: column(x, 1), adj_y: column(bars, nadj) });
    const both = await run(2, {
      x: column(x, 1),
      adj_y: column(bars, nadj),
      fwd_x: column(ways, nfwd),
      fwd_adj_y: column(moved, nadj * nfwd),
    });
    expect([y.dims, adj.dims, both.dims]).toEqual([
      [m, 1],
      [n, nadj],
      [n, nadj * nfwd],
    ]);
    const close = (a: number, b: number): void => {
      expect(Math.abs(a - b)).toBeLessThan(tolerances.f64 * 10);
    };
    for (const [i, value] of forward(net, x).at(-1)!.entries()) close(y.data[i]!, value);
    const { hessian, jacobian } = derive(net);
    const J = execute(jacobian, { x, λ: [] })[jacobian.outputs.J!]!.data;
    for (let a = 0; a < nadj; a++) {
      const λ = Float64Array.from({ length: m }, (_, i) => bars[i * nadj + a]!);
      const all = execute(hessian, { x, λ });
      const H = hessian.outputs.H === undefined ? undefined : all[hessian.outputs.H]!.data;
      const entry = (i: number, j: number): number => H?.[Math.max(i, j) * n + Math.min(i, j)] ?? 0;
      for (let i = 0; i < n; i++) {
        close(
          adj.data[i * nadj + a]!,
          λ.reduce((sum, own, k) => sum + own * J[k * n + i]!, 0),
        );
        for (let d = 0; d < nfwd; d++) {
          let wanted = 0;
          for (let j = 0; j < n; j++) wanted += entry(i, j) * ways[j * nfwd + d]!;
          const place = d * nadj + a;
          for (let k = 0; k < m; k++) wanted += J[k * n + i]! * moved[k * nadj * nfwd + place]!;
          close(both.data[i * nadj * nfwd + place]!, wanted);
        }
      }
    }
  });

  it('are read back as the network, points as columns', () => {
    const [, net] = networks[0]!;
    const [own] = exportDerivatives(net);
    const back = readOnnx({ file: 'f.onnx', name: 'f', bytes: own!.bytes });
    expect([back.inputSize, back.outputSize]).toEqual([net.inputSize, net.outputSize]);
    const x = [0.1, -0.4, 0.9, 0.3, -1];
    const [a, b] = [forward(net, x).at(-1)!, forward(back, x).at(-1)!];
    for (const [i, value] of a.entries()) expect(b[i]).toBeCloseTo(value, 12);
  });

  it('have a name that is one', () => {
    for (const name of ['', 'a b', '../f', '1f'])
      expect(() => exportDerivatives(networks[0]![1], { name })).toThrow(/is no identifier/);
  });
});

/** A Python with CasADi's GraphBuilder: `GRAYBOX_PYTHON`, else python3 of the system. */
const python = process.env['GRAYBOX_PYTHON'] ?? 'python3';
const bin = join(import.meta.dirname, '../../node_modules/onnxruntime-node/bin');
const [runtime] = (existsSync(bin) ? readdirSync(bin) : [])
  .map((version) => join(bin, version, 'linux/x64/libonnxruntime.so.1'))
  .filter(existsSync);
const absent =
  runtime === undefined ||
  spawnSync(python, ['-c', 'import casadi; casadi.GraphBuilder'], { stdio: 'ignore' }).status !== 0;

it.skipIf(absent)(
  'CasADi (GRAYBOX_PYTHON) takes Jacobians and Hessians from the files',
  { timeout: 60_000 },
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'graybox-casadi-'));
    try {
      for (const [, net] of networks.slice(0, 2)) {
        for (const { name, bytes } of exportDerivatives(net)) writeFileSync(join(folder, name), bytes);
        const script = join(import.meta.dirname, 'casadi_check.py');
        const env = { ...process.env, CASADI_ONNXRUNTIME_LIB: runtime };
        const output = execFileSync(python, [script, join(folder, 'f.onnx')], { encoding: 'utf8', env });
        const found = JSON.parse(output.trim().split('\n').at(-1)!);
        expect(found).toMatchObject({ inputs: net.inputSize, outputs: net.outputSize });
        expect(found.jacobian).toBeLessThan(tolerances.difference);
        expect(found.hessian).toBeLessThan(tolerances.difference);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

import { describe, expect, it } from 'vitest';
import { loadNetwork } from '../../runtime/node/load-network.js';
import '../../runtime/node/provide.js';
import { chainNetwork, otherNetworks } from '../../bench/networks.js';
import { derive } from '../../src/derive/derive.js';
import { type Available, chooseEngine, type EngineChoice } from '../../src/engine/choose.js';
import { engineNames, isSynchronous, openEngine } from '../../src/engine/open.js';
import { chain } from './networks.js';

const here: Available = async () => true;
const noBlas: Available = async (engine) => engine !== 'blas' || 'engine blas: found none';
const absent: Available = async (engine) => `onnxruntime-node is not here for ${engine}`;
const small = derive(chain([5, 10, 10, 2]));
const medium = derive(chain([60, 200, 200, 60]));
/** More operations than `medium`, in many small products. */
const deep = derive(chain([32, ...new Array<number>(38).fill(64), 8]));
/** Few outputs, so that J comes cheaply from adjoints and H is most of the work. */
const large = derive(chain([300, 400, 400, 400, 4]));
/** As many outputs as inputs: J alone costs as much as the tangents that H wants. */
const square = derive(chain([300, 400, 400, 400, 300]));
const convolutional = derive(chainNetwork(otherNetworks.find(({ convolutions }) => convolutions)!));
const attention = derive(await loadNetwork('models/mnist-attention'));

const chosen = (
  programs = small,
  choice: EngineChoice = {},
  available = here,
  lowerHessian = true,
): ReturnType<typeof chooseEngine> => chooseEngine(programs, choice, available, lowerHessian);

describe('engine auto', () => {
  it('takes wasm for little work and a BLAS for more', async () => {
    expect(await chosen(small)).toEqual({ engine: 'wasm', precision: 'f64', device: 'cpu' });
    for (const programs of [medium, deep, square])
      expect(await chosen(programs)).toEqual({ engine: 'blas', precision: 'f64', device: 'cpu' });
  });

  it('takes onnx where numbers are moved more than multiplied', async () => {
    expect(await chosen(attention)).toMatchObject({ engine: 'onnx' });
    expect(await chosen(convolutional)).toMatchObject({ engine: 'blas' });
  });

  it('takes onnx, and for little work wasm, where there is no BLAS, and says so', async () => {
    expect(await chosen(medium, {}, noBlas)).toMatchObject({
      engine: 'onnx',
      note: expect.stringMatching(/^network 'chain .*': engine onnx, because engine blas: found none$/),
    });
    expect((await chosen(medium, {}, noBlas)).degraded).toBeUndefined();
    const blasOnly: Available = async (engine) => engine === 'blas' || 'no onnxruntime-node';
    expect(await chosen(attention, {}, blasOnly)).toMatchObject({ engine: 'blas' });
  });

  it('takes a Hessian in f32 where that pays, and says so', async () => {
    const { engine, precision, note } = await chosen(large);
    expect({ engine, precision }).toEqual({ engine: 'blas', precision: 'mixed' });
    expect(note).toMatch(/^network 'chain .*': precision mixed, its Hessian in f32; precision f64 /);
    expect(await chosen(square)).toEqual({ engine: 'blas', precision: 'f64', device: 'cpu' });
  });

  it('keeps the precision that was named, and f64 where no Hessian may be lowered', async () => {
    expect(await chosen(large, { precision: 'f64' })).toMatchObject({ engine: 'blas', precision: 'f64' });
    expect((await chosen(large, { precision: 'mixed' })).note).toBeUndefined();
    expect(await chosen(small, { precision: 'f32' })).toMatchObject({ engine: 'blas', precision: 'f32' });
    expect(await chosen(large, {}, here, false)).toMatchObject({ engine: 'blas', precision: 'f64' });
  });

  it('takes wasm where all else is absent, and says why', async () => {
    const { engine, precision, note } = await chosen(large, {}, absent);
    expect({ engine, precision }).toEqual({ engine: 'wasm', precision: 'mixed' });
    expect(note).toMatch(
      /engine wasm, on one thread, because onnxruntime-node is not here.*; precision mixed/,
    );
    await expect(chosen(large, { device: 'cuda' }, absent)).rejects.toThrow(/not here/);
    await expect(chosen(small, { precision: 'f32' }, absent)).rejects.toThrow(/not here/);
  });

  it('takes f32 on webgpu, which has no other, and says so', async () => {
    expect(await chosen(large, { device: 'webgpu' })).toMatchObject({
      ...{ engine: 'onnx', precision: 'f32', note: expect.stringMatching(/precision f32, the only one/) },
    });
    expect(await chosen(large, { engine: 'onnx', device: 'webgpu' })).toMatchObject({ precision: 'f32' });
    await expect(chosen(large, { precision: 'tf32' })).rejects.toThrow(/^precision tf32: only engine cuda/);
    expect(await chosen(large, { device: 'cuda', precision: 'tf32' })).toMatchObject({ engine: 'cuda' });
  });

  it.each([
    { engine: 'tpu' as 'onnx' },
    { device: 'tpu' as 'cuda' },
    { precision: 'f16' as 'f32' },
    { threads: 1.5 },
    { threads: 0 },
  ])('refuses %o, naming the option', async (choice) => {
    await expect(chosen(small, choice)).rejects.toThrow(new RegExp(`^${Object.keys(choice)[0]}: `));
  });
});

describe('engines', () => {
  it.each(engineNames)('of which %s is known to be synchronous or not before it is loaded', async (name) => {
    const engine = await openEngine(name);
    expect(engine.name).toBe(name);
    expect(isSynchronous(name)).toBe(engine.synchronous);
  });
});

import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/errors.js';
import { derive } from '../../src/derive/derive.js';
import { onnxEngine } from '../../src/engine/onnx/engine.js';
import { engineContract } from './contract.js';
import { chain } from './networks.js';

engineContract({ engine: onnxEngine, precision: 'f64' });
engineContract({ engine: onnxEngine, precision: 'f32' });

/** Devices this machine is said to have; one that is named here and absent fails. */
const devices = (process.env['GRAYBOX_DEVICES'] ?? '').split(',');
if (devices.includes('cuda')) engineContract({ engine: onnxEngine, precision: 'f64', device: 'cuda' });
if (devices.includes('cuda')) engineContract({ engine: onnxEngine, precision: 'f32', device: 'cuda' });
if (devices.includes('webgpu')) engineContract({ engine: onnxEngine, precision: 'f32', device: 'webgpu' });

describe('onnx devices', () => {
  const programs = derive(chain([3, 4, 2]));
  it('refuses f64 on webgpu', async () => {
    const compiling = onnxEngine.compile(programs, { precision: 'f64', device: 'webgpu' });
    await expect(compiling).rejects.toThrow(/webgpu computes in f32 only/);
  });
  it.skipIf(devices.includes('cuda'))('says so when CUDA is absent', async () => {
    const compiling = onnxEngine.compile(programs, { precision: 'f64', device: 'cuda' });
    await expect(compiling).rejects.toThrow(InputError);
    await expect(compiling).rejects.toThrow(/cuda/);
  });
  it('fails after dispose', async () => {
    const executable = await onnxEngine.compile(programs, { precision: 'f64', device: 'cpu' });
    await executable.dispose();
    const buffers = { y: new Float64Array(2), J: new Float64Array(6), H: new Float64Array(6) };
    await expect(
      executable.evaluate(0, new Float64Array(3), new Float64Array(2), buffers) as Promise<void>,
    ).rejects.toThrow(/disposed/);
  });
});

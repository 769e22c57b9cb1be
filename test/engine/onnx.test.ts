import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/errors.js';
import { derive } from '../../src/derive/derive.js';
import { onnxEngine } from '../../src/engine/onnx/engine.js';
import { engineContract } from './contract.js';
import { chain } from './networks.js';

engineContract({ engine: onnxEngine, precision: 'f64' });
engineContract({ engine: onnxEngine, precision: 'f32' });

describe('onnx devices', () => {
  const programs = derive(chain([3, 4, 2]));
  it('refuses f64 on webgpu', async () => {
    await expect(onnxEngine.compile(programs, { precision: 'f64', device: 'webgpu' })).rejects.toThrow(
      InputError,
    );
  });
});

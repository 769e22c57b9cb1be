import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/errors.js';
import { derive } from '../../src/derive/derive.js';
import { wasmEngine } from '../../src/engine/wasm/engine.js';
import { engineContract } from './contract.js';
import { chain } from './networks.js';

engineContract({ engine: wasmEngine, precision: 'f64' });
engineContract({ engine: wasmEngine, precision: 'mixed' });

describe('what wasm does not have', () => {
  const programs = derive(chain([3, 4, 2]));
  it.each([
    { precision: 'f32', device: 'cpu' },
    { precision: 'f64', device: 'cuda' },
    { precision: 'f64', device: 'webgpu' },
  ] as const)('refuses %o', async (options) => {
    await expect(wasmEngine.compile(programs, options)).rejects.toThrow(InputError);
  });
});

import { describe, expect, it } from 'vitest';
import { derive } from '../../src/derive/derive.js';
import { wasmEngine } from '../../src/engine/wasm/engine.js';
import { denyAddressSpace, withoutAddressSpace } from '../no-address-space.js';
import { engineContract, evaluated, pointOf } from './contract.js';
import { architectures, elementwiseNetworks, kinked, smooth } from './networks.js';

describe('in plain JavaScript', () => {
  denyAddressSpace();
  engineContract({ engine: wasmEngine, precision: 'f64' });
  engineContract({ engine: wasmEngine, precision: 'mixed' });
});

describe('plain JavaScript beside WebAssembly', () => {
  const compile = (programs: ReturnType<typeof derive>, precision: 'f64' | 'mixed') =>
    wasmEngine.compile(programs, { precision, device: 'cpu' });

  it.each(['f64', 'mixed'] as const)('computes the same bits in %s', async (precision) => {
    const networks = [...architectures, ...elementwiseNetworks(smooth), ...elementwiseNetworks(kinked)];
    expect(networks.length).toBeGreaterThan(5);
    for (const network of networks) {
      const programs = derive(network, { kinks: 'allow' });
      const wasm = await compile(programs, precision);
      const plain = await withoutAddressSpace(() => compile(programs, precision));
      const question = pointOf(network);
      expect(await evaluated(plain, 2, question)).toEqual(await evaluated(wasm, 2, question));
      await wasm.dispose();
      await plain.dispose();
    }
  });
});

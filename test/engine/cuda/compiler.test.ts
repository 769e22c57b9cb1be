import { describe, expect, it } from 'vitest';
import { derive } from '../../../src/derive/derive.js';
import { openCompiler } from '../../../src/engine/cuda/compiler.js';
import { cudaEngineOver } from '../../../src/engine/cuda/engine.js';
import { findLibrary } from '../../../src/engine/cuda/libraries.js';
import { evaluatedAll, pointOf } from '../contract.js';
import {
  architectures,
  bent,
  elementwiseNetworks,
  kinked,
  partial,
  partialNetworks,
  smooth,
} from '../networks.js';
import { FakeCuda } from './fake.js';

/** Collects what it is asked to compile. */
class Listening extends FakeCuda {
  readonly sources: string[] = [];
  override compile(source: string): Uint8Array {
    this.sources.push(source);
    return super.compile(source);
  }
}

// NVRTC needs no card: pip install nvidia-cuda-nvrtc, and GRAYBOX_CUDA=…/nvidia/cu13/lib where that is in no usual place.
describe.skipIf(findLibrary('nvrtc') === undefined)('with NVRTC', () => {
  it.each(['f64', 'mixed'] as const)('every kernel compiles: %s', async (precision) => {
    const fake = new Listening();
    const engine = cudaEngineOver(async () => fake);
    const networks = [
      ...architectures.filter(({ inputSize }) => inputSize < 50),
      ...elementwiseNetworks([...smooth, ...kinked]),
      ...partialNetworks(partial),
      ...bent,
    ];
    for (const network of networks) {
      const executable = await engine.compile(derive(network, { kinks: 'allow' }), {
        precision,
        device: 'cuda',
      });
      for (const order of [0, 1, 2] as const)
        await evaluatedAll(executable, order, [pointOf(network, 1), pointOf(network, 2)]);
      await executable.dispose();
    }
    expect(fake.sources.length).toBeGreaterThan(50);
    const compiler = openCompiler();
    expect(compiler.name).toMatch(/^nvrtc 1[23]\.\d+$/);
    const [first, ...rest] = fake.sources;
    const kernels = new Set(rest.flatMap((source) => source.match(/extern "C"[\s\S]*?\n\}\n/g) ?? []));
    const binary = compiler.compile([first, ...kernels].join(''), 'sm_90');
    expect(binary.length).toBeGreaterThan(10_000);
  });

  it('tells what is wrong with a source', () => {
    expect(() => openCompiler().compile('__device__ int f() { return g(); }', 'sm_90')).toThrow(
      /nvrtcCompileProgram: .*"g" is undefined/,
    );
  });
});

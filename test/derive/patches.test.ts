import { describe, expect, it } from 'vitest';
import { derive } from '../../src/derive/derive.js';
import { flops } from '../../src/derive/flops.js';
import { compileWasm } from '../../src/engine/wasm/engine.js';
import { NetworkBuilder } from '../../src/network/build.js';
import type { Elementwise, Network, Tensor } from '../../src/network/graph.js';
import { convolution } from '../../src/network/lower/convolution.js';
import { maxPool } from '../../src/network/lower/pool.js';
import { evaluated, pointOf } from '../engine/contract.js';
import { random } from '../engine/networks.js';

const tanh: Elementwise = { name: 'tanh' };

/** What pictures go through: each verb returns the node it made. */
class Pictures {
  readonly build: NetworkBuilder;
  readonly #next = random(29);
  constructor(
    name: string,
    readonly channelsLast: boolean,
  ) {
    this.build = new NetworkBuilder(name, name);
  }
  tensor(...shape: number[]): Tensor {
    const length = shape.reduce((a, b) => a * b, 1);
    const scale = 1 / Math.sqrt(length / shape.at(-1)!);
    return { shape, data: Float64Array.from({ length }, () => scale * this.#next()) };
  }
  picture(side: number): number {
    const x = this.build.input('x', [side * side]);
    return this.build.reshape('picture', x, this.channelsLast ? [1, side, side, 1] : [1, 1, side, side]);
  }
  convolved(u: number, outs: number, window: number, stride: number): number {
    const channels = this.build.shape(u)[this.channelsLast ? 3 : 1]!;
    const before = (window - 1) >> 1;
    const along = { length: window, stride, dilation: 1, before, after: before };
    return convolution({ build: this.build, layer: 'convolution' }, u, {
      kernel: this.tensor(window, window, channels, outs),
      bias: this.tensor(outs),
      windows: [along, along],
      groups: 1,
      channelsLast: this.channelsLast,
    });
  }
  tanh(u: number): number {
    return this.build.elementwise('tanh', u, tanh);
  }
  pooled(u: number): number {
    const along = { length: 2, stride: 2, dilation: 1, before: 0, after: 0 };
    const { channelsLast } = this;
    return maxPool({ build: this.build, layer: 'pool' }, u, {
      windows: [along, along],
      channelsLast,
      ceil: false,
    });
  }
  finish(u: number): Network {
    const size = this.build.shape(u).reduce((a, b) => a * b, 1);
    const flat = this.build.reshape('flat', u, [size]);
    return this.build.finish([
      this.build.softmax('softmax', this.build.affine('out', flat, this.tensor(size, 5), this.tensor(5))),
    ]);
  }
}

const cases = [true, false].flatMap((channelsLast) => {
  const made = (name: string, body: (p: Pictures) => number): Network => {
    const own = new Pictures(`${name}, channels ${channelsLast ? 'last' : 'first'}`, channelsLast);
    return own.finish(body(own));
  };
  return [
    made('two convolutions', (p) =>
      p.tanh(p.convolved(p.tanh(p.convolved(p.picture(24), 4, 5, 2)), 6, 3, 2)),
    ),
    made('a residual', (p) => {
      const u = p.tanh(p.convolved(p.picture(20), 3, 3, 2));
      return p.tanh(p.build.add('sum', [u, p.tanh(p.convolved(u, 3, 3, 1))]));
    }),
    made('a largest of four', (p) =>
      p.tanh(p.convolved(p.pooled(p.tanh(p.convolved(p.picture(24), 4, 3, 1))), 6, 3, 2)),
    ),
    made('the picture beside its convolution', (p) => {
      const u = p.picture(20);
      return p.tanh(p.build.add('sum', [u, p.tanh(p.convolved(u, 1, 3, 1))]));
    }),
  ];
});

describe('tangents of a few numbers each', () => {
  it.each(cases)('$name: as differences of adjoints', async (network) => {
    const programs = derive(network, { kinks: 'allow' });
    const executable = compileWasm(programs, { precision: 'f64', device: 'cpu' });
    const { x, λ } = pointOf(network);
    const n = x.length;
    const next = random(5);
    const { H } = await evaluated(executable, 2, { x, λ });
    const slope = async (at: Float64Array): Promise<Float64Array> => {
      const { J } = await evaluated(executable, 1, { x: at, λ });
      return Float64Array.from({ length: n }, (_, j) => λ.reduce((sum, l, i) => sum + l * J[i * n + j]!, 0));
    };
    const entry = (i: number, j: number): number =>
      H[(Math.max(i, j) * (Math.max(i, j) + 1)) / 2 + Math.min(i, j)]!;
    const h = 1e-5;
    for (let k = 0; k < 3; k++) {
      const v = Float64Array.from({ length: n }, next);
      const [plus, minus] = [
        await slope(x.map((u, i) => u + h * v[i]!)),
        await slope(x.map((u, i) => u - h * v[i]!)),
      ];
      const found = plus.map((u, i) => (u - minus[i]!) / (2 * h));
      const own = found.map((_, i) => v.reduce((sum, u, j) => sum + u * entry(i, j), 0));
      const size = Math.hypot(...found);
      expect(size).toBeGreaterThan(0);
      expect(Math.hypot(...found.map((u, i) => u - own[i]!)) / size).toBeLessThan(1e-6);
    }
    await executable.dispose();
  });

  it('take fewer operations than whole ones', () => {
    const [network] = cases as [Network];
    const n = network.inputSize;
    const second = network.nodes.filter(({ op }) => op.kind === 'elementwise')[1]!;
    const width = second.shape.reduce((a, b) => a * b, 1);
    expect(flops(derive(network).hessian)).toBeLessThan(0.5 * n * n * width);
  });
});

import { add, multiply } from '../../lower/arithmetic.js';
import { convolution } from '../../lower/convolution.js';
import { slice } from '../../lower/move.js';
import { range } from '../../lower/place.js';
import { layoutOf, samePadding } from '../../lower/window.js';
import { type Call, channelsLast, each, one, type Rule, unbatched } from './call.js';
import { windowsOf } from './convolutions.js';
import { named, skip } from './recurrents.js';

/**
 * An LSTM whose products are convolutions (Shi et al. 2015), over `[time, …space, channels]`: the input's as it is configured, the
 * state's with stride 1, padded to its own size.
 */
const convLstm =
  (dims: number): Rule =>
  (call: Call) => {
    const { build, config, layer } = call;
    const u = one(call);
    const [time, ...shape] = build.shape(u) as [number, ...number[]];
    if (shape.length !== dims + 1)
      throw build.error(layer, `works on ${dims + 2} axes, its input has ${shape.length + 1}`);
    const last = channelsLast(config);
    const layout = layoutOf(dims + 2, last);
    const lengths = layout.space.map((axis) => shape[axis - 1]!);
    const size = each(config, 'kernel_size', dims, 1);
    const filters = config.number('filters');
    const backwards = config.flag('go_backwards', false);
    const cell = call.within('conv_lstm_cell', 'cell');
    const width = 4 * filters;
    const common = { groups: 1, channelsLast: last };
    const ofInput = {
      ...common,
      kernel: cell.weight('kernel', [...size, shape[layout.channels - 1]!, width]),
      windows: windowsOf(config, lengths, size, each(config, 'strides', dims, 1)),
    };
    const kernel = cell.weight('recurrent_kernel', [...size, filters, width]);
    const bias = config.flag('use_bias', true) ? cell.weight('bias', [width]) : undefined;
    config.only('rank', dims, `expected ${dims}`);
    skip(call);
    const [φ, gate] = [named(call, 'activation', 'tanh'), named(call, 'recurrent_activation', 'sigmoid')];
    const steps: number[] = [];
    let states: [h: number, c: number] | undefined;
    for (const t of backwards ? range(time).reverse() : range(time)) {
      const step = build.reshape(layer, slice(call, u, 0, t, 1), [1, ...shape]);
      let all = convolution(call, step, { ...ofInput, bias });
      if (states) {
        const here = build.shape(states[0]);
        const windows = layout.space.map((axis, d) => {
          const [before, after] = samePadding(here[axis]!, size[d]!, 1, 1);
          return { length: size[d]!, stride: 1, dilation: 1, before, after };
        });
        all = add(call, all, convolution(call, states[0], { ...common, kernel, windows }));
      }
      const part = (k: number): number => slice(call, all, layout.channels, k * filters, filters);
      const taken = multiply(call, gate(part(0)), φ(part(2)));
      const c = states ? add(call, multiply(call, gate(part(1)), states[1]), taken) : taken;
      const h = multiply(call, gate(part(3)), φ(c));
      states = [h, c];
      steps[t] = h;
    }
    const ends = states!;
    const main = unbatched(call, ends[0]);
    if (!config.flag('return_sequences', false)) return withStates(call, main, ends);
    const order = backwards ? steps.reverse() : steps;
    return withStates(call, order.length === 1 ? order[0]! : build.concat(layer, order, 0), ends);
  };

function withStates(call: Call, main: number, states: readonly number[]): number[] {
  if (!call.config.flag('return_state', false)) return [main];
  return [main, ...states.map((state) => unbatched(call, state))];
}

export const convolutionalRecurrentRules: Readonly<Record<string, Rule>> = {
  ConvLSTM1D: convLstm(1),
  ConvLSTM2D: convLstm(2),
  ConvLSTM3D: convLstm(3),
};

import { range } from '../../lower/place.js';
import { linearWeights, resampled } from '../../lower/resize.js';
import { computed } from '../onnx/call.js';
import { flagOf } from './attributes.js';
import type { Rule } from './rule.js';

/** Images at another size. */
const resize =
  (nearest: boolean): Rule =>
  (call, node) => {
    const sizes = call.integers(1, 'size');
    const [corners, half] = [flagOf(node, 'align_corners'), flagOf(node, 'half_pixel_centers')];
    let u = call.node(0);
    sizes.forEach((size, d) => {
      const length = call.build.shape(u)[d + 1]!;
      const scale = corners && size > 1 ? (length - 1) / (size - 1) : length / size;
      const at = range(size).map((x) => (half ? (x + 0.5) * scale - (nearest ? 0 : 0.5) : x * scale));
      const held = nearest
        ? at.map((x) => Math.min(corners ? Math.round(x) : Math.floor(x), length - 1))
        : at;
      u = resampled(call, u, d + 1, linearWeights(length, held));
    });
    return computed(u);
  };

export const resizingRules: Readonly<Record<string, Rule>> = {
  ResizeBilinear: resize(false),
  ResizeNearestNeighbor: resize(true),
};

import * as tf from '@tensorflow/tfjs';
import { type Architecture, affineWeights, type Layer, type Weight } from './architecture.js';
import { affine, affineOf } from './fit.js';
import { moved } from './gather.js';

const side = 28;
const patch = 7;
const tokens = (side / patch) ** 2;
const width = 32;
const heads = 4;
const depth = width / heads;
const inner = 64;
const blocks = 2;
const classes = 10;
const epsilon = 1e-3;

/** Pixels of the patches, one after another. */
const patches = Int32Array.from({ length: side * side }, (_, k) => {
  const [token, within] = [Math.floor(k / patch ** 2), k % patch ** 2];
  const across = side / patch;
  const row = Math.floor(token / across) * patch + Math.floor(within / patch);
  return row * side + (token % across) * patch + (within % patch);
});

const normWeights = (layer: string, shape: readonly number[]): Weight[] => [
  { name: `${layer}/gamma`, shape, start: 1 },
  { name: `${layer}/beta`, shape },
];

/** `γ(u − mean)/√(variance + ε) + β` over the last `axes` axes. */
function normalize(u: tf.Tensor, axes: number, γ: tf.Tensor, β: tf.Tensor): tf.Tensor {
  const over = Array.from({ length: axes }, (_, k) => u.rank - axes + k);
  const centred = u.sub(u.mean(over, true));
  return centred.mul(centred.square().mean(over, true).add(epsilon).rsqrt()).mul(γ).add(β);
}

const swish = (u: tf.Tensor): tf.Tensor => u.mul(u.sigmoid());

/**
 * A small vision transformer (Dosovitskiy et al. 2021): patches as tokens, told apart by the γ and β of a normalization over all
 * of them; blocks that normalize before (Xiong et al. 2020), multi-head attention and two dense layers with swish.
 */
export function attention(): Architecture {
  const layers: Layer[] = [];
  const weights: Weight[] = [];
  let last = 'pixels';
  const add = (
    kind: string,
    name: string,
    config: Layer['config'],
    from = [last],
    own: Weight[] = [],
  ): string => {
    layers.push({ kind, name, config, from });
    weights.push(...own);
    last = name;
    return name;
  };
  const dense = (name: string, units: number, inputs: number, activation = 'linear'): string =>
    add('Dense', name, { units, activation }, [last], affineWeights(name, [inputs, units]));
  const norm = (name: string, axis: number[], shape: number[]): string =>
    add('LayerNormalization', name, { axis, epsilon }, [last], normWeights(name, shape));
  const across = side / patch;
  add('Reshape', 'rows', { target_shape: [across, patch, across, patch] });
  add('Permute', 'together', { dims: [1, 3, 2, 4] });
  add('Reshape', 'patches', { target_shape: [tokens, patch ** 2] });
  dense('embedding', width, patch ** 2);
  let stream = norm('position', [1, 2], [tokens, width]);
  for (let k = 1; k <= blocks; k++) {
    const u = norm(`norm_${k}a`, [2], [width]);
    const name = `attention_${k}`;
    add(
      'MultiHeadAttention',
      name,
      { num_heads: heads, key_dim: depth },
      [u, u],
      [
        ...['query', 'key', 'value'].flatMap((part) =>
          affineWeights(`${name}/${part}`, [width, width], [width, heads, depth], [heads, depth]),
        ),
        ...affineWeights(`${name}/attention_output`, [width, width], [heads, depth, width], [width]),
      ],
    );
    stream = add('Add', `sum_${k}a`, {}, [stream, name]);
    norm(`norm_${k}b`, [2], [width]);
    dense(`wide_${k}`, inner, width, 'swish');
    const back = dense(`narrow_${k}`, width, inner);
    stream = add('Add', `sum_${k}b`, {}, [stream, back]);
  }
  norm('norm', [2], [width]);
  add('Flatten', 'flatten', {});
  dense('output', classes, tokens * width, 'softmax');
  return {
    name: 'mnist-attention',
    told: `${tokens} patches of ${patch} × ${patch} → ${width}, ${blocks} blocks of ${heads} heads and ${inner} swish units, normalized before → ${classes}, softmax`,
    weights,
    layers,
    logits(given, images) {
      const batch = images.shape[0];
      let at = 0;
      const next = (): tf.Tensor => given[at++]!;
      const affinely = (u: tf.Tensor): tf.Tensor => {
        const [w, b] = [next(), next()];
        const columns = u.shape.at(-1)!;
        return affine(u.reshape([-1, columns]), w.reshape([columns, -1]), b.flatten());
      };
      const normally = (u: tf.Tensor, axes: number): tf.Tensor => normalize(u, axes, next(), next());
      const headed = (u: tf.Tensor): tf.Tensor =>
        affinely(u).reshape([batch, tokens, heads, depth]).transpose([0, 2, 1, 3]);
      const rows = moved(images, side * side, patches).reshape([batch * tokens, patch ** 2]) as tf.Tensor2D;
      let x = affineOf(rows, next(), next());
      x = normally(x.reshape([batch, tokens, width]), 2);
      for (let k = 0; k < blocks; k++) {
        const u = normally(x, 1);
        const [q, key, value] = [headed(u), headed(u), headed(u)];
        const shares = tf.softmax(tf.matMul(q, key.transpose([0, 1, 3, 2])).mul(1 / Math.sqrt(depth)));
        const mixed = tf
          .matMul(shares, value)
          .transpose([0, 2, 1, 3])
          .reshape([batch * tokens, width]);
        x = x.add(affinely(mixed).reshape([batch, tokens, width]));
        const v = affinely(swish(affinely(normally(x, 1))));
        x = x.add(v.reshape([batch, tokens, width]));
      }
      return affinely(normally(x, 1).reshape([batch, tokens * width])) as tf.Tensor2D;
    },
  };
}

import { InputError } from '../src/core/errors.js';
import { optionsOf, told } from '../src/core/given.js';
import { WasmRows } from '../src/engine/wasm/rows.js';
import { type BoundsMethod, nodeBounds } from '../src/network/bounds/bounds.js';
import type { Intervals } from '../src/network/bounds/interval.js';
import { type Box, regionOf } from '../src/network/bounds/region.js';
import { requireNetwork } from '../src/network/given.js';
import type { Network } from '../src/network/graph.js';
import { isAffine, label } from '../src/network/traits.js';

/** What cuts the box, and how tight bounds are. */
export interface BoundsOptions {
  /** Radius of an ℓ1 ball around the box's center that cuts the box; same as `norm1` of the box. */
  readonly norm1?: number;
  /**
   * Default `crown`: backward through affine bounds of every operation (Zhang et al. 2018); inner values whose pass would take
   * more than 3·10¹⁰ products keep their interval. `interval`: from node to node.
   */
  readonly method?: BoundsMethod;
}

/** Bounds of what enters an operation that is not affine. */
export interface LayerBounds {
  readonly layer: string;
  /** The operation that they enter. */
  readonly op: string;
  readonly shape: readonly number[];
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** Bounds of the outputs, flattened, and of every pre-activation in the order of evaluation. */
export interface NetworkBounds {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly layers: readonly LayerBounds[];
}

/**
 * Bounds of every output and pre-activation of `net` over a box of inputs, also where an ℓ1 ball cuts it. They hold for exact
 * arithmetic: each is widened by 10⁻⁹ relative to what was added up for it, and inner ones of large networks by what products in
 * f32 may have lost, about 10⁻⁵ of their width. Throws {@link InputError} for a box that does not
 * fit the network, is empty or not finite.
 */
export function bounds(net: Network, box: Box, options: BoundsOptions = {}): NetworkBounds {
  requireNetwork(net, 'bounds');
  const { norm1, method = 'crown' } = optionsOf(options, 'bounds', ['norm1', 'method']);
  if (method !== 'crown' && method !== 'interval')
    throw new InputError(`bounds: unknown method ${told(method)}; use crown or interval`);
  const region = regionOf(norm1 === undefined ? box : { ...box, norm1 }, net.inputSize);
  return boundsOf(net, nodeBounds(net, region, method, kernelsFor(net)));
}

const kernels = new WeakMap<Network, WasmRows>();

/** One for each network, with its weights. */
function kernelsFor(net: Network): WasmRows {
  const own = kernels.get(net) ?? new WasmRows(`bounds of ${net.name}`);
  kernels.set(net, own);
  return own;
}

function boundsOf({ nodes, outputs }: Network, found: readonly Intervals[]): NetworkBounds {
  const joined = (side: keyof Intervals): Float64Array =>
    Float64Array.from(outputs.flatMap((k) => [...found[k]![side]]));
  const layers = nodes.flatMap(({ layer, op, inputs }): LayerBounds[] => {
    if (isAffine(op)) return [];
    return [...new Set(inputs)].map((k) => ({
      layer,
      op: label(op),
      shape: nodes[k]!.shape,
      lower: found[k]!.lower,
      upper: found[k]!.upper,
    }));
  });
  return { lower: joined('lower'), upper: joined('upper'), layers };
}

import type { OpenLinearSolver } from '../../linear/contract.js';
import { linearOptions } from '../../linear/options.js';
import type { KktShape } from '../contract.js';
import type { CoreSystem } from '../core.js';
import { sameShape } from '../same-shape.js';
import type { Block } from './block.js';
import { GeneralBlock } from './general.js';
import { type Plan, planOf } from './plan.js';
import { restOf } from './rest.js';
import { SchurSystem } from './system.js';
import { TriangularBlock } from './triangular.js';

/** Opens what is left once blocks are eliminated, and the whole where they cannot be. */
export type OpenCore = (shape: KktShape) => CoreSystem;

/** Networks of fewer columns than this are not worth a system of their own. */
const LEAST_COLUMNS = 64;
/**
 * Operations by blocks against those in general, by estimate, up to which blocks are worth it; where these are many, large
 * products make up for more (784-512⁵-10: 0.88, and a third faster; 784-128⁵-10: 0.92, and a fifth slower).
 */
const WORTH = { few: 0.6, many: 1.1 } as const;
/** Operations from which they are many. */
const MANY = 2e8;

/**
 * Eliminates the blocks of the shape's partition that `takes` wants: all of them, or networks in full space where that saves
 * operations. Undefined where none is left.
 */
export function openBlocks(
  shape: KktShape,
  openCore: OpenCore,
  open: OpenLinearSolver,
  options: Readonly<Record<string, unknown>>,
  takes: 'all' | 'networks',
): CoreSystem | undefined {
  const began = performance.now() / 1000;
  if (shape.partition === undefined) return undefined;
  const plan = planned(shape, shape.partition);
  if (takes === 'networks' && !pays(plan)) return undefined;
  const { denseKernels } = linearOptions(options);
  const blocks: Block[] = plan.triangular.map(
    (layers) => new TriangularBlock(layers, shape.core, denseKernels),
  );
  if (takes === 'all')
    for (const own of plan.general) blocks.push(new GeneralBlock(shape, plan.touched, own, open, options));
  if (blocks.length === 0) return undefined;
  const rest = restOf(shape, blocks, plan.dense);
  return new SchurSystem(shape, blocks, rest, openCore(rest.shape), () => openCore(shape), began);
}

/** The latest plan: one problem after another of the same structure is planned once. */
let latest: { readonly shape: KktShape; readonly plan: Plan } | undefined;
/** Most values of a Jacobian whose plan is kept. */
const MOST_KEPT = 2 ** 21;

function planned(shape: KktShape, partition: Int32Array): Plan {
  if (latest && sameShape(latest.shape, shape)) return latest.plan;
  const plan = planOf(shape, partition);
  latest = shape.jacobian.length <= MOST_KEPT ? { shape, plan } : undefined;
  return plan;
}

function pays({ triangular, flops }: Plan): boolean {
  const columns = triangular.reduce((sum, layers) => sum + layers.columns.length, 0);
  const worth = flops.general >= MANY ? WORTH.many : WORTH.few;
  return columns >= LEAST_COLUMNS && flops.blocks <= worth * flops.general;
}

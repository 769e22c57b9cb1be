import { Budget, type BudgetLimits, OverBudget } from '../core/budget.js';
import { InputError } from '../core/errors.js';
import { optionsOf } from '../core/given.js';
import { requireNetwork } from '../network/given.js';
import type { Network } from '../network/graph.js';
import { narrowPrefix } from '../network/prefix.js';
import { isSmooth, label } from '../network/traits.js';
import { adjointOf, adjoints, backFrom } from './adjoint.js';
import { Builder, Workshop } from './builder.js';
import { cost } from './cost.js';
import { curvature } from './curvature.js';
import { type Forward, forward } from './forward.js';
import type { Outputs, Program, Programs, Ref } from './program.js';
import { pulledBack } from './reverse.js';
import { prefixFactor, prefixMap, type Space, spaceOf, tangentsIn } from './space.js';
import { type Tangent, Tangents } from './tangent.js';

/** How kinks are taken, and limits. */
export interface DeriveOptions {
  /** `allow`: take the second derivative of relu, abs and their like as zero. Default `refuse`. */
  readonly kinks?: 'refuse' | 'allow';
  /**
   * Where the network begins with an affine map `z = Bx + c` to fewer numbers: `keep` gives derivatives by `z` and the
   * constant `B`, `expand` those by `x`. Default `expand`.
   */
  readonly through?: 'keep' | 'expand';
  /** What the programs may take, see {@link BudgetLimits}. */
  readonly limits?: BudgetLimits | undefined;
}

/**
 * The programs of `network`. Each is built in every way known here (tangents or adjoints for `J`, squares of tangents or
 * tangents of adjoints for `H`, at the input or at a narrow prefix; of long networks `H` as `J`) and the one that costs least is kept. Throws {@link InputError} where all take more than the
 * limits allow.
 */
export function derive(network: Network, options: DeriveOptions = {}): Programs {
  requireNetwork(network, 'derive');
  optionsOf(options, 'derive', ['kinks', 'through', 'limits']);
  refusePrograms(network);
  if ((options.kinks ?? 'refuse') === 'refuse') refuseKinks(network);
  const workshop = new Workshop(`network '${network.name}'`, new Budget(options.limits));
  const cut = narrowPrefix(network);
  const keep = cut !== undefined && options.through === 'keep';
  const inner = cut === undefined ? [] : [spaceOf(network, cut)];
  const spaces = keep ? inner : [spaceOf(network), ...inner];
  const ways = spaces.flatMap((space) => {
    const end = space.cut === undefined || keep ? 'stays' : leaving(network, space, workshop);
    return (['tangents', 'adjoints'] as const).map((by): Way => ({ space, by, end }));
  });
  const jacobian = cheapest(ways, (way) => jacobianProgram(network, way, workshop));
  const hessianOf = (mixed: boolean) => (way: Way & { readonly bend: Bend }) =>
    hessianProgram(network, { ...way, mixed }, workshop);
  const bent = (some: readonly Way[]) =>
    cheapest(
      some.flatMap((way) => (['squares', 'adjoints'] as const).map((bend) => ({ ...way, bend }))),
      hessianOf(false),
    );
  const long = network.nodes.length > LONG;
  const hessian = (long ? withinBudget(() => bent([jacobian.way])) : undefined) ?? bent(ways);
  // f32 halves a cost at most.
  const near = hessian.costs.flatMap(({ way, cost }) => (cost <= 2 * hessian.cost ? [way] : []));
  return {
    name: network.name,
    inputs: network.inputSize,
    outputs: network.outputSize,
    parameters: network.parameters,
    ...(keep && { through: prefixFactor(network, cut, workshop) }),
    value: valueProgram(network, workshop),
    jacobian: jacobian.program,
    hessian: hessian.program,
    mixed: cheapest(near, hessianOf(true)).program,
  };
}

/** Networks of more nodes have their Hessian made as their Jacobian alone: making a program takes long. */
const LONG = 2000;

interface Cheapest<W> {
  readonly way: W;
  readonly program: Program;
  readonly cost: number;
  /** Of all ways that the budget allows. */
  readonly costs: readonly { readonly way: W; readonly cost: number }[];
}

/** The program that costs least among those that the budget allows. */
function cheapest<W>(ways: readonly W[], make: (way: W) => Program): Cheapest<W> {
  const costs: { readonly way: W; readonly cost: number }[] = [];
  let best: Omit<Cheapest<W>, 'costs'> | undefined;
  let refusal: OverBudget | undefined;
  for (const way of ways)
    try {
      const program = make(way);
      const own = cost(program);
      costs.push({ way, cost: own });
      if (best === undefined || own < best.cost) best = { way, program, cost: own };
    } catch (error) {
      if (!(error instanceof OverBudget)) throw error;
      refusal ??= error;
    }
  if (best === undefined) throw refusal;
  return { ...best, costs };
}

/** What is made, or undefined where the budget does not allow it. */
function withinBudget<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof OverBudget)) throw error;
    return undefined;
  }
}

/** Quadratic programs have no rules: formulations cut a network there. */
function refusePrograms(network: Network): void {
  const found = network.nodes.find(({ op }) => op.kind === 'quadraticProgram');
  if (found)
    throw new InputError(
      `${network.name}: layer '${found.layer}' is a quadratic program, of which no derivative program is made: use the network by network(net, x, …) in full space or with the option quadratic`,
    );
}

/** Throws for the first op without a second derivative. */
export function refuseKinks(network: Network): void {
  for (const { op, layer } of network.nodes)
    if (!isSmooth(op))
      throw new InputError(
        `${network.name}: layer '${layer}' uses ${label(op)}, which has no second derivative; use the full-space formulation, ` +
          "a smooth activation (softplus, tanh, elu), or kinks: 'allow' to take it as zero",
      );
}

/** How a program takes its derivatives. */
interface Way {
  readonly space: Space;
  /** What `J` comes from. */
  readonly by: 'tangents' | 'adjoints';
  /** How derivatives leave the space of a cut: by its matrix, as adjoints through the ops before it, or not at all. */
  readonly end: 'product' | 'adjoints' | 'stays';
}

/** `H` as a sum of squares, or as what the adjoints change by. */
type Bend = 'squares' | 'adjoints';

function valueProgram(network: Network, workshop: Workshop): Program {
  const b = new Builder(workshop);
  return b.finish({ y: forward(b, network).y });
}

function jacobianProgram(network: Network, way: Way, workshop: Workshop): Program {
  const f = forward(new Builder(workshop), network);
  const { b, y } = f;
  if (way.by === 'adjoints') return b.finish({ y, J: inSpace(f, way, jacobianByAdjoints(f, way.space)) });
  const t = new Tangents(b, way.space.rows);
  return b.finish({ y, J: inSpace(f, way, jacobianByTangents(f, t, tangentsIn(way.space, t, f))) });
}

/**
 * With adjoints, those of `λᵀy` are one row more of the same products. `mixed`: what leads to `H` alone is lowered.
 */
function hessianProgram(
  network: Network,
  way: Way & { readonly bend: Bend; readonly mixed: boolean },
  workshop: Workshop,
): Program {
  const { space, mixed } = way;
  const f = forward(new Builder(workshop), network);
  const { b, y } = f;
  const m = network.outputSize;
  const λ = b.reshape(b.input('λ', [m]), [1, m]);
  const byAdjoints = way.by === 'adjoints';
  const rows = byAdjoints ? m : 0;
  const bars = adjoints(f, byAdjoints ? b.concat([b.eye(m, m), λ], 0) : λ);
  const expand = way.end !== 'stays';
  const exact = new Tangents(b, space.rows);
  const t = new Tangents(b, space.rows, mixed && byAdjoints, expand ? 'full' : 'lower');
  const tangents = tangentsIn(space, t, f);
  const J = byAdjoints
    ? b.slice(adjointOf(f, space, bars, m + 1), 0, 0, m)
    : jacobianByTangents(f, exact, tangents);
  const lowered = mixed && !byAdjoints ? tangents.map((tangent) => lower(b, tangent)) : tangents;
  const barOf = (k: number): Ref | undefined => {
    const bar = bars[k];
    return bar === undefined ? undefined : b.reshape(b.slice(bar, 0, rows, 1), f.sites[k]!.shape);
  };
  const H =
    way.bend === 'adjoints' ? pulledBack(f, space, t, lowered, barOf) : curvature(f, t, lowered, barOf);
  const outputs: Outputs = { y, J: inSpace(f, way, J) };
  if (H === undefined) return b.finish(outputs);
  if (!expand) return b.finish({ ...outputs, H });
  return b.finish({ ...outputs, H: expanded(f, way, H) });
}

/** `∇²ₓ = M (∇²_z) Mᵀ` from that by the numbers `z` of a cut, which is whole. */
function expanded(f: Forward, { space, end }: Pick<Way, 'space' | 'end'>, H: Ref): Ref {
  const { b, network } = f;
  const cut = space.cut!;
  if (end === 'adjoints') return backFrom(f, cut, b.transpose(backFrom(f, cut, H)));
  const n = network.inputSize;
  const M = prefixMap(f, cut);
  return b.symmetric([n, n], [{ left: b.matmul(M, H), right: M }], null);
}

/** How a Hessian leaves a space at the least cost. */
function leaving(network: Network, space: Space, workshop: Workshop): Way['end'] {
  const costs = (['product', 'adjoints'] as const).map((end) => {
    try {
      const f = forward(new Builder(workshop), network);
      const H = f.b.input('x', [space.rows, space.rows]);
      return cost(f.b.finish({ y: expanded(f, { space, end }, H) }));
    } catch (error) {
      if (!(error instanceof OverBudget)) throw error;
      return Number.POSITIVE_INFINITY;
    }
  });
  return costs[1]! < costs[0]! ? 'adjoints' : 'product';
}

function jacobianByTangents(f: Forward, t: Tangents, tangents: readonly (Tangent | undefined)[]): Ref {
  const { b, network, sites } = f;
  const ends = network.outputs.map((k) => t.matrix(tangents[k]!, sites[k]!.shape));
  return b.transpose(b.concat(ends, 1));
}

function jacobianByAdjoints(f: Forward, space: Space): Ref {
  const m = f.network.outputSize;
  return adjointOf(f, space, adjoints(f, f.b.eye(m, m)), m);
}

/** A Jacobian by the numbers of the way's space, as one by `x` where the space is to be left. */
function inSpace(f: Forward, { space: { cut }, end }: Way, J: Ref): Ref {
  if (cut === undefined || end === 'stays') return J;
  return end === 'adjoints' ? backFrom(f, cut, J) : f.b.matmul(J, prefixMap(f, cut), false, true);
}

/** The tangent with its numbers lowered. */
function lower(b: Builder, tangent: Tangent | undefined): Tangent | undefined {
  if (tangent?.kind === 'dense') return { ...tangent, tensor: b.lower(tangent.tensor) };
  if (tangent?.kind === 'patched') return { ...tangent, weight: b.lower(tangent.weight) };
  if (tangent?.scale == null) return tangent;
  return { ...tangent, scale: b.lower(tangent.scale) };
}

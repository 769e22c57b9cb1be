import { InputError } from '../core/errors.js';
import type { Network } from '../network/graph.js';
import { narrowPrefix } from '../network/prefix.js';
import { isAffine, isSmooth, label } from '../network/traits.js';
import { Builder, sizeOf } from './builder.js';
import { flops } from './flops.js';
import type { Program, Programs, Ref, Term } from './program.js';
import { type AnySite, ruleOf, rules } from './rules/table.js';
import { type Tangent, Tangents } from './tangent.js';

export interface DeriveOptions {
  /** `allow`: take the second derivative of relu, abs and their like as zero. Default `refuse`. */
  readonly kinks?: 'refuse' | 'allow';
}

/**
 * The three programs of `network`. Each is built in every way known here (tangents or adjoints for `J`, tangents at the
 * input or at a narrow prefix) and the one with the fewest floating-point operations is kept.
 */
export function derive(network: Network, options: DeriveOptions = {}): Programs {
  if ((options.kinks ?? 'refuse') === 'refuse') refuseKinks(network);
  const prefix = narrowPrefix(network);
  const cuts = prefix === undefined ? [undefined] : [undefined, prefix];
  return {
    name: network.name,
    inputs: network.inputSize,
    outputs: network.outputSize,
    parameters: network.parameters,
    value: valueProgram(network),
    jacobian: cheapest([
      adjointJacobianProgram(network),
      ...cuts.map((cut) => tangentProgram(network, cut, { hessian: false })),
    ]),
    hessian: cheapest(cuts.map((cut) => tangentProgram(network, cut, { hessian: true }))),
  };
}

const cheapest = (programs: readonly Program[]): Program =>
  programs.reduce((best, program) => (flops(program) < flops(best) ? program : best));

/** Throws for the first op without a second derivative. */
export function refuseKinks(network: Network): void {
  for (const { op, layer } of network.nodes)
    if (!isSmooth(op))
      throw new InputError(
        `${network.name}: layer '${layer}' uses ${label(op)}, which has no second derivative; use the full-space formulation, ` +
          "a smooth activation (softplus, tanh, elu), or kinks: 'allow' to take it as zero",
      );
}

/** The forward pass: one site per node, its value included. */
function forward(b: Builder, network: Network): AnySite[] {
  const x = b.input('x', network.inputSize);
  const sites: AnySite[] = [];
  for (const { op, inputs, shape } of network.nodes) {
    const site = { b, op, shape, inputs: inputs.map((k) => sites[k]!) };
    sites.push({ ...site, value: ruleOf(op).value(site, x) });
  }
  return sites;
}

function output(b: Builder, network: Network, sites: readonly AnySite[]): Ref {
  const parts = network.outputs.map((k) => b.reshape(sites[k]!.value, [sizeOf(sites[k]!.shape)]));
  return b.concat(parts, 0);
}

function valueProgram(network: Network): Program {
  const b = new Builder();
  return b.finish({ y: output(b, network, forward(b, network)) });
}

/**
 * `v̄` of every node, `[batch, …shape]`, from `seed`, the adjoint of `y`, `[batch, outputs]`; undefined where no output
 * depends on the node.
 */
function adjoints(b: Builder, network: Network, sites: readonly AnySite[], seed: Ref): (Ref | undefined)[] {
  const bars: (Ref | undefined)[] = network.nodes.map(() => undefined);
  const accumulate = (k: number, share: Ref) => {
    const bar = bars[k];
    bars[k] = bar === undefined ? share : b.add(bar, share);
  };
  const batch = b.shape(seed)[0]!;
  let start = 0;
  for (const k of network.outputs) {
    const { shape } = sites[k]!;
    const size = sizeOf(shape);
    accumulate(k, b.reshape(b.slice(seed, 1, start, size), [batch, ...shape]));
    start += size;
  }
  for (let k = network.nodes.length - 1; k >= 0; k--) {
    const { op, inputs } = network.nodes[k]!;
    const bar = bars[k];
    if (bar === undefined || op.kind === 'input') continue;
    const shares = ruleOf(op).adjoint(sites[k]!, bar);
    inputs.forEach((input, position) => {
      accumulate(input, shares[position]!);
    });
  }
  return bars;
}

/** `y` and `J`, rows of `J` as adjoints of the unit vectors. */
function adjointJacobianProgram(network: Network): Program {
  const b = new Builder();
  const sites = forward(b, network);
  const m = network.outputSize;
  const bars = adjoints(b, network, sites, b.eye(m, m));
  const placed = network.nodes.flatMap(({ op }, k) => {
    const bar = bars[k];
    if (op.kind !== 'input' || bar === undefined) return [];
    return [{ offset: op.offset, part: rules.input.adjoint({ ...sites[k]!, op }, bar)[0]! }];
  });
  placed.sort((first, second) => first.offset - second.offset);
  const n = network.inputSize;
  const parts: Ref[] = [];
  let filled = 0;
  const fill = (to: number) => {
    if (to > filled) parts.push(b.full([m, to - filled], 0));
  };
  for (const { offset, part } of placed) {
    fill(offset);
    parts.push(part);
    filled = offset + b.shape(part)[1]!;
  }
  fill(n);
  return b.finish({ y: output(b, network, sites), J: b.concat(parts, 1) });
}

/** `y`, `J` and, if asked for, `H`, from tangents with respect to `x` or to the affine node `cut`. */
function tangentProgram(network: Network, cut: number | undefined, want: { hessian: boolean }): Program {
  const b = new Builder();
  const sites = forward(b, network);
  const n = network.inputSize;
  const t = new Tangents(b, cut === undefined ? n : sizeOf(network.nodes[cut]!.shape));
  const tangents = tangentsFrom(t, network, sites, cut);

  const ends = network.outputs.map((k) => ({ shape: sites[k]!.shape, tangent: tangents[k]! }));
  const T_y = b.concat(
    ends.map(({ shape, tangent }) => t.matrix(tangent, shape)),
    1,
  );
  // M = ∂z/∂x, laid out as a tangent: [n, rows].
  const M = cut === undefined ? undefined : prefixMap(b, network, sites, cut);
  const J = M === undefined ? b.transpose(T_y) : b.matmul(T_y, M, true, true);
  const y = output(b, network, sites);
  if (!want.hessian) return b.finish({ y, J });

  const { terms, diagonal } = curvature(b, t, network, sites, tangents);
  if (terms.length === 0 && diagonal === null) return b.finish({ y, J });
  if (M === undefined) return b.finish({ y, J, H: b.symmetric(n, terms, diagonal, 'lower') });
  // ∇²ₓ = M (∇²_z) Mᵀ
  const inner = b.symmetric(t.rows, terms, diagonal, 'full');
  const left = b.matmul(M, inner);
  return b.finish({ y, J, H: b.symmetric(n, [{ left, right: M }], null, 'lower') });
}

/** Tangents of every node with respect to `x`, or to node `cut`, before which they are not taken. */
function tangentsFrom(
  t: Tangents,
  network: Network,
  sites: readonly AnySite[],
  cut: number | undefined,
): Tangent[] {
  const tangents: Tangent[] = [];
  for (let k = cut ?? 0; k < network.nodes.length; k++) {
    if (k === cut) {
      tangents[k] = { kind: 'diagonal', offset: 0, scale: null };
      continue;
    }
    const { op, inputs } = network.nodes[k]!;
    const known = inputs.map((input) => tangents[input]);
    const besideCut = cut !== undefined && op.kind === 'input';
    if (besideCut || known.some((tangent) => tangent === undefined)) continue;
    tangents[k] = ruleOf(op).tangent(sites[k]!, t, known as Tangent[]);
  }
  return tangents;
}

/** `∂z/∂x` of the affine node `cut`, `[n, size]`: constant, and built from the weights alone. */
function prefixMap(b: Builder, network: Network, sites: readonly AnySite[], cut: number): Ref {
  const t = new Tangents(b, network.inputSize);
  const tangents: Tangent[] = [];
  for (let k = 0; k <= cut; k++) {
    const { op, inputs } = network.nodes[k]!;
    if (inputs.some((input) => tangents[input] === undefined)) continue;
    if (isAffine(op))
      tangents[k] = ruleOf(op).tangent(
        sites[k]!,
        t,
        inputs.map((input) => tangents[input]!),
      );
  }
  return t.matrix(tangents[cut]!, sites[cut]!.shape);
}

/** All ops' shares of `∇²(λᵀy)` in the space of `t`: products and a diagonal, `[rows]`. */
function curvature(
  b: Builder,
  t: Tangents,
  network: Network,
  sites: readonly AnySite[],
  tangents: readonly Tangent[],
): { terms: Term[]; diagonal: Ref | null } {
  const seed = b.reshape(b.input('λ', network.outputSize), [1, network.outputSize]);
  const bars = adjoints(b, network, sites, seed);
  const terms: Term[] = [];
  let diagonal: Ref | null = null;
  network.nodes.forEach(({ op, inputs, shape }, k) => {
    const { second } = ruleOf(op);
    const bar = bars[k];
    const known = inputs.map((input) => tangents[input]);
    if (second === null || bar === undefined || known.some((tangent) => tangent === undefined)) return;
    const share = second(sites[k]!, t, b.reshape(bar, shape), known as Tangent[]);
    terms.push(...share.terms);
    if (share.diagonal === undefined) return;
    const { offset, values } = share.diagonal;
    const after = t.rows - offset - b.shape(values)[0]!;
    const padded = b.concat(
      [...(offset > 0 ? [b.full([offset], 0)] : []), values, ...(after > 0 ? [b.full([after], 0)] : [])],
      0,
    );
    diagonal = diagonal === null ? padded : b.add(diagonal, padded);
  });
  return { terms, diagonal };
}

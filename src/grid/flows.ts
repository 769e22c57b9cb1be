import type { BranchInNetwork, Flow } from './per-unit.js';

export const flowNames = ['pf', 'qf', 'pt', 'qt'] as const;
export type FlowName = (typeof flowNames)[number];

/** Whether a flow is measured at the branch's `from` end. */
export const isFrom = (name: FlowName): boolean => name.endsWith('f');

export interface FlowAt {
  readonly value: number;
  /** Partial derivatives by voltage and angle of the two ends. */
  readonly vf: number;
  readonly vt: number;
  readonly θf: number;
  readonly θt: number;
}

/** A flow with its derivatives at voltages and angles of the buses; the equation stands in `per-unit.ts`. */
export function flowAt(
  name: FlowName,
  { from, to, flows }: Pick<BranchInNetwork, 'from' | 'to' | 'flows'>,
  v: ArrayLike<number>,
  θ: ArrayLike<number>,
): FlowAt {
  const { own, across, phase }: Flow = flows[name];
  const [vf, vt] = [v[from]!, v[to]!];
  const δ = θ[from]! - θ[to]! + phase;
  const [sine, cosine] = [across * Math.sin(δ), across * Math.cos(δ)];
  const near = isFrom(name) ? vf : vt;
  return {
    value: own * near * near + vf * vt * sine,
    vf: (isFrom(name) ? 2 * own * near : 0) + vt * sine,
    vt: (isFrom(name) ? 0 : 2 * own * near) + vf * sine,
    θf: vf * vt * cosine,
    θt: -vf * vt * cosine,
  };
}

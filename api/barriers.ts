import type { BoxBinding, SmoothSpec, Solved } from '../runtime/task.js';
import type { WarmStart } from '../src/nlp/solver.js';
import type { Allowance } from './allowance.js';
import { endedBy, needsPolish, polished, warmStartFrom } from './polish.js';

/** Where the barrier of smooth quadratic programs begins, and the factor from one solve to the next. */
const first = 1e-2;
const factor = 1e-2;

/** Barriers to solve with, one after the other, the last the least that was asked for; one entry where none was. */
export function barriersOf(specs: readonly object[]): readonly number[] {
  const asked = specs.flatMap((spec) => ('barrier' in spec ? [(spec as SmoothSpec).barrier] : []));
  const least = Math.min(...asked);
  const barriers: number[] = [];
  if (asked.length > 0) for (let μ = first; μ > least * 1.5; μ *= factor) barriers.push(μ);
  return [...barriers, asked.length > 0 ? least : 0];
}

/** The spec at this barrier, or at its own where that is larger. */
export const atBarrier = <Spec extends object>(spec: Spec, barrier: number): Spec =>
  'barrier' in spec ? { ...spec, barrier: Math.max(barrier, (spec as unknown as SmoothSpec).barrier) } : spec;

export const boxAtBarrier = (binding: BoxBinding, barrier: number): BoxBinding =>
  binding.kind === 'smooth' ? { ...binding, spec: atBarrier(binding.spec, barrier) } : binding;

/**
 * Solves at one barrier after the other, each from where the one before ended, and counts them as one; ends at the first
 * that ends with no point to go on from, or when nothing is left of what the call may take.
 */
export async function atBarriers(
  barriers: readonly number[],
  warmStart: WarmStart | undefined,
  allowance: Allowance,
  solve: (barrier: number, warmStart: WarmStart | undefined, isLast: boolean) => Promise<Solved>,
): Promise<Solved> {
  let solved: Solved | undefined;
  for (const [k, barrier] of barriers.entries()) {
    const over = solved && allowance.over;
    if (over) return endedBy(solved!, over);
    const next = await solve(
      barrier,
      solved ? warmStartFrom(solved.result) : warmStart,
      k + 1 === barriers.length,
    );
    solved = solved ? polished(solved, next) : next;
    if (!needsPolish(solved.result)) break;
  }
  return solved!;
}

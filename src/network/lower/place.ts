import type { NetworkBuilder } from '../build.js';

/** Where nodes are added, and the layer they belong to. */
export interface Place {
  readonly build: NetworkBuilder;
  readonly layer: string;
}

export type Shape = readonly number[];

/** An axis from 0 on; negative ones count from the end. */
export function axisOf({ build, layer }: Place, axis: number, rank: number): number {
  const counted = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || counted < 0 || counted >= rank)
    throw build.error(layer, `has axis ${axis} for an input of ${rank} axes`);
  return counted;
}

/** 0, 1, …, `count − 1`. */
export const range = (count: number): number[] => Array.from({ length: count }, (_, k) => k);

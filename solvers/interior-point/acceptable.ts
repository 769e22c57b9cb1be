import type { Iterate } from './iterate.js';

/** What a point that met the acceptable tolerances was, and its scaled error. */
export interface AcceptablePoint {
  readonly w: Float64Array;
  readonly λ: Float64Array;
  readonly zL: Float64Array;
  readonly zU: Float64Array;
  E0: number;
}

/** What is remembered of iterates that met the acceptable tolerances, or the noise of an oracle of low accuracy. */
export class AcceptableIterates {
  /** The best of them. */
  best: AcceptablePoint | null = null;
  /** How many in a row, up to the latest. */
  inRow = 0;
  /** The same at the noise level. */
  atNoise = 0;
  /** f of the iterate before. */
  lastObjective = Number.NaN;

  /** Counts an iterate. */
  count(isAcceptable: boolean, objective: number): void {
    this.inRow = isAcceptable ? this.inRow + 1 : 0;
    this.lastObjective = objective;
  }

  countAtNoise(within: boolean): number {
    this.atNoise = within ? this.atNoise + 1 : 0;
    return this.atNoise;
  }

  /** Keeps a point where none before was better. */
  keep({ w, λ, zL, zU }: Iterate, E0: number): void {
    this.best ??= {
      w: w.slice(),
      λ: λ.slice(),
      zL: zL.slice(),
      zU: zU.slice(),
      E0: Number.POSITIVE_INFINITY,
    };
    const { best } = this;
    if (E0 > best.E0) return;
    best.w.set(w);
    best.λ.set(λ);
    best.zL.set(zL);
    best.zU.set(zU);
    best.E0 = E0;
  }

  /** Forgets them: the algorithm went back. */
  forget(): void {
    this.best = null;
    this.inRow = 0;
  }
}

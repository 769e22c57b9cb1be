/**
 * Pairs (θ, φ) no later trial point may be dominated by (Wächter & Biegler §2.3). A point is acceptable when it is
 * better than every entry in at least one of the two.
 */
export class Filter {
  private entries: { readonly θ: number; readonly φ: number }[] = [];

  accepts(θ: number, φ: number): boolean {
    return this.entries.every((entry) => θ <= entry.θ || φ <= entry.φ);
  }

  /** Adds an entry and drops those it dominates. */
  add(θ: number, φ: number): void {
    this.entries = this.entries.filter((entry) => entry.θ < θ || entry.φ < φ);
    this.entries.push({ θ, φ });
  }

  clear(): void {
    this.entries = [];
  }

  get size(): number {
    return this.entries.length;
  }
}

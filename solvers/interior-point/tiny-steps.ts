/** Steps in a row so short that φ could not tell them apart (Wächter & Biegler §3.9). */
export class TinySteps {
  /** Whether the step before was one. */
  before = false;
  private stuck = false;

  /** Counts one that was taken, `stuck` where the multipliers hardly moved either: a second one asks for a smaller μ. */
  take(stuck: boolean): void {
    if (this.before && stuck) this.stuck = true;
    this.before = true;
  }

  end(): void {
    this.before = false;
  }

  /** Whether only a smaller μ helps; told once. */
  askForSmallerBarrier(): boolean {
    const { stuck } = this;
    this.stuck = false;
    return stuck;
  }
}

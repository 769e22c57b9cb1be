/** Soft restoration steps in a row. */
export class SoftSteps {
  private taken = -1;

  get isActive(): boolean {
    return this.taken >= 0;
  }

  /** Counts another one, up to `most`; false beyond. */
  another(most: number): boolean {
    return ++this.taken <= most;
  }

  /** Soft restoration begins, unless it has. */
  begin(): void {
    this.taken = Math.max(this.taken, 0);
  }

  end(): void {
    this.taken = -1;
  }
}

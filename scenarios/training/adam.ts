/** Trained arrays by name, or their gradients. */
export type Arrays = Readonly<Record<string, Float64Array>>;

const [β1, β2, ε] = [0.9, 0.999, 1e-8];

/** Adam (Kingma & Ba 2015, algorithm 1) with β₁ = 0.9, β₂ = 0.999, ε = 1e-8, on arrays that it changes in place. */
export class Adam {
  /** First and second moments, by the arrays' names with `m:` and `v:` before them. */
  readonly moments: Arrays;
  steps = 0;

  constructor(
    private readonly parameters: Arrays,
    private readonly rate: number,
  ) {
    this.moments = Object.fromEntries(
      Object.entries(parameters).flatMap(([name, { length }]) => [
        [`m:${name}`, new Float64Array(length)],
        [`v:${name}`, new Float64Array(length)],
      ]),
    );
  }

  step(gradients: Arrays): void {
    const t = ++this.steps;
    const α = (this.rate * Math.sqrt(1 - β2 ** t)) / (1 - β1 ** t);
    // ε of the algorithm stands beside the corrected root.
    const ground = ε * Math.sqrt(1 - β2 ** t);
    for (const [name, x] of Object.entries(this.parameters)) {
      const g = gradients[name];
      if (g === undefined) continue;
      const [m, v] = [this.moments[`m:${name}`]!, this.moments[`v:${name}`]!];
      for (let k = 0; k < x.length; k++) {
        const slope = g[k]!;
        m[k] = β1 * m[k]! + (1 - β1) * slope;
        v[k] = β2 * v[k]! + (1 - β2) * slope * slope;
        x[k]! -= (α * m[k]!) / (Math.sqrt(v[k]!) + ground);
      }
    }
  }
}

/** `LLᵀ + εI` of the lower triangle of L, `[n, n]`. */
export function squareOf(L: Float64Array, n: number, ε: number): Float64Array {
  const Q = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? ε : 0;
      for (let k = 0; k <= j; k++) sum += L[i * n + k]! * L[j * n + k]!;
      Q[i * n + j] = sum;
      Q[j * n + i] = sum;
    }
  return Q;
}

/** The slope by the lower triangle of L from that by Q = LLᵀ, which is symmetric: `2 dQ L`. */
export function squareBack(dQ: Float64Array, L: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < n; k++) {
      const value = 2 * dQ[i * n + k]!;
      if (value === 0) continue;
      const last = Math.min(i, k);
      for (let j = 0; j <= last; j++) out[i * n + j]! += value * L[k * n + j]!;
    }
  return out;
}

/** `G z₀ + s₀`, G `[p, n]`: right-hand sides with a feasible point, for s₀ ≥ 0. */
export function feasible(G: Float64Array, z0: Float64Array, s0: Float64Array): Float64Array {
  const n = z0.length;
  return s0.map((slack, i) => {
    let sum = slack;
    for (let j = 0; j < n; j++) sum += G[i * n + j]! * z0[j]!;
    return sum;
  });
}

/** Slopes by G (that by h beside the direct one) and z₀ from those by h; that by s₀ is `dh`. */
export function feasibleBack(
  dh: Float64Array,
  G: Float64Array,
  z0: Float64Array,
  direct: Float64Array,
): { dG: Float64Array; dz0: Float64Array } {
  const n = z0.length;
  const [dG, dz0] = [direct.slice(), new Float64Array(n)];
  dh.forEach((slope, i) => {
    for (let j = 0; j < n; j++) {
      dG[i * n + j]! += slope * z0[j]!;
      dz0[j]! += slope * G[i * n + j]!;
    }
  });
  return { dG, dz0 };
}

/** Slacks that a step has made negative become 0. */
export function atLeastZero(s0: Float64Array): void {
  for (let i = 0; i < s0.length; i++) if (s0[i]! < 0) s0[i] = 0;
}

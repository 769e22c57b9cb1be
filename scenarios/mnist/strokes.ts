/** A drawing as polylines of `[x, y]` points in the unit square, y downwards. */
export type Strokes = readonly (readonly (readonly [number, number])[])[];

/** Distance from point `p` to the segment `a b`. */
function distance(
  px: number,
  py: number,
  [ax, ay]: readonly [number, number],
  [bx, by]: readonly [number, number],
): number {
  const dx = bx - ax;
  const dy = by - ay;
  const length2 = dx * dx + dy * dy;
  const t = length2 === 0 ? 0 : Math.min(1, Math.max(0, ((px - ax) * dx + (py - ay) * dy) / length2));
  return Math.hypot(px - ax - t * dx, py - ay - t * dy);
}

/**
 * Ink in [0, 1] at a point: 1 inside a pen of radius `radius`, falling to 0 over `soft`. Units of the unit square.
 */
export function ink(strokes: Strokes, x: number, y: number, radius: number, soft: number): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (const line of strokes) {
    if (line.length === 1) nearest = Math.min(nearest, distance(x, y, line[0]!, line[0]!));
    for (let k = 1; k < line.length; k++) nearest = Math.min(nearest, distance(x, y, line[k - 1]!, line[k]!));
  }
  return Math.min(1, Math.max(0, (radius + soft - nearest) / soft));
}

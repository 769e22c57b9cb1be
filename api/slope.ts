/** By how much the slope may change over the last steps. */
const STEADY = 0.5;
/** Wrong derivatives make slopes fall with the step. */
const GROWTH = 0.1;

/**
 * Order at which a Taylor remainder vanishes: `r(h) ~ h^slope`, from `r` at `h = start·2⁻ᵏ`. Only remainders well above
 * their `noise(h)` count; null where fewer than six do: too few to be near the limit, as in f32, or of a function that is its own
 * Taylor polynomial; and where the slope still changes from step to step, as where a remainder passes through
 * zero, or grows: a function that bends within these steps.
 */
export async function taylorSlope(
  remainder: (h: number) => Promise<number>,
  start: number,
  noise: (h: number) => number,
): Promise<number | null> {
  const logs: number[] = [];
  let drop = 0;
  for (let k = 0; k < 30; k++) {
    const h = start * 2 ** -k;
    const r = await remainder(h);
    const least = noise(h);
    if (!(r > 100 * least)) {
      drop = (logs.at(-1) ?? 0) - Math.log2(Math.max(r, least));
      break;
    }
    logs.push(Math.log2(r));
  }
  if (logs.length < 6) return null;
  // The smallest steps left are those nearest to the limit.
  const last = logs.slice(-4);
  const slopes = last.slice(1).map((log, k) => last[k]! - log);
  const slope = (last[0]! - last.at(-1)!) / slopes.length;
  const steady = Math.max(...slopes) - Math.min(...slopes) <= STEADY && !(drop > slope + 3 * STEADY);
  const grows = slopes.at(-1)! > slopes[0]! + GROWTH;
  return steady && !grows ? slope : null;
}

/**
 * Order at which a Taylor remainder vanishes: `r(h) ~ h^slope`, from `r` at `h = start·2⁻ᵏ`. Only remainders well above
 * their `noise(h)` count; null where fewer than six do: too few to be near the limit, as in f32, or of a function that is its own
 * Taylor polynomial.
 */
export async function taylorSlope(
  remainder: (h: number) => Promise<number>,
  start: number,
  noise: (h: number) => number,
): Promise<number | null> {
  const logs: number[] = [];
  for (let k = 0; k < 30; k++) {
    const h = start * 2 ** -k;
    const r = await remainder(h);
    if (!(r > 100 * noise(h))) break;
    logs.push(Math.log2(r));
  }
  if (logs.length < 6) return null;
  // The smallest steps left are those nearest to the limit.
  const last = logs.slice(-4);
  return (last[0]! - last.at(-1)!) / (last.length - 1);
}

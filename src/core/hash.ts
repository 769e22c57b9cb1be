const word = new Float64Array(1);
const halves = new Int32Array(word.buffer);

/** Folds one more 32-bit integer into a hash. */
export function mix(hash: number, value: number): number {
  const h = Math.imul(hash ^ value, 0x9e3779b1);
  return h ^ (h >>> 15);
}

/** The same for a double; equal numbers hash alike, 0 and −0 too. */
export function mixNumber(hash: number, value: number): number {
  word[0] = value + 0;
  return mix(mix(hash, halves[0]!), halves[1]!);
}

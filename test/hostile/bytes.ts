import { pick, whole } from '../read/random.js';

/** One damaged copy: cut, or with bytes or stretches changed, dropped, doubled or made up. */
export function damaged(random: () => number, bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return Uint8Array.of(whole(random, 256));
  const at = whole(random, bytes.length);
  const end = Math.min(bytes.length, at + 1 + whole(random, 40));
  switch (whole(random, 6)) {
    case 0:
      return bytes.slice(0, at);
    case 1: {
      const out = bytes.slice();
      for (let k = 1 + whole(random, 4); k > 0; k--) out[whole(random, out.length)] = whole(random, 256);
      return out;
    }
    case 2:
      return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(end)]);
    case 3:
      return Uint8Array.from([...bytes.subarray(0, end), ...bytes.subarray(at)]);
    case 4: {
      const out = bytes.slice();
      out.fill(pick(random, [0, 255, 0x7f, 0x80]), at, end);
      return out;
    }
    default:
      return Uint8Array.from([
        ...bytes,
        ...Array.from({ length: 1 + whole(random, 64) }, () => whole(random, 256)),
      ]);
  }
}

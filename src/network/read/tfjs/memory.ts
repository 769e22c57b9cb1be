import type { ByteSource } from './weights.js';

/** Bytes of consecutive pieces of memory. */
export function fromMemory(parts: readonly Uint8Array[]): ByteSource {
  let [k, at] = [0, 0];
  return (into) => {
    let filled = 0;
    while (filled < into.length) {
      const part = parts[k]!;
      const piece = part.subarray(at, at + into.length - filled);
      into.set(piece, filled);
      filled += piece.length;
      at += piece.length;
      if (at === part.length) [k, at] = [k + 1, 0];
    }
  };
}

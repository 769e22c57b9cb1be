/** Bytes that are read piece by piece: of a file that is open, or of memory. */
export interface Bytes {
  readonly length: number;
  /** Fills `into` with the bytes from `at` on; all of them must be there. */
  read(into: Uint8Array, at: number): void;
  /** All of them, where they are in memory. */
  readonly whole?: Uint8Array;
}

export const isBytes = (value: unknown): value is Bytes =>
  !(value instanceof Uint8Array) && typeof (value as Bytes | undefined)?.read === 'function';

export const inMemory = (whole: Uint8Array): Bytes => ({
  length: whole.length,
  read: (into, at) => into.set(whole.subarray(at, at + into.length)),
  whole,
});

/** `length` bytes from `from` on. */
export const part = (bytes: Bytes, from: number, length: number): Bytes =>
  bytes.whole
    ? inMemory(bytes.whole.subarray(from, from + length))
    : { length, read: (into, at) => bytes.read(into, from + at) };

/** A copy of `length` bytes from `at` on. */
export function taken(bytes: Bytes, at = 0, length = bytes.length - at): Uint8Array {
  const into = new Uint8Array(length);
  bytes.read(into, at);
  return into;
}

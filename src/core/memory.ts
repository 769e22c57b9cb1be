/** Memory that every thread sees, where the place has it (a page without cross-origin isolation has not). */
const sharing = typeof SharedArrayBuffer === 'function';

/** True for arrays that other threads see as well. */
export const isShared = ({ buffer }: ArrayBufferView): boolean =>
  sharing && buffer instanceof SharedArrayBuffer;

/** Zeros, in shared memory where there is such. */
export const sharedBytes = (length: number): ArrayBufferLike =>
  sharing ? new SharedArrayBuffer(length) : new ArrayBuffer(length);

export const sharedFloat32 = (length: number): Float32Array => new Float32Array(sharedBytes(4 * length));
export const sharedFloat64 = (length: number): Float64Array => new Float64Array(sharedBytes(8 * length));

let unwritten: ((bytes: number) => ArrayBuffer) | undefined;

/** Says where memory comes from that nobody has cleared, below 2³¹ bytes. */
export function provideUnwritten(open: (bytes: number) => ArrayBuffer): void {
  unwritten = open;
}

/** Numbers that the caller is about to write, all of them; not zeros where the place has faster. */
export const unwrittenFloat64 = (length: number): Float64Array =>
  unwritten && 8 * length < 2 ** 31 ? new Float64Array(unwritten(8 * length)) : new Float64Array(length);

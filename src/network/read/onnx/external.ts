import type { Bytes } from '../../../core/bytes.js';

/** Bytes of a part of a file beside the model; `length` undefined reads to its end. */
export type External = (location: string, offset: number, length: number | undefined) => Bytes | Uint8Array;

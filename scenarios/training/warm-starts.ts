import type { QpLayer } from '../../index.js';
import type { Memory } from './train.js';

/** A byte in place of those of an element that was not solved yet. */
const unknown = 3;

/** Where the next solves of `count` elements of a layer begin, as a checkpoint holds it. */
export function warmStarts(layer: QpLayer, count: number): Memory {
  const { p } = layer;
  // Bytes up to 3 are finite numbers, eight at a time.
  const starts = new Float64Array(Math.ceil((count * p) / 8));
  const bytes = new Uint8Array(starts.buffer);
  return {
    arrays: { starts },
    remember() {
      for (let e = 0; e < count; e++) {
        const rows = layer.warmStarts!.get(e);
        if (rows) bytes.set(rows, e * p);
        else bytes.fill(unknown, e * p, (e + 1) * p);
      }
    },
    recall() {
      for (let e = 0; e < count; e++)
        if (bytes[e * p] !== unknown) layer.warmStarts!.set(e, bytes.slice(e * p, (e + 1) * p));
    },
  };
}

import { sharedFloat32 } from '../../../core/memory.js';

/** Decodes IEEE 754 binary16 numbers given as their bits. */
export function fromHalf(bits: Uint16Array, out = sharedFloat32(bits.length)): Float32Array {
  for (let i = 0; i < bits.length; i++) {
    const half = bits[i]!;
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) out[i] = sign * fraction * 2 ** -24;
    else if (exponent === 31) out[i] = fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    else out[i] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return out;
}

/** Decodes bfloat16 numbers, the upper halves of single ones. */
export function fromBrain(bits: Uint16Array, out = sharedFloat32(bits.length)): Float32Array {
  const whole = new Uint32Array(out.buffer, out.byteOffset, out.length);
  for (let k = 0; k < bits.length; k++) whole[k] = bits[k]! << 16;
  return out;
}

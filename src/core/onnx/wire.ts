import { type Bytes, part, taken } from '../bytes.js';

/** Bytes of a file that are in memory at a time. */
const window = 1 << 16;

const utf8 = new TextDecoder();

/** Reads protobuf's encoding, only what it is asked for of a long file. Throws RangeError where bytes end too early. */
export class Wire {
  pos = 0;
  #from = 0;
  #held: Uint8Array;
  #view: DataView;

  constructor(private readonly bytes: Bytes) {
    this.#held = bytes.whole ?? new Uint8Array(0);
    this.#view = viewOf(this.#held);
  }

  /** Where `count` bytes from here on lie among those held. */
  #reach(count: number): number {
    const { pos, bytes } = this;
    if (pos + count > bytes.length) throw new RangeError(`ends at byte ${bytes.length}`);
    if (pos < this.#from || pos + count > this.#from + this.#held.length) {
      this.#held = taken(bytes, pos, Math.min(Math.max(count, window), bytes.length - pos));
      this.#view = viewOf(this.#held);
      this.#from = pos;
    }
    this.pos += count;
    return pos - this.#from;
  }

  /** The low and the high half of a number of variable length. */
  #varint(): [low: number, high: number] {
    const first = this.#held[this.pos - this.#from];
    if (first !== undefined && first < 0x80 && this.pos >= this.#from) {
      this.pos += 1;
      return [first, 0];
    }
    let [low, high] = [0, 0];
    for (let shift = 0; shift < 70; shift += 7) {
      const at = this.#reach(1);
      const byte = this.#held[at]!;
      const bits = byte & 0x7f;
      if (shift < 32) low |= bits << shift;
      if (shift > 24) high |= shift < 32 ? bits >>> (32 - shift) : bits << (shift - 32);
      if (byte < 0x80) return [low, high];
    }
    throw new RangeError('a number is longer than ten bytes');
  }

  uint32 = (): number => this.#varint()[0] >>> 0;
  int32 = (): number => this.#varint()[0] | 0;
  int64 = (): number => {
    const [low, high] = this.#varint();
    return high * 2 ** 32 + (low >>> 0);
  };
  uint64 = (): number => {
    const [low, high] = this.#varint();
    return (high >>> 0) * 2 ** 32 + (low >>> 0);
  };
  float = (): number => {
    const at = this.#reach(4);
    return this.#view.getFloat32(at, true);
  };
  double = (): number => {
    const at = this.#reach(8);
    return this.#view.getFloat64(at, true);
  };

  /** The next bytes, which stay where they are. */
  part(length: number): Bytes {
    const { pos, bytes } = this;
    this.skip(length);
    return part(bytes, pos, length);
  }
  /** The next bytes. */
  take(length: number): Uint8Array {
    const at = this.#reach(length);
    return this.#held.subarray(at, at + length);
  }
  text(length: number): string {
    return utf8.decode(this.take(length));
  }

  skip(count: number): void {
    if (this.pos + count > this.bytes.length) throw new RangeError(`ends at byte ${this.bytes.length}`);
    this.pos += count;
  }
  /** Passes over a field of a wire type; groups may nest up to `room` deep. */
  skipField(wire: number, room: number): void {
    if (wire === 0) this.#varint();
    else if (wire === 1) this.skip(8);
    else if (wire === 2) this.skip(this.uint32());
    else if (wire === 5) this.skip(4);
    else if (wire === 3 && room > 0)
      for (let tag = this.uint32(); (tag & 7) !== 4; tag = this.uint32()) this.skipField(tag & 7, room - 1);
    else throw new RangeError(`a field of wire type ${wire}`);
  }
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

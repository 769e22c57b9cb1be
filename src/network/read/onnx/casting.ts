import { sizeOf } from '../../build.js';
import { isFlag } from '../../lower/choice.js';
import { copyInto, piece, type Store, stored, storeOf } from '../../stored.js';
import type { Call, Operator } from './call.js';
import { elementName, kindOf } from './tensor.js';
import { type Constant, isComputed, type Kind, type Value } from './value.js';

/** `value` as numbers of an element type. What is computed stays a float. */
function cast(call: Call, value: Value, element: number | undefined): Value {
  const kind = kindOf(element);
  if (kind === undefined || kind === 'text')
    throw call.error(`casts to ${elementName(element)}, which cannot be read`);
  if (!isComputed(value)) return converted(value, kind, element === 1);
  if (kind !== 'float' && !isFlag(call, value.node))
    throw call.error(`casts what it computes to ${elementName(element)}; only floats can be read`);
  return value;
}

function converted(value: Constant, kind: Kind, single: boolean): Constant {
  // Floats stay as they are, but for doubles that become single ones.
  if (kind === 'float' && value.kind === 'float' && (!single || storeOf(value)?.double === false))
    return value;
  const { shape, data } = value;
  if (kind === 'float')
    return { shape, data: single ? Float32Array.from(data) : Float64Array.from(data), kind };
  const whole = kind === 'flag' ? (value: number) => Number(value !== 0) : Math.trunc;
  return { shape, data: Float64Array.from(data, whole), kind };
}

/** `(q − zero) · scale` of constants, one scale for all, for each entry of an axis, or for each block of one. */
function dequantize(call: Call): Constant {
  const value = call.value(0);
  if (isComputed(value)) throw call.error('only weights may be quantized; export in floats');
  const scale = call.constant(1, 'scale');
  const zero = call.optional(2, 'zero point');
  const { shape } = value;
  call.ignore('output_dtype');
  const block = call.int('block_size', 0);
  const axis = scale.data.length === 1 ? 0 : call.axis(call.int('axis', 1), shape.length);
  call.ignore('axis');
  const inner = sizeOf(shape.slice(axis + 1));
  const length = shape[axis] ?? 1;
  const own = block > 0 ? scale.shape[axis]! : length;
  const at = (k: number): number => {
    if (scale.data.length === 1) return 0;
    const entry = Math.floor(k / inner) % length;
    if (block === 0) return entry;
    return (Math.floor(k / (inner * length)) * own + Math.floor(entry / block)) * inner + (k % inner);
  };
  const level = new Float64Array(Math.min(piece, sizeOf(shape)));
  const store: Store = {
    double: false,
    read(into, from) {
      for (let done = 0; done < into.length; done += level.length) {
        const count = Math.min(level.length, into.length - done);
        copyInto(level.subarray(0, count), value, from + done);
        for (let k = 0; k < count; k++) {
          const own = at(from + done + k);
          into[done + k] =
            (level[k]! - (zero?.data[zero.data.length === 1 ? 0 : own] ?? 0)) * scale.data[own]!;
        }
      }
    },
  };
  return stored(shape, store, { kind: 'float' });
}

const quantized: Operator = (call) => {
  throw call.error('only weights may be quantized; export in floats');
};

export const casting: Readonly<Record<string, Operator>> = {
  Cast: (call) => {
    call.ignore('saturate', 'round_mode');
    return cast(call, call.value(0), call.int('to'));
  },
  CastLike: (call) => {
    call.ignore('saturate', 'round_mode');
    const like = call.value(1);
    const kind = isComputed(like) ? 'float' : like.kind;
    return cast(call, call.value(0), kind === 'float' ? 11 : kind === 'flag' ? 9 : 7);
  },
  DequantizeLinear: dequantize,
  QuantizeLinear: quantized,
  DynamicQuantizeLinear: quantized,
  QLinearConv: quantized,
  QLinearMatMul: quantized,
  MatMulInteger: quantized,
  ConvInteger: quantized,
};

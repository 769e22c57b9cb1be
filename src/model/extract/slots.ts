import { applyOperator } from '../../problem/apply.js';
import {
  constantSlot,
  eachCall,
  earlierCall,
  type Shape,
  symbol,
  variableSlot,
} from '../../problem/shape.js';

/** 0: constant, 1: affine in the variables, 2: anything else. */
type Degree = 0 | 1 | 2;

/** Whether a shape is affine in its variables once constants stand in the slots that `given` marks with 1. */
export function isAffine(shape: Shape, given: Int32Array): boolean {
  const degrees: Degree[] = [];
  eachCall(shape, (operator, symbols) => {
    const own = Array.from(symbols, (s): Degree => {
      if ((s & 3) === variableSlot) return given[s >> 2] === 1 ? 0 : 1;
      return (s & 3) === earlierCall ? degrees[s >> 2]! : 0;
    });
    let [least, most]: [Degree, Degree] = [2, 0];
    for (const degree of own) {
      if (degree < least) least = degree;
      if (degree > most) most = degree;
    }
    const varying = own.filter((degree) => degree > 0).length;
    if (most !== 1) degrees.push(most);
    else if (operator === 'add' || operator === 'subtract' || operator === 'negate') degrees.push(1);
    else if (operator === 'multiply') degrees.push(varying === 1 ? 1 : 2);
    else degrees.push(operator === 'divide' && least === 0 && own[1] === 0 ? 1 : 2);
  });
  return degrees[degrees.length - 1]! < 2;
}

/**
 * `out[0] + Σ out[1 + slot] · x[slot]` for a shape that is affine: `given` marks the slots that hold `numbers`, the others
 * are the x.
 */
export function affineForm(
  shape: Shape,
  given: Int32Array,
  numbers: Float64Array,
  constants: Float64Array,
): Float64Array {
  const forms: Float64Array[] = [];
  const width = 1 + given.length;
  const formOf = (s: number): Float64Array => {
    const index = s >> 2;
    if ((s & 3) === earlierCall) return forms[index]!;
    const form = new Float64Array(width);
    if ((s & 3) === constantSlot) form[0] = constants[index]!;
    else if ((s & 3) !== variableSlot) form[0] = shape.literals[index]!;
    else if (given[index] === 1) form[0] = numbers[index]!;
    else form[1 + index] = 1;
    return form;
  };
  const scaled = (form: Float64Array, factor: number): Float64Array => form.map((value) => factor * value);
  const sum = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, k) => value + b[k]!);
  const isPlain = (form: Float64Array): boolean => form.subarray(1).every((value) => value === 0);
  eachCall(shape, (operator, symbols) => {
    const args = Array.from(symbols, formOf);
    if (args.every(isPlain)) {
      const form = new Float64Array(width);
      form[0] = applyOperator(
        operator,
        args.map(([value]) => value!),
      );
      forms.push(form);
    } else if (operator === 'add') forms.push(args.reduce(sum));
    else if (operator === 'subtract') forms.push(sum(args[0]!, scaled(args[1]!, -1)));
    else if (operator === 'negate') forms.push(scaled(args[0]!, -1));
    else if (operator === 'divide') forms.push(args[0]!.map((value) => value / args[1]![0]!));
    else {
      const varying = args.find((form) => !isPlain(form))!;
      const factor = args.reduce((product, form) => (form === varying ? product : product * form[0]!), 1);
      forms.push(scaled(varying, factor));
    }
  });
  return forms[forms.length - 1]!;
}

/** The shape with constant slots from `first` on in place of the variable slots that `given` marks with 1. */
export function withConstants(shape: Shape, given: Int32Array, first: number): Shape {
  const code = shape.code.slice();
  let [variables, constants] = [0, first];
  const symbols = Array.from(given, (mark) =>
    mark === 1 ? symbol(constantSlot, constants++) : symbol(variableSlot, variables++),
  );
  for (let at = 0; at < code.length; ) {
    const end = at + 2 + code[at + 1]!;
    for (let k = at + 2; k < end; k++) if ((code[k]! & 3) === variableSlot) code[k] = symbols[code[k]! >> 2]!;
    at = end;
  }
  return { code, literals: shape.literals };
}

import { apply, line, multiply, subtract } from '../../lower/arithmetic.js';
import { pReLU } from '../onnx/activations.js';
import { computed } from '../onnx/call.js';
import { isComputed } from '../onnx/value.js';
import { flagOf, numberOf, onnxAttributes } from './attributes.js';
import { convolutionRules } from './convolutions.js';
import { moveRules } from './moves.js';
import { productRules } from './products.js';
import { resizingRules } from './resizing.js';
import { elementwise, type Rule, reduction, same } from './rule.js';

/** Every operator of TensorFlow that can be read. */
export const tensorflowRules: Readonly<Record<string, Rule>> = {
  ...convolutionRules,
  ...moveRules,
  ...productRules,
  ...resizingRules,
  Mean: reduction('ReduceMean'),
  Sum: reduction('ReduceSum'),
  Max: reduction('ReduceMax'),
  Min: reduction('ReduceMin'),
  Prod: reduction('ReduceProd'),
  EuclideanNorm: reduction('ReduceL2'),
  Identity: same('Identity', 0),
  StopGradient: same('Identity', 0),
  Add: same('Add'),
  AddV2: same('Add'),
  AddN: same('Sum'),
  Sub: same('Sub'),
  Mul: same('Mul'),
  /** 0 where the divisor is 0: of a constant one as it is, of a computed one nowhere. */
  DivNoNan: (call, _, onnx) => {
    const divisor = call.value(1);
    if (isComputed(divisor)) {
      call.build.note(`node "${call.layer}" is 0 where its divisor is; taken as a quotient`);
      return onnx('Div', call.inputs);
    }
    const inverse = Float64Array.from(divisor.data, (value) => (value === 0 ? 0 : 1 / value));
    return onnx('Mul', [call.value(0), { ...divisor, data: inverse }]);
  },
  Div: same('Div'),
  RealDiv: same('Div'),
  Pow: same('Pow'),
  Maximum: same('Max'),
  Minimum: same('Min'),
  SquaredDifference: (call) => {
    const v = subtract(call, call.node(0), call.node(1));
    return computed(multiply(call, v, v));
  },
  ...Object.fromEntries(
    [
      'Tanh',
      'Sigmoid',
      'Relu',
      'Softplus',
      'Softsign',
      'Exp',
      'Log',
      'Sqrt',
      'Neg',
      'Abs',
      'Reciprocal',
      'Erf',
      'Erfc',
      'Sin',
      'Cos',
      'Tan',
      'Asin',
      'Acos',
      'Atan',
      'Sinh',
      'Cosh',
      'Asinh',
      'Acosh',
      'Atanh',
      'Floor',
      'Ceil',
      'Round',
      'Sign',
      'Selu',
      'Elu',
      'Shape',
      'Size',
      'Range',
    ].map((op) => [op, same(op)]),
  ),
  Inv: same('Reciprocal'),
  Relu6: elementwise({ name: 'relu6' }),
  IsNan: same('IsNaN'),
  IsInf: same('IsInf'),
  IsFinite: (call, _, onnx) => {
    const [bad] = onnx('Or', [...onnx('IsNaN', [call.value(0)]), ...onnx('IsInf', [call.value(0)])]);
    return onnx('Not', [bad]);
  },
  Log1p: (call) => computed(apply(call, line(call, call.node(0), 1, 1), { name: 'log' })),
  Expm1: (call) => computed(line(call, apply(call, call.node(0), { name: 'exp' }), 1, -1)),
  Cumsum: (call, node, onnx) =>
    onnx(
      'CumSum',
      call.inputs,
      onnxAttributes({
        exclusive: Number(flagOf(node, 'exclusive')),
        reverse: Number(flagOf(node, 'reverse')),
      }),
    ),
  Rsqrt: elementwise({ name: 'power', exponent: -0.5 }),
  Square: (call) => computed(multiply(call, call.node(0), call.node(0))),
  LeakyRelu: (call, node) =>
    computed(apply(call, call.node(0), { name: 'leakyRelu', alpha: numberOf(node, 'alpha', 0.2) })),
  Prelu: (call) => computed(pReLU(call, call.node(0), call.trainedAt(1, 'slope'))),
  Softmax: (call, _, onnx) => onnx('Softmax', call.inputs, onnxAttributes({ axis: -1 })),
  LogSoftmax: (call, _, onnx) => onnx('LogSoftmax', call.inputs, onnxAttributes({ axis: -1 })),
  Cast: (call) => call.value(0),
  ...Object.fromEntries(
    ['Greater', 'GreaterEqual', 'Less', 'LessEqual', 'Equal'].map((op) => [
      op,
      same(op.replace('Equal', op === 'Equal' ? 'Equal' : 'OrEqual')),
    ]),
  ),
  LogicalAnd: same('And'),
  LogicalOr: same('Or'),
  LogicalNot: same('Not'),
  SelectV2: same('Where'),
  Select: same('Where'),
  ClipByValue: same('Clip'),
  ZerosLike: (call) => computed(line(call, call.node(0), 0)),
};

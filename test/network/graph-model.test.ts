import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/errors.js';
import { fromMemory } from '../../src/network/read/tfjs/memory.js';
import { readTfjsFiles } from '../../src/network/read/tfjs.js';
import { forward } from './forward.js';

interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: object;
}

/** A graph model with constants by name: floats, or whole numbers. */
function read(
  nodes: readonly GraphNode[],
  constants: Readonly<Record<string, readonly [shape: readonly number[], data: Float32Array | Int32Array]>>,
  library?: object,
) {
  const shape = { dim: [{ size: '1' }, { size: '2' }, { size: '2' }, { size: '1' }] };
  const entries = Object.entries(constants);
  const node = [
    { name: 'x', op: 'Placeholder', attr: { dtype: { type: 'DT_FLOAT' }, shape: { shape } } },
    ...entries.map(([name]) => ({ name, op: 'Const' })),
    ...nodes,
  ];
  const weights = entries.map(([name, [own, data]]) => ({
    name,
    shape: own,
    dtype: data instanceof Float32Array ? 'float32' : 'int32',
  }));
  const json = {
    format: 'graph-model',
    modelTopology: { node, library },
    signature: { inputs: { x: { name: 'x:0' } }, outputs: { y: { name: 'y:0' } } },
    weightsManifest: [{ paths: ['w.bin'], weights }],
  };
  const bytes = entries.map(([, [, data]]) => new Uint8Array(data.buffer));
  return readTfjsFiles({
    file: 'model.json',
    name: 'm',
    json: new TextEncoder().encode(JSON.stringify(json)),
    open: () => ({ next: fromMemory(bytes), close: () => undefined }),
  });
}

describe('graphs of TensorFlow', () => {
  it.each(['SAME', 'VALID'])('take a convolution back, padding %s', (padding) => {
    const [side, step] = [padding === 'SAME' ? 4 : 5, 2];
    const filter = Float32Array.from({ length: 9 }, (_, k) => k + 1);
    const net = read(
      [
        {
          name: 'y',
          op: 'Conv2DBackpropInput',
          input: ['sizes', 'filter', 'x'],
          attr: {
            strides: { list: { i: ['1', `${step}`, `${step}`, '1'] } },
            padding: { s: btoa(padding) },
            data_format: { s: btoa('NHWC') },
          },
        },
      ],
      { sizes: [[4], Int32Array.of(1, side, side, 1)], filter: [[3, 3, 1, 1], filter] },
    );
    const x = [1, -2, 3, 0.5];
    // Each number lays its multiple of the filter down; what a convolution would pad is cut off.
    const wanted = new Float64Array(side * side);
    for (let i = 0; i < 2; i++)
      for (let j = 0; j < 2; j++)
        for (let a = 0; a < 3; a++)
          for (let b = 0; b < 3; b++) {
            const [row, column] = [step * i + a, step * j + b];
            if (row < side && column < side)
              wanted[row * side + column]! += x[2 * i + j]! * filter[3 * a + b]!;
          }
    expect([...forward(net, x)]).toEqual([...wanted]);
  });

  it('multiply constants, as a first state of zeros does', () => {
    const net = read(
      [
        { name: 'p', op: 'MatMul', input: ['h', 'R'] },
        { name: 'flat', op: 'Reshape', input: ['x', 'shape'] },
        { name: 'y', op: 'AddV2', input: ['flat', 'p'] },
      ],
      {
        h: [[1, 2], Float32Array.of(1, 2)],
        R: [[2, 4], Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8)],
        shape: [[2], Int32Array.of(1, 4)],
      },
    );
    expect([...forward(net, [0, 0, 0, 1])]).toEqual([11, 14, 17, 21]);
  });

  it('hold functions and moves that ONNX names otherwise', () => {
    const block = { block_size: { i: '2' }, data_format: { s: btoa('NHWC') } };
    const net = read(
      [
        { name: 'deep', op: 'SpaceToDepth', input: ['x'], attr: block },
        { name: 'flat', op: 'Reshape', input: ['deep', 'shape'] },
        { name: 'sum', op: 'Cumsum', input: ['flat', 'axis'], attr: { reverse: { b: true } } },
        { name: 'fine', op: 'IsFinite', input: ['sum'] },
        { name: 'held', op: 'SelectV2', input: ['fine', 'sum', 'flat'] },
        { name: 'log', op: 'Log1p', input: ['held'] },
        { name: 'ratio', op: 'DivNoNan', input: ['log', 'by'] },
        { name: 'y', op: 'Expm1', input: ['ratio'] },
      ],
      {
        shape: [[2], Int32Array.of(1, 4)],
        axis: [[], Int32Array.of(1)],
        by: [[4], Float32Array.of(1, 2, 0, 1)],
      },
    );
    const y = forward(net, [1, 2, 3, 4]);
    for (const [k, wanted] of [10, Math.sqrt(10) - 1, 0, 4].entries()) expect(y[k]).toBeCloseTo(wanted, 9);
  });

  /** `v ← 2v, n times`, each step's v in a list whose sum is y; `last` bounds the counter. */
  const looped = (last: string): GraphNode[] => [
    { name: 'list', op: 'TensorListReserve', input: ['shape', 'three'] },
    ...['zero', 'x', 'list'].flatMap((given, k): GraphNode[] => [
      { name: `enter${k}`, op: 'Enter', input: [given], attr: { frame_name: { s: btoa('loop') } } },
      { name: `merge${k}`, op: 'Merge', input: [`enter${k}`, `next${k}`] },
      { name: `switch${k}`, op: 'Switch', input: [`merge${k}`, 'go'] },
      { name: `exit${k}`, op: 'Exit', input: [`switch${k}`] },
      { name: `next${k}`, op: 'NextIteration', input: [['more', 'twice', 'kept'][k]!] },
    ]),
    { name: 'last', op: 'Enter', input: [last], attr: { frame_name: { s: btoa('loop') } } },
    { name: 'less', op: 'Less', input: ['merge0', 'last'] },
    { name: 'go', op: 'LoopCond', input: ['less'] },
    { name: 'more', op: 'AddV2', input: ['switch0:1', 'one'] },
    { name: 'twice', op: 'Mul', input: ['switch1:1', 'two'] },
    { name: 'kept', op: 'TensorListSetItem', input: ['switch2:1', 'switch0:1', 'twice'] },
    { name: 'stack', op: 'TensorListStack', input: ['exit2', 'shape'] },
    { name: 'y', op: 'Sum', input: ['stack', 'axis'] },
  ];
  const whole = (...values: number[]): readonly [number[], Int32Array] => [[], Int32Array.from(values)];
  const constants = {
    zero: whole(0),
    one: whole(1),
    three: whole(3),
    endless: whole(5000),
    two: [[], Float32Array.of(2)] as const,
    shape: [[4], Int32Array.of(1, 2, 2, 1)] as const,
    axis: [[1], Int32Array.of(0)] as const,
  };
  const x = [1, -0.5, 0.25, 3];

  it('write out a loop of a known number of steps', () => {
    const y = forward(read(looped('three'), constants), x);
    expect(Array.from(y)).toEqual(x.map((own) => 14 * own));
  });

  it('write out a loop that a function holds', () => {
    const call = (name: string) => ({ func: { name } });
    const named = (...names: string[]) => names.map((name) => ({ name, type: 'DT_FLOAT' }));
    const library = {
      function: [
        {
          signature: { name: 'goes', inputArg: named('t', 'v'), outputArg: named('out') },
          nodeDef: [
            { name: 'three', op: 'Const', attr: {} },
            { name: 'less', op: 'Less', input: ['t', 'three:output:0'] },
          ],
          ret: { out: 'less:z:0' },
        },
        {
          signature: { name: 'step', inputArg: named('t', 'v'), outputArg: named('t', 'v') },
          nodeDef: [
            { name: 'one', op: 'Const', attr: {} },
            { name: 'two', op: 'Const', attr: { dtype: { type: 'DT_FLOAT' } } },
            { name: 'more', op: 'AddV2', input: ['t', 'one:output:0'] },
            { name: 'twice', op: 'Mul', input: ['v', 'two:output:0'] },
          ],
          ret: { t: 'more:z:0', v: 'twice:z:0' },
        },
      ],
    };
    const nodes = [
      {
        name: 'loop',
        op: 'StatelessWhile',
        input: ['zero', 'x'],
        attr: { cond: call('goes'), body: call('step') },
      },
      { name: 'y', op: 'Tanh', input: ['loop:1'] },
    ];
    const y = forward(read(nodes, constants, library), x);
    expect(Array.from(y)).toEqual(x.map((own) => Math.tanh(8 * own)));
    expect(() => read(nodes, constants)).toThrow(/calls "goes", which its library does not have/);
  });

  it('name loops that cannot be written out, and what to do', () => {
    expect(() => read(looped('x'), constants)).toThrow(InputError);
    expect(() => read(looped('x'), constants)).toThrow(
      /how often it runs depends on the inputs; save recurrent layers with unroll=True$/,
    );
    expect(() => read(looped('endless'), constants)).toThrow(/runs more than 4096 steps/);
    const branch = [
      { name: 'switch', op: 'Switch', input: ['x', 'one'] },
      { name: 'y', op: 'Merge', input: ['switch', 'switch:1'] },
    ];
    expect(() => read(branch, constants)).toThrow(/Switch outside of whole loops cannot be read/);
    const circle = [
      { name: 'y', op: 'Tanh', input: ['z'] },
      { name: 'z', op: 'Tanh', input: ['y'] },
    ];
    expect(() => read(circle, {})).toThrow(/depends on its own output/);
  });
});

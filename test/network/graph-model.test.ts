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
    modelTopology: { node },
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

  it('name loops, and what to do', () => {
    const loop = [
      { name: 'enter', op: 'Enter', input: ['x'] },
      { name: 'merge', op: 'Merge', input: ['enter', 'next'] },
      { name: 'cond', op: 'LoopCond', input: ['merge'] },
      { name: 'next', op: 'NextIteration', input: ['switch:1'] },
      { name: 'switch', op: 'Switch', input: ['merge', 'cond'] },
      { name: 'y', op: 'Exit', input: ['switch'] },
    ];
    expect(() => read(loop, {})).toThrow(InputError);
    expect(() => read(loop, {})).toThrow(/loops cannot be read; save recurrent layers with unroll=True/);
    const circle = [
      { name: 'y', op: 'Tanh', input: ['z'] },
      { name: 'z', op: 'Tanh', input: ['y'] },
    ];
    expect(() => read(circle, {})).toThrow(/depends on its own output/);
  });
});

import { expect, it } from 'vitest';
import { encode, type Message } from '../../src/core/onnx/schema.js';
import { readOnnx } from '../../src/network/read/onnx.js';
import { forward } from './forward.js';

type Part = Partial<Message<'NodeProto'>>;
type Line = readonly [op: string, inputs: readonly string[], outputs: readonly string[]];
const float = { tensorType: { elemType: 11, shape: { dim: [{ dimValue: 2 }] } } };
const node = ([opType, input, output]: Line): Part => ({ opType, input: [...input], output: [...output] });
const whole = (name: string, value: number, dataType = 7) => ({
  name,
  dims: [],
  dataType,
  rawData: new Uint8Array(dataType === 9 ? Uint8Array.of(value) : BigInt64Array.of(BigInt(value)).buffer),
});

/** `v ← tanh(v)`, its values before each step as scan outputs; goes on while `go` says so. */
function looped(steps: number | undefined, go: Line, last = 1) {
  const body = {
    node: [node(['Tanh', ['v'], ['next']]), node(['Identity', ['v'], ['seen']]), node(go)],
    initializer: [whole('last', last)],
    input: ['t', 'on', 'v'].map((name) => ({ name })),
    output: ['goes', 'next', 'seen'].map((name) => ({ name })),
  };
  const attribute = [{ name: 'body', g: body, type: 5 }];
  return encode('ModelProto', {
    irVersion: 9,
    opsetImport: [{ domain: '', version: 17 }],
    graph: {
      node: [
        {
          opType: 'Loop',
          input: [steps === undefined ? '' : 'M', 'yes', 'x'],
          output: ['end', 'all'],
          attribute,
        },
      ],
      initializer: [whole('M', steps ?? 0), whole('yes', 1, 9)],
      input: [{ name: 'x', type: float }],
      output: [{ name: 'end' }, { name: 'all' }],
    },
  } as never);
}
const read = (bytes: Uint8Array) => readOnnx({ file: 'm.onnx', name: 'm', bytes });
const x = [0.4, -1.3];
const after = (k: number): number[] =>
  x.map((v) => Array.from({ length: k }).reduce((u: number) => Math.tanh(u), v));
const close = (found: readonly number[], wanted: readonly number[]): void => {
  expect(found.length).toBe(wanted.length);
  found.forEach((value, k) => {
    expect(value).toBeCloseTo(wanted[k]!, 12);
  });
};

it('writes out a loop of a number of steps', () => {
  close(forward(read(looped(3, ['Identity', ['on'], ['goes']])), x), [
    ...after(3),
    ...x,
    ...after(1),
    ...after(2),
  ]);
});

it('writes out a loop that counts for itself', () => {
  close(forward(read(looped(undefined, ['Less', ['t', 'last'], ['goes']])), x), [
    ...after(2),
    ...x,
    ...after(1),
  ]);
});

it('refuses a loop that its inputs end, and one without an end, each in one line', () => {
  expect(() => read(looped(undefined, ['Less', ['t', 'v'], ['goes']]))).toThrow(
    /^m\.onnx: layer "end": Loop: goes on as long as its inputs say; unroll it to a fixed number of steps$/,
  );
  expect(() => read(looped(undefined, ['Identity', ['on'], ['goes']]))).toThrow(/runs more than 4096 steps/);
});

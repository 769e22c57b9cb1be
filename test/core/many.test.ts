import { describe, expect, it } from 'vitest';
import { solText } from '../../cli/ampl/sol.js';
import { encode } from '../../src/core/onnx/schema.js';
import { Model, power, sum } from '../../src/model/index.js';
import { readOnnx } from '../../src/network/read/onnx.js';
import { readPsseTexts } from '../../src/read/psse.js';
import { parseSol } from '../ampl/sol-reader.js';
import { forward } from '../network/forward.js';
import { plain } from '../read/psse-files.js';

/** More than a call takes as arguments. */
const many = 300_000;

describe('more entries than a call takes arguments', () => {
  it('in the suffixes of a .sol file', () => {
    const zeros = new Float64Array(0);
    const values = new Float64Array(many).fill(0.5);
    const header = { options: [1, 1, 0], boundTolerance: undefined, variables: many, constraints: 0 };
    const text = solText({
      message: 'many',
      header,
      duals: zeros,
      x: values,
      objective: 0,
      code: 0,
      suffixes: [{ name: 'ipopt_zU_out', values }],
    });
    expect(parseSol(text).x).toHaveLength(many);
    expect(text).toMatch(new RegExp(`^suffix 4 ${many} 13 0 0$`, 'm'));
    expect(text.endsWith(`\n${many - 1} 0.5\n`)).toBe(true);
  });

  it('in a sum over the variables of another model', () => {
    const [one, other] = [new Model('one'), new Model('other')];
    one.variables('x', 2);
    const all = sum([...other.variables('y', many)]);
    expect(() => one.minimize(power(all, 2))).toThrow(/y\[.*other|other.*y\[/);
  });

  it('in a constant that an ONNX file takes the largest of', () => {
    const info = (name: string) => ({
      name,
      type: { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 1 }, { dimValue: 2 }] } } },
    });
    const floatData = Array.from({ length: many }, (_, k) => (k === 7 ? 3 : k === 8 ? -2 : 0));
    const reduced = (opType: string, output: string) => ({
      opType,
      input: ['c'],
      output: [output],
      attribute: [{ name: 'keepdims', i: 0, type: 2 }],
    });
    const bytes = encode('ModelProto', {
      irVersion: 8,
      opsetImport: [{ domain: '', version: 13 }],
      graph: {
        name: 'g',
        input: [info('x')],
        output: [info('y')],
        initializer: [{ name: 'c', dims: [many], dataType: 1, floatData }],
        node: [
          ...[reduced('ReduceMax', 'a'), reduced('ReduceMin', 'b'), reduced('ReduceL2', 'd')],
          { opType: 'Add', input: ['x', 'a'], output: ['s'] },
          { opType: 'Add', input: ['s', 'b'], output: ['t'] },
          { opType: 'Mul', input: ['t', 'd'], output: ['y'] },
        ],
      },
    });
    const network = readOnnx({ bytes, file: 'many.onnx', name: 'many' });
    for (const [k, y] of forward(network, [0, 1]).entries()) expect(y).toBeCloseTo((k + 1) * 13 ** 0.5, 5);
  });

  it('in a grid of PSS/E', () => {
    const transformer = (k: number) =>
      `3,4,0,'${k}',1,1,1,0,0,2,'T',1,1,1.0\n0.004,0.1,50.0\n1.0,0.0,0.0,60,60,60\n1.0,1.0\n`;
    const raw = plain.raw.replace(
      '0 / END OF TRANSFORMER DATA',
      () =>
        `${Array.from({ length: 125_000 }, (_, k) => transformer(k + 100)).join('')}0 / END OF TRANSFORMER DATA`,
    );
    expect(readPsseTexts({ raw: { text: raw, file: 'many.raw' } }).branches.length).toBeGreaterThan(125_000);
  });
});

import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/errors.js';
import { derive } from '../../src/derive/derive.js';
import { batched } from '../../src/derive/passes/batch.js';
import type { InstructionOf, Program } from '../../src/derive/program.js';
import { Arrays } from '../../src/engine/onnx/arrays.js';
import { onnxEngine } from '../../src/engine/onnx/engine.js';
import { jointGraph, wantsHessian, wantsJacobian } from '../../src/engine/onnx/graphs.js';
import { serialize } from '../../src/engine/onnx/model.js';
import { loadRuntime } from '../../src/engine/onnx/runtime.js';
import { packBlock } from '../../src/engine/programs.js';
import { referenceEngine } from '../../src/engine/reference/engine.js';
import { trainedArrays } from '../../src/engine/trained.js';
import { tolerances } from '../tolerances.js';
import { engineContract, evaluated, evaluatedAll, expectClose, pointOf } from './contract.js';
import { chain, picture } from './networks.js';

engineContract({ engine: onnxEngine, precision: 'f64' });

/** Devices this machine is said to have; one that is named here and absent fails. */
const devices = (process.env['GRAYBOX_DEVICES'] ?? '').split(',');
if (devices.includes('cuda')) engineContract({ engine: onnxEngine, precision: 'f64', device: 'cuda' });
if (devices.includes('cuda')) engineContract({ engine: onnxEngine, precision: 'f32', device: 'cuda' });
if (devices.includes('cuda')) engineContract({ engine: onnxEngine, precision: 'mixed', device: 'cuda' });

describe('the joint graph of devices that hold one copy of the weights', () => {
  const network = chain([9, 6, 5, 3], { softmax: true });
  const programs = derive(network);
  const { x, λ } = pointOf(network);
  const options = { precision: 'f64', transposedCopies: false } as const;
  const same = (program: Program): Program => program;

  it('has every trained array once', () => {
    const arrays = new Arrays(trainedArrays, Number.POSITIVE_INFINITY);
    jointGraph(programs, same, arrays, { ...options, blockRows: 1024 });
    const shapes = arrays.initializers.map(({ shape }) => `${shape}`);
    for (const trained of ['9,6', '6,5', '5,3'])
      expect(shapes.filter((shape) => shape === trained).length).toBe(1);
  });

  it('takes multipliers for all points, also where no program reads them', () => {
    const arrays = new Arrays(trainedArrays, Number.POSITIVE_INFINITY);
    const affine = derive(chain([4, 3]));
    const batch = (program: Program): Program => batched(program, 7);
    const { graph } = jointGraph(affine, batch, arrays, { ...options, blockRows: 4 }, 7);
    expect(graph.inputs.find(({ name }) => name === 'λ')!.shape).toEqual([7, 3]);
  });

  it.each([0, 1, 2] as const)('answers order %i, computed on the CPU', async (order) => {
    const runtime = await loadRuntime();
    const arrays = new Arrays(trainedArrays, Number.POSITIVE_INFINITY);
    const { graph, blocks } = jointGraph(programs, same, arrays, { ...options, blockRows: 4 });
    const session = await runtime.InferenceSession.create(serialize(graph).bytes);
    const flag = (value: boolean) => new runtime.Tensor('bool', [value], []);
    const found = await session.run({
      x: new runtime.Tensor('float64', x, [9]),
      λ: new runtime.Tensor('float64', λ, [3]),
      [wantsHessian]: flag(order === 2),
      [wantsJacobian]: flag(order === 1),
    });
    await session.release();
    const reference = await referenceEngine.compile(programs, { precision: 'f64', device: 'cpu' });
    const expected = await evaluated(reference, 2, { x, λ });
    const numbers = (name: string) => found[name]!.data as Float64Array;
    expectClose(numbers('y'), expected.y, tolerances.f64);
    expectClose(numbers('J'), order === 0 ? [] : expected.J, tolerances.f64);
    expect(blocks.length).toBe(3);
    const H = new Float64Array(45);
    for (const block of blocks) {
      expect(numbers(block.name).length).toBe(order === 2 ? block.rows * block.columns : 0);
      if (order === 2) packBlock(numbers(block.name), block, H);
    }
    if (order === 2) expectClose(H, expected.H, tolerances.f64);
  });
});

describe('onnx devices', () => {
  const programs = derive(chain([3, 4, 2]));
  it('refuses f64 on webgpu', async () => {
    const compiling = onnxEngine.compile(programs, { precision: 'f64', device: 'webgpu' });
    await expect(compiling).rejects.toThrow(/webgpu computes in f32 only/);
  });
  it.skipIf(devices.includes('cuda'))('says so when CUDA is absent', async () => {
    const compiling = onnxEngine.compile(programs, { precision: 'f64', device: 'cuda' });
    await expect(compiling).rejects.toThrow(InputError);
    await expect(compiling).rejects.toThrow(/cuda/);
  });
});

describe('onnx sessions for many numbers of points', () => {
  it('are opened anew where too many are kept, with the same answers', async () => {
    const network = chain([4, 5, 3]);
    const executable = await onnxEngine.compile(derive(network), {
      precision: 'f64',
      device: 'cpu',
      threads: 1,
    });
    const questions = Array.from({ length: 6 }, (_, k) => pointOf(network, k + 1));
    const first = await evaluatedAll(executable, 2, questions.slice(0, 1));
    for (let count = 1; count <= 6; count++)
      for (const order of [0, 1, 2] as const) {
        const answers = await evaluatedAll(executable, order, questions.slice(0, count));
        expectClose(answers[0]!.y, first[0]!.y, tolerances.f64);
      }
    expect(await evaluatedAll(executable, 2, questions.slice(0, 1))).toEqual(first);
    await executable.dispose();
  });
});

describe('second derivatives of patches', () => {
  it.each(['f64', 'mixed'] as const)('are added block by block, %s', async (precision) => {
    const network = picture(17);
    const programs = derive(network);
    const options = { precision, device: 'cpu' } as const;
    const [own, plain] = [
      await onnxEngine.compile(programs, options),
      await referenceEngine.compile(programs, { ...options, precision: 'f64' }),
    ];
    const { x, λ } = pointOf(network);
    const [found, expected] = [await evaluated(own, 2, { x, λ }), await evaluated(plain, 2, { x, λ })];
    expectClose(found.H, expected.H, precision === 'f64' ? tolerances.f64 : tolerances.f32);
    const sums = programs.hessian.instructions.filter(({ kind }) => kind === 'symmetric');
    expect(sums.map((sum) => (sum as InstructionOf<'symmetric'>).terms.length)).toEqual([1]);
    await own.dispose();
    await plain.dispose();
  });
});

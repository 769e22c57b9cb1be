import { describe, expect, it } from 'vitest';
import { type Diagnosis, diagnose, InputError } from '../../index.js';
import { graybox } from './run.js';

describe('graybox doctor', () => {
  it('prints one JSON object of what is here and what brings what is not', () => {
    const { code, out } = graybox(['doctor', '--seconds', '0.2', '--json'], { GRAYBOX_CUDA: '/nowhere' });
    expect(code).toBe(0);
    const { machine, parts, engines } = JSON.parse(out) as Diagnosis;
    expect(machine.cores).toBeGreaterThan(0);
    expect(machine.memory).toBeGreaterThan(machine.freeMemory / 2);
    expect(machine.node).toBe(process.versions.node);
    expect(parts.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'koffi',
        'BLAS',
        'LAPACK',
        'Ipopt',
        'ONNX Runtime',
        'tfjs',
        'CUDA: driver',
        'CUDA: cublas',
      ]),
    );
    for (const { found, remedy } of parts)
      expect((found === undefined) !== (remedy === undefined)).toBe(true);
    for (const { name, remedy } of parts)
      if (remedy !== undefined) expect(`${name}: ${remedy}`).toMatch(/npm install|apt|pip install/);
    const at = (engine: string, device: string) =>
      engines.find((own) => own.engine === engine && own.device === device);
    const blas = parts.find(({ name }) => name === 'BLAS')!.found !== undefined;
    expect(at('blas', 'cpu')?.missing === undefined).toBe(blas);
    for (const engine of ['wasm', ...(blas ? ['blas'] : []), 'onnx', 'tfjs', 'reference']) {
      const { measured, missing } = at(engine, 'cpu')!;
      expect(missing).toBeUndefined();
      expect(measured!.calls).toBeGreaterThan(0);
      expect(measured!.gigaflops).toBeGreaterThan(0);
    }
    for (const { measured, missing } of engines)
      expect((measured === undefined) !== (missing === undefined)).toBe(true);
    for (const { missing } of engines)
      if (missing !== undefined) expect(missing).toMatch(/^engine \w+: .*; ?|:/);
  });

  it('tells the same in words', () => {
    const { code, out } = graybox(['doctor', '--seconds', '0']);
    expect(code).toBe(0);
    expect(out).toMatch(/\d+ cores, [\d.]+ GiB of memory/);
    expect(out).toMatch(/^wasm +cpu/m);
  });

  it('refuses what is no number of seconds', async () => {
    expect(graybox(['doctor', '--seconds', 'long'])).toMatchObject({ code: 2 });
    await expect(diagnose({ seconds: -1 })).rejects.toThrow(InputError);
    await expect(diagnose({ seconds: Number.NaN })).rejects.toThrow(/seconds/);
  });
});

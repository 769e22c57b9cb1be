import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const from = (path: string): string => JSON.stringify(new URL(`../../dist/${path}`, import.meta.url).href);

/** Computes a small network with the compiled engine, in a process that may not make code from text. */
const script = (engine: string): string => `
  import { derive } from ${from('src/derive/derive.js')};
  import { ${engine}Engine as engine } from ${from(`src/engine/${engine}/engine.js`)};
  import { chain } from ${from('test/engine/networks.js')};
  const available = await engine.available();
  const executable = await engine.compile(derive(chain([3, 4, 2])), { precision: 'f64', device: 'cpu' });
  const [y, J, H] = [2, 6, 6].map((length) => new Float64Array(length));
  await executable.evaluate(2, [{ x: Float64Array.of(1, 2, 3), λ: Float64Array.of(1, 1), y, J, H }]);
  await executable.dispose();
  console.log(JSON.stringify({ available, y: [...y] }));
`;
const run = (engine: string, ...flags: string[]): { available: unknown; y: number[] } => {
  const args = [...flags, '--input-type=module', '--eval', script(engine)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
};

describe('where code may not be made from text, as by a content security policy', () => {
  it.each(['reference', 'wasm', 'onnx'])('computes the same: engine %s', (engine) => {
    const restricted = run(engine, '--disallow-code-generation-from-strings');
    expect(restricted).toEqual(run(engine));
    expect(restricted.available).toBe(true);
  });
});

describe('where WebAssembly is not allowed', () => {
  it('says so in one line and names the engine that can', () => {
    const args = ['--no-expose-wasm', '--input-type=module', '--eval', script('wasm')];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^InputError: engine wasm: WebAssembly is not allowed here .*; use engine reference$/m,
    );
  });

  it('computes by the interpreter', () => {
    expect(run('reference', '--no-expose-wasm')).toEqual(run('reference'));
  });
});

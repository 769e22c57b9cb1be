import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix, win32 } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'graybox-package-'));
const modules = join(folder, 'node_modules');
const installed = join(modules, 'graybox-nlp');

interface Packed {
  readonly filename: string;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}
let packed: Packed;

/** What a new user has: the package as it is published, beside what it depends on. */
beforeAll(() => {
  // As `npm pack` does by its scripts, of what was built already.
  const lean = (...how: string[]): void =>
    void execFileSync(process.execPath, [join('scripts', 'lean.mjs'), ...how], { cwd: root });
  lean();
  let told: string;
  try {
    told = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: root,
      encoding: 'utf8',
      shell: process.platform === 'win32',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } finally {
    lean('restore');
  }
  packed = (JSON.parse(told) as Packed[])[0]!;
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, packed.filename), '-C', installed, '--strip-components', '1']);
  for (const name of readdirSync(join(root, 'node_modules')))
    if (!name.startsWith('.') && name !== 'graybox-nlp')
      symlinkSync(join(root, 'node_modules', name), join(modules, name), 'junction');
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

const run = (args: readonly string[]): string =>
  execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

const problem = `
  const m = new Model('small');
  const x = m.variables('x', 2, { lower: 0.5, start: 1 });
  m.minimize(sumOfSquares(x));
`;

describe('the package', () => {
  it('is small: no tests, benchmarks, maps, and only the networks that commands use', () => {
    expect(packed.unpackedSize).toBeLessThan(3_000_000);
    const paths = packed.files.map(({ path }) => path);
    expect(
      paths.filter((path) => /\.map$|(^|\/)test\/|^dist\/bench|tsbuildinfo|mnist-tanh-512/.test(path)),
    ).toEqual([]);
    for (const needed of [
      'dist/index.js',
      'dist/index.d.ts',
      'dist/cli/graybox.js',
      'models/mnist-tanh-128/model.json',
    ])
      expect(paths).toContain(needed);
  });

  it('is imported, required, and solves in its threads', () => {
    writeFileSync(
      join(folder, 'import.mjs'),
      `import { Model, solve, sumOfSquares } from 'graybox-nlp';
       import { loadNetwork } from 'graybox-nlp';
       import { modelFolder, modelNames } from 'graybox-nlp/models';${problem}
       const loaded = await Promise.all(modelNames.map((name) => loadNetwork(modelFolder(name))));
       console.log((await solve(m)).status, loaded.length, loaded.every(({ parameters }) => parameters > 1000));
       try { modelFolder('mnist-tanh-512'); } catch (error) { console.log(error.message); }`,
    );
    const lines = run(['import.mjs']).trim().split('\n');
    expect(lines[0]).toBe('optimal 3 true');
    expect(lines[1]).toMatch(/model 'mnist-tanh-512' does not come with the package/);
    // Node takes modules by require from 20.19 and 22.12 on.
    const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
    if (major < 20 || (major === 20 && minor < 19) || (major === 22 && minor < 12)) return;
    writeFileSync(
      join(folder, 'require.cjs'),
      `const { Model, solveHere, sumOfSquares } = require('graybox-nlp');${problem}
       solveHere(m).then((s) => console.log(s.status));`,
    );
    expect(run(['require.cjs']).trim()).toBe('optimal');
  }, 60_000);

  it('is typed for strict users without skipLibCheck and types of Node', () => {
    writeFileSync(
      join(folder, 'typed.mts'),
      `import { dense, Model, network, prepare, solveHere, sumOfSquares, type Solution } from 'graybox-nlp';
       import { modelNames, type ModelName } from 'graybox-nlp/models';
       const m = new Model('typed');
       const x = m.variables('x', 2, { lower: 0.5 });
       const y = network(dense([{ W: [[1], [2]] }]), x);
       m.minimize(sumOfSquares(x));
       const s: Solution = await solveHere(m, { tol: 1e-8 });
       const numbers: number[] = s.value(x).toArray();
       // @ts-expect-error values are no text
       const text: string = s.value(x);
       export const all: readonly [number[], string, number, readonly ModelName[]] = [numbers, text, s.network(y).uses, modelNames];
       await (await prepare(m)).dispose();`,
    );
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          ...{ strict: true, noEmit: true, target: 'ES2022', module: 'NodeNext', types: [] },
          exactOptionalPropertyTypes: true,
        },
        files: ['typed.mts'],
      }),
    );
    expect(run([join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', folder])).toBe('');
  }, 120_000);

  it('types the code of README and recipes for strict users', () => {
    const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => join('docs', name))];
    const blocks = pages
      .filter((name) => name.endsWith('.md'))
      .flatMap((name) =>
        [...readFileSync(join(root, name), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(
          ([, code]) => code!,
        ),
      );
    expect(blocks.length).toBeGreaterThan(10);
    const files = blocks.map((code, k) => {
      writeFileSync(join(folder, `block${k}.mts`), code);
      return `block${k}.mts`;
    });
    writeFileSync(
      join(folder, 'tsconfig.blocks.json'),
      JSON.stringify({
        compilerOptions: {
          ...{ strict: true, noEmit: true, target: 'ES2022', module: 'NodeNext', types: [] },
          // tfjs's own declarations do not hold without it.
          skipLibCheck: true,
          lib: ['ES2022', 'DOM', 'ESNext.Disposable'],
        },
        files,
      }),
    );
    const project = join(folder, 'tsconfig.blocks.json');
    expect(run([join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', project])).toBe('');
  }, 120_000);

  it.each(['solve', 'solveHere'])('is bundled by esbuild for Node and %ss', async (verb) => {
    writeFileSync(
      join(folder, `${verb}.mjs`),
      `import { Model, ${verb}, sumOfSquares } from 'graybox-nlp';${problem}
       console.log((await ${verb}(m)).status);`,
    );
    await build({
      entryPoints: [join(folder, `${verb}.mjs`)],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: join(folder, 'out', `${verb}.bundle.mjs`),
      external: ['onnxruntime-node', 'koffi', '@tensorflow/*', 'piscina'],
      logLevel: 'silent',
    });
    expect(run([join('out', `${verb}.bundle.mjs`)]).trim()).toBe('optimal');
  }, 60_000);

  it('names its files the same way on Windows', async () => {
    // What the library makes of paths it does by these two, and by node:path.
    const { stubOf } = await import('../../runtime/node/stub.js');
    for (const { join: joined } of [posix, win32]) {
      expect(stubOf(joined('models', 'case', 'problem.nl'))).toEqual({
        stub: joined('models', 'case', 'problem'),
        name: 'problem',
      });
      expect(stubOf(joined('a.nl', 'b'))).toEqual({ stub: joined('a.nl', 'b'), name: 'b' });
    }
    expect(stubOf('C:\\work\\p.nl').stub).toBe('C:\\work\\p');
  });
});

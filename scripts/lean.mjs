// Makes dist/ lean for publishing, and full again: `prepack` keeps a copy and takes comments and blanks out of its JavaScript,
// names and lines of code stay apart enough to debug, and empties declarations that none of the package's entries reaches;
// `postpack` puts the copy back. Files change by renaming, so that who runs
// from dist/ meanwhile never reads half a file.
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { transformSync } from 'esbuild';

const kept = join('node_modules', '.cache', 'graybox-dist');

const files = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));

const replace = (path, content) => {
  const draft = `${path}.part`;
  writeFileSync(draft, content, { mode: statSync(path).mode });
  renameSync(draft, path);
};

/** A CommonJS module that unpacks itself when it is loaded, in Node: kernels in plain JavaScript, which few machines need. */
const packed = (code) =>
  `module._compile(require('node:zlib').brotliDecompressSync(Buffer.from('${brotliCompressSync(code).toString('base64')}','base64')).toString(),__filename);\n`;

/** Declarations that the entries of the package reach. */
function reachedFrom(entries) {
  const reached = new Set();
  const open = entries.map((entry) => join('dist', `${entry}.d.ts`));
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (reached.has(path) || !existsSync(path)) continue;
    reached.add(path);
    for (const [, target] of readFileSync(path, 'utf8').matchAll(
      /(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g,
    ))
      open.push(join(dirname(path), target.replace(/\.js$/, '.d.ts')));
  }
  return reached;
}

if (process.argv[2] === 'restore') {
  if (!existsSync(kept)) process.exit(0);
  for (const path of files(kept)) replace(join('dist', path.slice(kept.length + 1)), readFileSync(path));
  rmSync(kept, { recursive: true });
} else {
  const reached = reachedFrom(['index', 'browser', 'models/index', 'layers/tfjs/index']);
  const own = files('dist').filter(
    (path) =>
      (/\.c?js$/.test(path) || (path.endsWith('.d.ts') && !reached.has(path))) &&
      !/^dist[\\/](test|bench)[\\/]/.test(path),
  );
  rmSync(kept, { recursive: true, force: true });
  for (const path of own)
    cpSync(path, join(kept, path.slice('dist'.length + 1)), { preserveTimestamps: true });
  for (const path of own) {
    if (path.endsWith('.d.ts')) {
      replace(path, '');
      continue;
    }
    const code = readFileSync(path, 'utf8').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n');
    const [, shebang = '', rest] = /^(#!.*\n)?([\s\S]*)$/.exec(code);
    const { code: lean } = transformSync(rest, {
      minifyWhitespace: true,
      minifySyntax: true,
      // What is generated nobody debugs; the command, what it trains and draws, readers of files, derivative programs and
      // kernels nobody imports.
      minifyIdentifiers:
        path.endsWith('.cjs') ||
        /^dist[\\/](cli|scenarios|models[\\/]train|solvers[\\/](linear|kkt)|src[\\/](network|read|grid|derive|engine))[\\/]/.test(
          path,
        ),
      legalComments: 'none',
      target: 'esnext',
      lineLimit: 320,
    });
    replace(path, shebang + (path.endsWith('kernels.cjs') ? packed(lean) : lean));
  }
}

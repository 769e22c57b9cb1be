// Makes dist/ lean for publishing, and full again: `prepack` keeps a copy and takes comments and blanks out of its JavaScript,
// names and lines of code stay apart enough to debug; `postpack` puts the copy back. Files change by renaming, so that who runs
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
import { join } from 'node:path';
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

if (process.argv[2] === 'restore') {
  if (!existsSync(kept)) process.exit(0);
  for (const path of files(kept)) replace(join('dist', path.slice(kept.length + 1)), readFileSync(path));
  rmSync(kept, { recursive: true });
} else {
  const own = files('dist').filter(
    (path) => /\.c?js$/.test(path) && !/^dist[\\/](test|bench)[\\/]/.test(path),
  );
  rmSync(kept, { recursive: true, force: true });
  for (const path of own)
    cpSync(path, join(kept, path.slice('dist'.length + 1)), { preserveTimestamps: true });
  for (const path of own) {
    const code = readFileSync(path, 'utf8').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n');
    const [, shebang = '', rest] = /^(#!.*\n)?([\s\S]*)$/.exec(code);
    const { code: lean } = transformSync(rest, {
      minifyWhitespace: true,
      // Generated, nobody debugs it.
      ...(path.endsWith('.cjs') && { minifyIdentifiers: true, minifySyntax: true }),
      legalComments: 'none',
      target: 'esnext',
      lineLimit: 160,
    });
    replace(path, shebang + lean);
  }
}

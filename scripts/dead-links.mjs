// Looks for dead links in a folder of HTML pages: files and anchors that local links name. Fails with a list of them.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

const root = process.argv[2];
if (root === undefined || !existsSync(root)) {
  console.error('usage: node scripts/dead-links.mjs FOLDER');
  process.exit(2);
}
const pages = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.html'))
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name));

const texts = new Map(pages.map((page) => [normalize(page), readFileSync(page, 'utf8')]));
const plain = (text) => text.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'");
const anchors = new Map();
const anchorsOf = (page) => {
  let own = anchors.get(page);
  if (own === undefined) {
    own = new Set([...texts.get(page).matchAll(/\s(?:id|name)="([^"]*)"/g)].map(([, id]) => plain(id)));
    anchors.set(page, own);
  }
  return own;
};

const dead = [];
let count = 0;
for (const [page, text] of texts)
  for (const [, given] of text.matchAll(/\s(?:href|src)="([^"]*)"/g)) {
    const link = plain(given);
    if (link === '' || /^(?:[a-z][a-z+.-]*:|\/\/)/i.test(link)) continue;
    count++;
    const [path, anchor] = link.split('#');
    const target =
      path === '' ? page : normalize(join(dirname(page), decodeURIComponent(path.split('?')[0])));
    const isThere = existsSync(target) && statSync(target).isFile();
    const isDead =
      !isThere || (anchor && texts.has(target) && !anchorsOf(target).has(decodeURIComponent(anchor)));
    if (isDead) dead.push(`${relative(root, page)}: ${link}`);
  }
for (const line of dead) console.error(line);
console.log(`${pages.length} pages, ${count} local links, ${dead.length} dead`);
process.exit(dead.length === 0 ? 0 : 1);

import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type DataSet, dataSets, download } from '../../scenarios/downloads.js';
import { npyBytes } from '../../scenarios/scopf/npy.js';
import { tensorData } from '../../scenarios/scopf/tensor.js';
import { dataFolder, hasPglib, hasScopf } from '../grid/data.js';

const content = Buffer.from('ten thousand digits');
let server: Server;
let other: Server;
let folder: string;
let requests = 0;
/** How many connections a server cuts after five bytes. */
let cuts = 0;
let endless = 0;

const addressOf = (of: Server): string => `http://127.0.0.1:${(of.address() as AddressInfo).port}`;

beforeAll(async () => {
  other = createServer((_, response) => response.end(content));
  server = createServer((request, response) => {
    requests++;
    if (request.url === '/missing') response.writeHead(404).end();
    else if (request.url === '/elsewhere') response.writeHead(302, { location: addressOf(other) }).end();
    else if (request.url === '/moved') response.writeHead(302, { location: '/digits' }).end();
    else if (request.url === '/circle') response.writeHead(302, { location: '/circle' }).end();
    else if (request.url === '/cut') {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 5), () => response.destroy());
    } else if (request.url === '/ranges' || request.url === '/whole' || request.url === '/shifted') {
      const asked = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      const first = request.url === '/whole' ? 0 : asked;
      const shift = request.url === '/shifted' && asked > 0 ? 1 : 0;
      if (first > 0)
        response.writeHead(206, {
          'content-range': `bytes ${first + shift}-${content.length - 1}/${content.length}`,
        });
      else response.writeHead(200, { 'content-length': content.length });
      if (cuts-- > 0) response.write(content.subarray(first, first + 5), () => response.destroy());
      else response.end(content.subarray(first));
    } else if (request.url === '/busy') response.writeHead(cuts-- > 0 ? 503 : 200).end(content);
    else if (request.url === '/endless') {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65536))) endless += 65536;
      };
      response.on('drain', more);
      more();
    } else response.end(content);
  });
  await Promise.all(
    [server, other].map((each) => new Promise<void>((ready) => each.listen(0, '127.0.0.1', ready))),
  );
});
afterAll(() => [server, other].map((each) => each.close()));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'graybox-data-'));
  return () => rmSync(folder, { recursive: true });
});

const right = createHash('sha256').update(content).digest('hex');
const set = (path: string, sha256 = right, size = content.length): DataSet => ({
  about: 'test',
  licence: 'none',
  files: [{ file: 'digits', url: `${addressOf(server)}/${path}`, size, sha256 }],
});

it('brings a file, checks its digest and does not bring it twice', async () => {
  await download('digits', { folder, set: set('digits') });
  expect(readFileSync(join(folder, 'digits'))).toEqual(content);
  const before = requests;
  await download('digits', { folder, set: set('digits') });
  expect(requests).toBe(before);
  expect(readdirSync(folder)).toEqual(['digits']);
});

it('follows a redirection within the host', async () => {
  await download('digits', { folder, set: set('moved') });
  expect(readFileSync(join(folder, 'digits'))).toEqual(content);
});

it.each([
  ['ranges', 3],
  ['whole', 3],
  ['busy', 2],
])('goes on with what was cut: /%s', async (path, times) => {
  cuts = times;
  await download('digits', { folder, set: set(path) });
  expect(readFileSync(join(folder, 'digits'))).toEqual(content);
  expect(cuts).toBeLessThan(0);
  expect(readdirSync(folder)).toEqual(['digits']);
});

it('takes no other part of a file than it asked for', async () => {
  cuts = 1;
  await expect(download('digits', { folder, set: set('shifted') })).rejects.toThrow(/another part/);
  expect(readdirSync(folder)).toEqual([]);
});

it('makes of an original what is read, and checks its digest', async () => {
  const from = (bytes: Uint8Array): Buffer => Buffer.from(bytes).reverse();
  const made = { file: 'stigid', from, sha256: createHash('sha256').update(from(content)).digest('hex') };
  const one = set('digits');
  const files = one.files.map((each) => ({ ...each, made }));
  await download('digits', { folder, set: { ...one, files } });
  expect(readFileSync(join(folder, 'stigid'))).toEqual(from(content));
  rmSync(join(folder, 'stigid'));
  await download('digits', { folder, set: { ...one, files } });
  expect(readdirSync(folder)).toEqual(['digits', 'stigid']);
  const wrong = one.files.map((each) => ({ ...each, made: { ...made, sha256: right } }));
  rmSync(join(folder, 'stigid'));
  await expect(download('digits', { folder, set: { ...one, files: wrong } })).rejects.toThrow(
    /not what is known/,
  );
  expect(readdirSync(folder)).toEqual(['digits']);
});

it.each([
  'damaged',
  'x'.repeat(content.length),
  'longer than what belongs here',
])('replaces %j', async (text) => {
  writeFileSync(join(folder, 'digits'), text);
  await download('digits', { folder, set: set('digits') });
  expect(readFileSync(join(folder, 'digits'))).toEqual(content);
});

it.each([
  ['a wrong digest', 'digits', '0'.repeat(64), content.length, /SHA-256/],
  ['a longer file', 'digits', right, content.length - 1, /more than 18 bytes, not 18/],
  ['a shorter file', 'digits', right, content.length + 1, /has 19 bytes, not 20/],
  ['a missing file', 'missing', right, content.length, /404/],
  ['a cut', 'cut', right, content.length, /cannot be downloaded/],
  ['another host', 'elsewhere', right, content.length, /sends on to http:\/\/127/],
  ['redirections in a circle', 'circle', right, content.length, /more than 5 times/],
])('keeps nothing after %s', async (_, path, sha256, size, message) => {
  await expect(download('digits', { folder, set: set(path, sha256, size) })).rejects.toThrow(message);
  expect(readdirSync(folder)).toEqual([]);
});

it('cuts an endless file off', async () => {
  await expect(download('digits', { folder, set: set('endless', right, 1000) })).rejects.toThrow(
    /more than 1000/,
  );
  expect(endless).toBeLessThan(64e6);
  expect(readdirSync(folder)).toEqual([]);
});

it('does not write through a link', async () => {
  const target = join(folder, 'target');
  symlinkSync(target, join(folder, 'digits'));
  await expect(download('digits', { folder, set: set('digits') })).rejects.toThrow(/is a link/);
  expect(existsSync(target)).toBe(false);
});

it('names the data sets there are', async () => {
  for (const name of ['nonsense', 'constructor'])
    await expect(download(name, { folder })).rejects.toThrow(/there is mnist, scopf, pglib/);
  expect(existsSync(join(folder, 'nonsense'))).toBe(false);
});

it.skipIf(!hasPglib || !hasScopf)('knows size and digest of what is here', () => {
  for (const name of ['pglib', 'scopf'])
    for (const { file, size, sha256, made } of dataSets[name]!.files) {
      const path = join(dataFolder, name, made?.file ?? file);
      const bytes = readFileSync(path);
      if (made === undefined) expect(bytes.length).toBe(size);
      expect(createHash('sha256').update(bytes).digest('hex'), file).toBe(made?.sha256 ?? sha256);
    }
});

it('reads the tensor that torch.save wrote', () => {
  const numbers = Float64Array.of(1, -2.5, 1e300);
  const archive = zipSync({
    'x/data.pkl': new Uint8Array(3),
    'x/data/0': new Uint8Array(numbers.buffer),
  });
  expect(tensorData(archive, 3, 'x.pt')).toEqual(numbers);
  expect(() => tensorData(archive, 4, 'x.pt')).toThrow(/x\.pt: holds no tensor of 4 numbers/);
  expect(() => tensorData(archive.subarray(0, 40), 3, 'x.pt')).toThrow(/x\.pt: is no file of torch\.save/);
  // NumPy pads the header in the same way.
  const bytes = npyBytes({ rows: 1, columns: 3, data: numbers });
  expect(bytes.length).toBe(128 + 24);
});

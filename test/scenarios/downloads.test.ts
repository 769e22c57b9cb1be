import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type DataSet, download } from '../../scenarios/downloads.js';

const content = Buffer.from('ten thousand digits');
let server: Server;
let address: string;
let folder: string;
let requests = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    requests++;
    if (request.url === '/missing') response.writeHead(404).end();
    else response.end(content);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'graybox-data-'));
  return () => rmSync(folder, { recursive: true });
});

const set = (path: string, md5 = createHash('md5').update(content).digest('hex')): DataSet => ({
  about: 'test',
  licence: 'none',
  files: [{ file: 'digits', url: `${address}/${path}`, md5 }],
});

it('brings a file, checks its digest and does not bring it twice', async () => {
  await download('digits', { folder, set: set('digits') });
  expect(readFileSync(join(folder, 'digits'))).toEqual(content);
  const before = requests;
  await download('digits', { folder, set: set('digits') });
  expect(requests).toBe(before);
});

it('replaces a damaged file', async () => {
  writeFileSync(join(folder, 'digits'), 'damaged');
  await download('digits', { folder, set: set('digits') });
  expect(readFileSync(join(folder, 'digits'))).toEqual(content);
});

it.each([
  ['a wrong digest', 'digits', '0'.repeat(32), /MD5/],
  ['a missing file', 'missing', undefined, /404/],
])('keeps nothing after %s', async (_, path, md5, message) => {
  await expect(download('digits', { folder, set: set(path, md5) })).rejects.toThrow(message);
  expect(readdirSync(folder)).toEqual([]);
});

it('names the data sets there are', async () => {
  await expect(download('nonsense', { folder })).rejects.toThrow(/there is mnist/);
  expect(existsSync(join(folder, 'nonsense'))).toBe(false);
});

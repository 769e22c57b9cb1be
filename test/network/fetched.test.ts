import {
  createReadStream,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadNetwork } from '../../index.js';
import { fetchNetwork } from '../../runtime/node/fetch-network.js';

const models = fileURLToPath(new URL('../../models/', import.meta.url));
let server: Server;
let root: string;
/** What a model.json that lies names. */
let weights: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = join(models, decodeURIComponent(new URL(request.url!, 'http://x').pathname));
    if (request.url!.startsWith('/elsewhere')) {
      response.writeHead(302, { location: 'http://example.invalid/model.json' }).end();
    } else if (request.url!.startsWith('/moved/')) {
      response.writeHead(302, { location: request.url!.replace('/moved/', '/') }).end();
    } else if (request.url!.startsWith('/liar/')) {
      response.end(
        JSON.stringify({ modelTopology: {}, weightsManifest: [{ paths: [weights], weights: [] }] }),
      );
    } else if (request.url!.startsWith('/silent/')) {
      response.writeHead(200).flushHeaders();
    } else if (existsSync(path) && statSync(path).isFile()) createReadStream(path).pipe(response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const leftovers = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('graybox-network-'));

describe('networks at addresses', () => {
  it('are read with the weights beside them, also where the server sends on within itself', async () => {
    const before = leftovers().length;
    for (const path of ['', '/moved']) {
      const net = await loadNetwork(`${root}${path}/scopf-nine-buses/model.json`);
      expect(net.parameters).toBe(1505);
    }
    expect(leftovers().length).toBeLessThanOrEqual(before);
  });

  it.each([
    [
      'elsewhere/model.json',
      {},
      /cannot be downloaded \(the server sends on to http:\/\/example.invalid, which is not/,
    ],
    [
      'nothing/model.json',
      {},
      /^http:.*nothing\/model.json: cannot be downloaded \(the server answered 404\)/,
    ],
    ['mnist-tanh-128/', {}, /give the address of a file that ends in .json, .onnx/],
    [
      'mnist-tanh-128/model.json',
      { limits: { bytes: 1000 } },
      /is larger than 1,000 bytes \(limits: \{ bytes \}/,
    ],
    ['scopf-nine-buses/card.json', {}, /^http:\S+\/scopf-nine-buses\/card.json: /],
  ])('are refused in one line: %s', async (path, options, message) => {
    await expect(loadNetwork(`${root}/${path}`, options)).rejects.toThrow(message);
  });

  it.each([
    '//example.invalid/w',
    '\\\\example.invalid\\w',
    '//[',
    'w/../../x',
    'a\u0000',
  ])('take no weights from elsewhere: %j', async (path) => {
    weights = path;
    await expect(loadNetwork(`${root}/liar/model.json`)).rejects.toThrow(
      /^http:\S+ the file name ".*" (leads to example.invalid|gives no address)|leaves its folder/,
    );
  });

  it('name no more files than the limits allow', async () => {
    weights = 'w';
    await expect(loadNetwork(`${root}/liar/model.json`, { limits: { files: 0 } })).rejects.toThrow(
      /: 1 files of weights .*limits: \{ files \}/,
    );
  });

  it('say nothing for so long only', async () => {
    const never = fetchNetwork(
      `${root}/silent/model.json`,
      ['.json'],
      undefined,
      () => expect.unreachable(),
      { seconds: 60, silence: 0.1 },
    );
    await expect(never).rejects.toThrow(/cannot be downloaded \(nothing came for 0.1 s\)/);
  });

  it('are addresses', async () => {
    for (const address of ['http://', 'http://[', 'http://x/%zz.json', 'http://x/%2e%2e%2fx.json'])
      await expect(loadNetwork(address)).rejects.toThrow(/is no address of a file/);
  });

  it('are no other schemes', async () => {
    await expect(loadNetwork('ftp://x/y.onnx')).rejects.toThrow(/not fetched from ftp addresses/);
  });
});

describe('Git LFS pointers', () => {
  it('are named as such, model and weights', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'graybox-lfs-'));
    try {
      const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12345\n';
      for (const name of ['model.json', 'm.onnx', 'm.h5', 'm.keras']) {
        writeFileSync(join(folder, name), pointer);
        await expect(loadNetwork(join(folder, name))).rejects.toThrow(
          new RegExp(`${name}: is a Git LFS pointer, not the file itself; fetch it with "git lfs pull"`),
        );
      }
      const weights = [{ name: 'd/kernel', shape: [1, 1], dtype: 'float32' }];
      const config = { name: 'd', units: 1, batch_input_shape: [null, 1] };
      const layers = [{ class_name: 'Dense', config }];
      writeFileSync(
        join(folder, 'model.json'),
        JSON.stringify({
          modelTopology: { model_config: { class_name: 'Sequential', config: { name: 's', layers } } },
          weightsManifest: [{ paths: ['weights.bin'], weights }],
        }),
      );
      writeFileSync(join(folder, 'weights.bin'), pointer);
      await expect(loadNetwork(folder)).rejects.toThrow(/weights.bin: is a Git LFS pointer/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

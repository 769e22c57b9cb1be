import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { loadNetwork, type Network } from '../../index.js';
import { fetchNetwork } from '../../runtime/node/fetch-network.js';
import { readTfjs } from '../../runtime/node/read-tfjs.js';
import { packageRoot } from '../../scenarios/data.js';
import { pick, whole } from '../read/random.js';
import { damaged } from './bytes.js';
import { damageJson, damageText, writeJson } from './damage-json.js';
import { inFolder } from './folder.js';
import type { Format } from './format.js';
import { judged } from './judge.js';

const folder = join(packageRoot, 'models', 'scopf-nine-buses');
const parameters = 1505;

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server of its own for each case: no connection of one is used by the next. */
async function serve(answer: Answer): Promise<{ readonly server: Server; readonly root: string }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return { server, root: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const pathOf = (request: IncomingMessage): string =>
  decodeURIComponent(new URL(request.url!, 'http://x').pathname);

/** The shipped network as it is. */
const honest: Answer = (request, response) => {
  const file = join(folder, pathOf(request));
  if (existsSync(file)) response.end(readFileSync(file));
  else response.writeHead(404).end();
};

/** Bytes without end, while somebody listens. */
function endless(response: ServerResponse, bytes: Uint8Array): void {
  const more = (): void => {
    while (!response.destroyed && response.write(bytes));
  };
  response.on('drain', more);
  more();
}

/** Names of weights that lead elsewhere, or nowhere. */
const elsewhere = [
  '//example.invalid/w',
  '\\\\example.invalid\\w',
  '/\\example.invalid/w',
  '../w',
  'a/../../w',
  '/etc/passwd',
  'x'.repeat(5000),
  'a\u0000b',
  'a\u001b[2Jb',
  '//[',
  'http:w',
  'file:///etc/passwd',
  'model.json',
  '',
  '.',
  '%',
  '%2e%2e/w',
  'weights.bin/x',
  'weights.bin?x#y',
];

function lie(random: () => number): Answer {
  const zeros = new Uint8Array(2 ** 16);
  const bytes = (request: IncomingMessage): Buffer =>
    existsSync(join(folder, pathOf(request)))
      ? readFileSync(join(folder, pathOf(request)))
      : Buffer.from('{}');
  const late = random() < 0.5;
  const withManifest = (
    change: (json: { weightsManifest: { paths: unknown; weights: unknown }[] }) => void,
  ): Answer => {
    const json = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
    change(json);
    return (request, response) =>
      pathOf(request) === '/model.json' ? response.end(writeJson(json)) : honest(request, response);
  };
  const kinds: readonly (() => Answer)[] = [
    () => (_, response) => endless(response, zeros),
    () => (_, response) => endless(response.writeHead(200, { 'content-length': 100 }), zeros),
    () => (request, response) =>
      response.writeHead(200, { 'content-length': bytes(request).length + 10 }).end(bytes(request)),
    () => (request, response) =>
      response.writeHead(200, { 'content-length': 2 ** 40 }).write(bytes(request), () => response.destroy()),
    () => (_, response) =>
      response
        .writeHead(302, {
          location: pick(random, [
            'http://example.invalid/',
            '//[',
            'file:///etc/passwd',
            'https://127.0.0.1/',
            '',
          ]),
        })
        .end(),
    () => (request, response) => response.writeHead(307, { location: request.url! }).end(),
    () => (request, response) => response.write(bytes(request).subarray(0, 100), () => response.destroy()),
    () => (_, response) => {
      // A byte now and then.
      const timer = setInterval(() => response.write('{'), 50);
      response.on('close', () => clearInterval(timer));
    },
    () => (_, response) => void response.writeHead(200).flushHeaders(),
    () => () => {},
    () => (_, response) => response.writeHead(pick(random, [204, 206, 404, 429, 500, 304])).end(),
    () => (_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(2 ** 24))),
    () => (request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bytes(request)),
    () => (_, response) => response.writeHead(200, { x: 'y'.repeat(60_000) }).end(),
    () => (_, response) => void response.socket?.end('HTTP/1.1 \u0000\r\n\r\n'),
    () => (request, response) => response.end(damaged(random, bytes(request))),
    () => (request, response) => response.end(damageText(random, bytes(request).toString('latin1'))),
    () => withManifest((json) => damageJson(random, json)),
    () => withManifest((json) => damageJson(random, json.weightsManifest)),
    () =>
      withManifest(({ weightsManifest: [group] }) => {
        group!.paths = Array.from({ length: 1 + whole(random, 3) }, () =>
          pick(random, [...elsewhere, 'weights.bin']),
        );
      }),
    () =>
      withManifest(({ weightsManifest: [group] }) => {
        group!.paths = Array.from({ length: pick(random, [1e3, 1e5]) }, (_, k) => `w${k}`);
      }),
  ];
  const lying = pick(random, kinds)();
  // The network itself, and only then the lie.
  return (request, response) =>
    late && pathOf(request) === '/model.json' ? honest(request, response) : lying(request, response);
}

const addresses = [
  'http://',
  'http://[',
  'http://x:99999/model.json',
  'http://127.0.0.1:1/model.json',
  'https://127.0.0.1:1/model.json',
  'http://example.invalid/%zz.json',
  'http://example.invalid/%2e%2e%2fx.json',
  'http://example.invalid/x\u0000.json',
  'http://user:secret@127.0.0.1:1/model.json',
  'file:///dev/zero',
  'file:///dev/stdin',
  'file://host/model.json',
  'file:///etc/passwd',
  'file:///%00.onnx',
  'ftp://x/model.json',
  'data:application/json,{}',
];

/** Networks at addresses: a server that lies about their length, place and contents, never ends, or says nothing. */
export const address: Format = {
  name: 'address',
  count: 1000,
  async attempt(random) {
    const kind = random();
    const { server, root } = await serve(kind < 0.25 ? honest : lie(random));
    return inFolder(async (own) => {
      const before = process.env['TMPDIR'];
      process.env['TMPDIR'] = own;
      try {
        const outcome = await judged(async () => {
          const began = performance.now();
          let network: Network;
          if (kind >= 0.92) network = await loadNetwork(pick(random, addresses));
          else
            network = await fetchNetwork(
              `${root}/model.json`,
              ['.json', '.onnx', '.h5'],
              { bytes: 2 ** 20 },
              (path) => readTfjs(path, {}),
              // Who is honest may be slow: the machine is busy.
              kind < 0.25 ? undefined : { seconds: 3, silence: 0.5 },
            );
          if (performance.now() - began > 60_000) throw new Error('it took more than a minute');
          if (kind < 0.25 && network.parameters !== parameters)
            throw new Error(`${network.parameters} parameters`);
          return kind < 0.25 ? 'right' : 'read';
        }, kind < 0.25);
        const left = readdirSync(own);
        if (left.length > 0) throw new Error(`left behind: ${left.join()}`);
        return outcome;
      } finally {
        server.closeAllConnections();
        server.close();
        if (before === undefined) delete process.env['TMPDIR'];
        else process.env['TMPDIR'] = before;
      }
    });
  },
};

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect as netConnect, type Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { connect, hostedBy } from './support/connection.js';
import { call, Hub, until } from './support/hub.js';
import { json, pause, Upstream } from './support/upstream.js';
import { codeOf } from './support/world.js';

/** What careless and hostile clients and upstreams do. */
const SECRET = 'sk-abuse-secret-0815';
let hub: Hub;
let up: Upstream;
let key: string;
let gateway: Awaited<ReturnType<Hub['gateway']>>;
const HEAD = () => `host: x\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\n`;
const BODY = '{"model":"chat","messages":[]}';

/** Sends raw bytes; resolves with all that came until the gateway closed. */
async function raw(...parts: (string | Buffer)[]): Promise<string> {
  const socket: Socket = netConnect(Number(new URL(gateway.url).port), '127.0.0.1');
  let got = '';
  socket.on('data', (c) => (got += c.toString('latin1')));
  socket.on('error', () => undefined); // a reset is an answer too
  for (const part of parts) socket.write(part);
  await Promise.race([once(socket, 'close'), pause(6_000)]);
  socket.destroy();
  return got;
}
const post = (body: Buffer, headers: Record<string, string>): Promise<Response> =>
  fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: new Uint8Array(body),
  });

beforeAll(async () => {
  hub = await Hub.open('gateway_abuse');
  up = await Upstream.start();
  key = (await hub.key()).key;
  await connect(hub, { name: 'one', kind: 'custom', url: up.url, secret: SECRET });
  await hub.route('chat', 1, [hostedBy('one')]);
  for (const name of ['moved', 'talker']) await hub.route(name, 1, [hostedBy('one', { digest: name, modelId: `one/${name}` })]);
  gateway = await hub.gateway({ headersTimeoutMs: 700, requestTimeoutMs: 1_500 });
});
afterAll(async () => {
  await gateway.stop();
  await up.stop();
  await hub.close();
});
beforeEach(() => {
  up.behave = json;
  up.seen.length = 0;
});

describe('bodies', () => {
  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const)('%s is unpacked', async (encoding, pack) => {
    expect((await post(pack(Buffer.from(BODY)), { 'content-encoding': encoding })).status).toBe(200);
    expect(JSON.parse(up.seen[0]?.body ?? '')).toMatchObject({ messages: [] });
  });
  it('a bomb is 413, nonsense is 400, an unknown encoding 415', async () => {
    const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(100_000);
    expect((await post(bomb, { 'content-encoding': 'gzip' })).status).toBe(413);
    const broken = await post(Buffer.from('not gzip'), { 'content-encoding': 'gzip' });
    expect([broken.status, await codeOf(broken)]).toEqual([400, 'malformed_encoding']);
    expect((await post(Buffer.from(BODY), { 'content-encoding': 'zstd' })).status).toBe(415);
    expect(up.seen).toHaveLength(0);
  });
  it('a chunked body over the limit is cut off', async () => {
    const chunk = `100000\r\n${'x'.repeat(0x100000)}\r\n`;
    const got = await raw(
      `POST /v1/chat/completions HTTP/1.1\r\n${HEAD()}transfer-encoding: chunked\r\n\r\n`,
      ...Array<string>(34).fill(chunk),
    );
    expect(got).toMatch(/^HTTP\/1\.1 413/);
  });
  it('a member that stands twice is refused: two readers must not see two values', async () => {
    const r = await call(gateway.url, key, '{"model":"chat","max_tokens":1,"max_tokens":100000}');
    expect([r.status, await codeOf(r)]).toEqual([400, 'duplicate_member']);
  });
});

describe('slow and large heads', () => {
  it('a head that comes drop by drop is let go', async () => {
    const got = await raw('POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n');
    expect(got).toMatch(/^HTTP\/1\.1 408/);
  });
  it('a body that comes drop by drop is let go', async () => {
    const got = await raw(`POST /v1/chat/completions HTTP/1.1\r\n${HEAD()}content-length: 100\r\n\r\n{"mo`);
    expect(got).toMatch(/^HTTP\/1\.1 408|^$/);
    expect(up.seen).toHaveLength(0);
  });
  it('headers too large are 431', async () => {
    expect(await raw(`GET /v1/models HTTP/1.1\r\nhost: x\r\nx-large: ${'a'.repeat(40_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431/);
  });
});

describe('smuggling', () => {
  it.each([
    ['length and chunks', `content-length: ${BODY.length}\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['two lengths', `content-length: ${BODY.length}\r\ncontent-length: 3\r\n\r\n${BODY}`],
    ['a bad chunk size', 'transfer-encoding: chunked\r\n\r\nZZ\r\nabc\r\n0\r\n\r\n'],
    ['a folded header', `x-a: b\r\n c\r\ncontent-length: x\r\n\r\n${BODY}`],
  ])('%s: refused, the connection ends, nothing reaches the upstream', async (_what, rest) => {
    const got = await raw(`POST /v1/chat/completions HTTP/1.1\r\n${HEAD()}${rest}`);
    expect(got).toMatch(/^HTTP\/1\.1 400|^$/);
    expect(up.seen).toHaveLength(0);
  });
});

describe('what must not come through', () => {
  it('a key in the URL', async () => {
    const r = await fetch(`${gateway.url}/v1/models?api_key=${key}`);
    expect([r.status, await codeOf(r)]).toEqual([400, 'key_in_url']);
  });
  it('a redirect of the upstream is not followed and not handed on', async () => {
    up.behave = (res) => void res.writeHead(307, { location: 'http://169.254.169.254/latest' }).end();
    const r = await call(gateway.url, key, { model: 'moved' });
    expect([r.status, r.headers.get('location')]).toEqual([502, null]);
  });
  it('a credential that the upstream repeats in its error', async () => {
    up.behave = (res) => void res.writeHead(400, { 'content-type': 'application/json' }).end(`{"error":{"message":"bad key ${SECRET}"}}`);
    const text = await (await call(gateway.url, key, { model: 'talker' })).text();
    expect(text).toBe('{"error":{"message":"bad key [credential]"}}');
    expect(hub.logged.join('\n')).not.toContain(SECRET);
  });
});

describe('streams', () => {
  const FRAMES = Buffer.from('data: {"choices":[{"delta":{"content":"grüße 🌍 日本"}}]}\r\n\r\ndata: [DONE]\r\n\r\n');
  it('reach the client byte for byte, cut anywhere, with CRLF', async () => {
    up.behave = async (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const byte of FRAMES) {
        res.write(Buffer.from([byte]));
        if (byte > 127) await pause(1);
      }
      res.end();
    };
    const r = await call(gateway.url, key, { model: 'chat', stream: true });
    expect(Buffer.from(await r.arrayBuffer()).equals(FRAMES)).toBe(true);
  });
  it('wait for a client that does not read: the gateway keeps little of them', async () => {
    let sent = 0;
    const frame = `data: {"choices":[{"delta":{"content":"${'x'.repeat(64 * 1024)}"}}]}\n\n`;
    up.behave = async (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      while (sent < 64 * 1024 * 1024 && !res.destroyed) {
        sent += frame.length;
        if (!res.write(frame)) await Promise.race([once(res, 'drain'), once(res, 'close')]);
      }
      res.end();
    };
    const socket = netConnect(Number(new URL(gateway.url).port), '127.0.0.1');
    const body = '{"model":"chat","stream":true}';
    socket.write(`POST /v1/chat/completions HTTP/1.1\r\n${HEAD()}content-length: ${body.length}\r\n\r\n${body}`);
    socket.pause();
    await until(() => sent > 0);
    let before = -1;
    while (sent !== before) {
      before = sent;
      await pause(400);
    }
    expect(sent).toBeLessThan(32 * 1024 * 1024);
    socket.destroy();
    await until(() => up.seen[0]?.cutAt !== undefined, 3_000);
  });
});

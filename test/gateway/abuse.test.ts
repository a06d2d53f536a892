import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { connect, hostedBy } from './support/connection.js';
import { call, Hub, revision, until } from './support/hub.js';
import { head, RawClient } from './support/raw.js';
import { type Behaviour, json, pause, Upstream } from './support/upstream.js';
import { codeOf, eventOf, policy } from './support/world.js';

/** Clients and upstreams that mean harm, or are merely broken. */
const SECRET = 'sk-very/secret+"4711"';
let hub: Hub;
let up: Upstream;
let key: string;
let gateway: Awaited<ReturnType<Hub['gateway']>>;

beforeAll(async () => {
  hub = await Hub.open('gateway_abuse');
  up = await Upstream.start();
  key = (await hub.key()).key;
  await hub.route('chat', 1, [revision('chat', [up.url])]);
  await connect(hub, { name: 'hosted', kind: 'custom', url: up.url, secret: SECRET });
  await hub.route('hosted', 1, [hostedBy('hosted')]);
  gateway = await hub.gateway();
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

const MB = 1024 * 1024;
/** Streams so many bytes as the gateway takes them; `sent` is what it has taken. */
function pours(bytes: number): { behave: Behaviour; sent: () => number } {
  let sent = 0;
  const frame = `data: {"choices":[{"delta":{"content":"${'x'.repeat(64 * 1024)}"}}]}\n\n`;
  return {
    sent: () => sent,
    behave: async (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      while (sent < bytes && !res.destroyed) {
        sent += frame.length;
        if (!res.write(frame)) await Promise.race([new Promise((r) => res.once('drain', r)), new Promise((r) => res.once('close', r))]);
      }
      res.end('data: [DONE]\n\n');
    },
  };
}
/** The upstream's figure once it no longer moves. */
async function stalled(sent: () => number): Promise<number> {
  for (let last = -1; last !== sent(); await pause(400)) last = sent();
  return sent();
}
const streamCall = (body: object): string => {
  const text = JSON.stringify({ stream: true, ...body });
  return `${head(key, [`content-length: ${text.length}`])}${text}`;
};

describe('a client that does not read', () => {
  it('holds up the upstream and not the gateway’s memory, and has every byte when it reads again', async () => {
    const { behave, sent } = pours(60 * MB);
    up.behave = behave;
    const before = process.memoryUsage();
    const client = new RawClient(gateway.url).send(streamCall({ model: 'chat' }));
    await until(() => client.status === 200);
    client.socket.pause();
    // what the kernel's buffers of four sockets hold, and no more
    expect(await stalled(sent)).toBeLessThan(40 * MB);
    const now = process.memoryUsage();
    expect(now.arrayBuffers + now.external - before.arrayBuffers - before.external).toBeLessThan(16 * MB);
    let bytes = 0;
    client.socket.removeAllListeners('data');
    let tail = '';
    client.socket.on('data', (chunk) => {
      bytes += chunk.length;
      tail = (tail + chunk.toString('latin1')).slice(-100);
    });
    client.socket.resume();
    await until(() => tail.includes('[DONE]'), 20_000);
    expect(bytes + client.received.length).toBeGreaterThan(60 * MB);
    client.socket.destroy();
  });
  it('is let go, and so is the upstream', async () => {
    const strict = await hub.gateway({ stuckClientMs: 400 });
    try {
      up.behave = pours(200 * MB).behave;
      const client = new RawClient(strict.url).send(streamCall({ model: 'chat' }));
      await until(() => client.status === 200);
      client.socket.pause();
      await until(() => up.seen.at(-1)?.cutAt !== undefined, 10_000);
      await until(async () => (await hub.events({ status: 'aborted', error: 'the client stopped reading' })).length === 1);
      client.socket.destroy();

      // an answer that was complete and translated before the first byte of it went out
      const text = JSON.stringify({ model: 'hosted', max_tokens: 5, messages: [{ role: 'user', content: 'hi' }] });
      const content = 'y'.repeat(30 * MB);
      up.behave = (res) =>
        void res
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ id: 'c', choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }] }));
      const other = new RawClient(strict.url).send(head(key, [`content-length: ${text.length}`], '/v1/messages') + text);
      await until(() => other.status === 200, 20_000);
      other.socket.pause();
      await pause(2_500);
      other.socket.resume();
      await until(() => other.closed);
      expect(other.received.length).toBeLessThan(30 * MB);
    } finally {
      await strict.stop();
    }
  });
});

describe('a client that sends drop by drop', () => {
  it('is closed while its head or its body is not there in time; nobody is called', async () => {
    const strict = await hub.gateway({ headersTimeoutMs: 500, requestTimeoutMs: 1_000 });
    const drips: NodeJS.Timeout[] = [];
    try {
      const slowHead = new RawClient(strict.url).send(`POST /v1/chat/completions HTTP/1.1\r\nhost: hub\r\n`);
      drips.push(setInterval(() => slowHead.send('x-a: b\r\n'), 100));
      const slowBody = new RawClient(strict.url).send(`${head(key, ['content-length: 1000'])}{"model":"chat"`);
      drips.push(setInterval(() => slowBody.send(' '), 100));
      await until(() => slowHead.closed && slowBody.closed, 10_000);
      expect([slowHead.status, slowBody.status]).toEqual([408, 408]);
      expect(up.seen).toHaveLength(0);
      expect(hub.logged.filter((l) => l.startsWith('error'))).toEqual([]);
    } finally {
      drips.forEach(clearInterval);
      await strict.stop();
    }
  });
  it('that leaves in the middle of its body is no error of ours', async () => {
    const client = new RawClient(gateway.url).send(`${head(key, ['content-length: 1000'])}{"model":"chat"`);
    await pause(50);
    client.socket.destroy();
    await pause(100);
    expect(up.seen).toHaveLength(0);
    expect(hub.logged.filter((l) => l.startsWith('error'))).toEqual([]);
  });
});

describe('a request that is too large', () => {
  it('head: 431', async () => {
    const client = new RawClient(gateway.url).send(head(key, [`x-big: ${'a'.repeat(40_000)}`, 'content-length: 2']));
    await until(() => client.closed);
    expect(client.status).toBe(431);
  });
  it('body without a length: 413 once it is over the limit, and the connection is closed', async () => {
    const client = new RawClient(gateway.url).send(head(key, ['transfer-encoding: chunked']));
    const block = Buffer.alloc(MB, 0x20);
    const all = (async () => {
      for (let n = 0; n < 40 && !client.closed; n++) {
        client
          .send(`${MB.toString(16)}\r\n`)
          .send(block)
          .send('\r\n');
        await pause(5);
      }
      client.send('0\r\n\r\n');
    })();
    await until(() => client.closed, 20_000);
    await all;
    expect(client.status).toBe(413);
    expect(client.received).toContain('"body_too_large"');
  });
  it.each(['gzip', 'deflate', 'br'] as const)('a few bytes of %s that unpack to a mountain: 413', async (encoding) => {
    const zeros = Buffer.alloc(encoding === 'br' ? 512 * MB : 96 * MB);
    const packed = { gzip: gzipSync, deflate: deflateSync, br: quickBrotli }[encoding](zeros);
    const r = await packedCall(packed, encoding);
    expect([r.status, await codeOf(r)]).toEqual([413, 'body_too_large']);
  });
});
const quickBrotli = (b: Buffer): Buffer => brotliCompressSync(b, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
const packedCall = (body: Buffer, encoding: string): Promise<Response> =>
  fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'content-encoding': encoding },
    body: new Uint8Array(body),
  });

describe('a packed body', () => {
  const text = Buffer.from('{"model":"chat","messages":[{"role":"user","content":"grüß dich"}]}');
  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', quickBrotli],
  ] as const)('%s is unpacked', async (encoding, pack) => {
    expect((await packedCall(pack(text), encoding)).status).toBe(200);
    expect(up.seen[0]?.body).toContain('grüß dich');
    expect(up.seen[0]?.headers['content-encoding']).toBeUndefined();
  });
  it.each([
    ['not gzip at all', Buffer.from('{"model":"chat"}'), 'gzip', 400, 'malformed_encoding'],
    ['half of it', gzipSync(text).subarray(0, 40), 'gzip', 400, 'malformed_encoding'],
    ['an encoding that we have not', text, 'zstd', 415, 'unsupported_content_encoding'],
    ['one encoding on another', gzipSync(gzipSync(text)), 'gzip, gzip', 415, 'unsupported_content_encoding'],
  ])('%s is refused', async (_, body, encoding, status, code) => {
    const r = await packedCall(body, encoding);
    expect([r.status, await codeOf(r)]).toEqual([status, code]);
    expect(up.seen).toHaveLength(0);
  });
});

describe('a request that two readers would read as two', () => {
  it('a member that stands twice is refused', async () => {
    const r = await call(gateway.url, key, '{"model":"chat","max_tokens":1,"max_tokens":100000}');
    expect([r.status, await codeOf(r), up.seen.length]).toEqual([400, 'duplicate_member', 0]);
  });
  const body = '{"model":"chat"}';
  const n = `content-length: ${body.length}`;
  it.each([
    ['a length and chunks', [n, 'transfer-encoding: chunked'], `0\r\n\r\n${body}`],
    ['chunks and a length', ['transfer-encoding: chunked', n], `0\r\n\r\n${body}`],
    ['two lengths', [n, 'content-length: 3'], body],
    ['the same length again', [n, n], body],
    ['a list of lengths', ['content-length: 16, 16'], body],
    ['a signed length', ['content-length: +16'], body],
    ['chunked is not the last coding', ['transfer-encoding: chunked, identity'], body],
    ['a coding that is nearly chunked', ['transfer-encoding: xchunked'], body],
    ['a chunk size that is no number', ['transfer-encoding: chunked'], `zz\r\n${body}\r\n0\r\n\r\n`],
    ['a chunk size with a sign', ['transfer-encoding: chunked'], `-10\r\n${body}\r\n0\r\n\r\n`],
    ['a chunk size beyond 64 bits', ['transfer-encoding: chunked'], `${'f'.repeat(20)}\r\n${body}\r\n0\r\n\r\n`],
    ['a chunk that is longer than it says', ['transfer-encoding: chunked'], `3\r\n${body}\r\n0\r\n\r\n`],
    ['a folded header', ['x-a: b', ' content-length: 3', n], body],
    ['a folded length', ['content-length:', ` ${body.length}`], body],
    ['a space before the colon', [`content-length : ${body.length}`], body],
    ['a bare line feed in a header', [`x-a: b\ncontent-length: 3`, n], body],
    ['a bare carriage return in a header', [`x-a: b\rcontent-length: 3`, n], body],
    ['a NUL in a header', [`x-a: b\u0000c`, n], body],
  ])('%s: 400, the connection is closed, nobody is called', async (_, lines, rest) => {
    const next = 'GET /healthz HTTP/1.1\r\nhost: hub\r\n\r\n';
    const client = new RawClient(gateway.url).send(head(key, lines) + rest + next);
    await until(() => client.closed, 2_000);
    expect(client.status).toBe(400);
    expect(client.received.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(up.seen).toHaveLength(0);
  });
});

describe('a tenant’s base URL', () => {
  const at = async (name: string, url: string): Promise<Response> => {
    await connect(hub, { name, kind: 'custom', url });
    await hub.route(name, 1, [hostedBy(name)]);
    const strict = await hub.gateway({ allowedHosts: [] });
    try {
      let r = await call(strict.url, key, { model: name });
      for (let n = 0; n < 100 && (r.status === 404 || r.headers.get('x-modelhub-deployment') !== name); n++) {
        await pause(20);
        r = await call(strict.url, key, { model: name });
      }
      return r;
    } finally {
      await strict.stop();
    }
  };
  it.each([
    ['metadata', 'http://169.254.169.254/latest'],
    ['metadata-mapped', 'http://[::ffff:169.254.169.254]/latest'],
    ['metadata-hex', 'http://[::ffff:a9fe:a9fe]/latest'],
    ['metadata-number', 'http://2852039166/latest'],
  ])('%s: is not connected to', async (name, url) => {
    const r = await at(name, url);
    expect([r.status, await codeOf(r)]).toEqual([502, 'upstream_unreachable']);
    expect(await eventOf(hub, r)).toMatchObject({ status: 'error', tries: [{ outcome: 'failed', httpStatus: null }] });
  });
  it.each([
    ['loop', (port: string) => `http://127.0.0.1:${port}`],
    ['loop-name', (port: string) => `http://localhost:${port}`],
    ['loop-mapped', (port: string) => `http://[::ffff:127.0.0.1]:${port}`],
    ['loop-octal', (port: string) => `http://0177.1:${port}`],
    ['loop-any', (port: string) => `http://0.0.0.0:${port}`],
  ])('%s: a listener there hears nothing', async (name, url) => {
    let heard = 0;
    const server = createServer((_, res) => res.end('{}')).on('connection', () => heard++);
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
    try {
      const r = await at(name, url(String((server.address() as AddressInfo).port)));
      expect([r.status, await codeOf(r), heard]).toEqual([502, 'upstream_unreachable', 0]);
    } finally {
      server.close();
    }
  });
  it('an upstream that redirects is not followed, and where to is not told', async () => {
    const inner = await Upstream.start();
    try {
      await hub.route('redirects', 1, [revision('redirects', [up.url], { modelId: 'local/redirects' })]);
      up.behave = (res) => void res.writeHead(307, { location: `${inner.url}/v1/chat/completions` }).end('elsewhere');
      let r: Response;
      do r = await call(gateway.url, key, { model: 'redirects' });
      while (r.status === 404);
      expect([r.status, r.headers.get('location'), inner.seen.length]).toEqual([502, null, 0]);
      expect(await eventOf(hub, r)).toMatchObject({ status: 'error', httpStatus: 502 });
    } finally {
      await inner.stop();
    }
  });
});

describe('what comes back in headers', () => {
  it('names with line ends and letters beyond Latin-1 cannot make a header, and do not break the call', async () => {
    const evil = 'a\r\nset-cookie: x=1 — 模型';
    await hub.route('named', 1, [revision('named', [up.url], { modelId: evil, provider: evil })]);
    await policy(hub, 'named-policy', {
      strategy: 'priority',
      candidates: [{ deployment: 'named' }],
      rules: [{ name: evil, when: 'model == "named-policy"', use: ['named'] }],
    });
    let r: Response;
    do r = await call(gateway.url, key, { model: 'named-policy' });
    while (r.status === 404);
    await r.text();
    expect([r.status, r.headers.get('set-cookie')]).toEqual([200, null]);
    expect(r.headers.get('x-modelhub-route-reason')).toContain('rule a??set-cookie');
    expect(r.headers.get('x-modelhub-model')).toMatch(/^[\x20-\x7e]+$/);
  });
  it('an upstream’s header beyond Latin-1 does not break its answer', async () => {
    const server = (await import('node:net')).createServer((socket) => {
      socket.once('data', () =>
        socket.end('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-model: 模型\r\ncontent-length: 2\r\n\r\n{}'),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      await hub.route('umlaut', 1, [revision('umlaut', [`http://127.0.0.1:${(server.address() as AddressInfo).port}`])]);
      let r: Response;
      do r = await call(gateway.url, key, { model: 'umlaut' });
      while (r.status === 404);
      expect([r.status, await r.text()]).toEqual([200, '{}']);
    } finally {
      server.close();
    }
  });
});

describe('secrets', () => {
  it.each(['?key=x', '?api_key=x', '?a=b&apikey=x', '?token=x', '?x-api-key=x', '?auth_token=x', '?q=mhk_abcdefghijklmnop'])(
    'a key in the URL (%s) is refused',
    async (query) => {
      const r = await call(gateway.url, key, { model: 'chat' }, { path: `/v1/chat/completions${query}` });
      expect([r.status, await codeOf(r), up.seen.length]).toEqual([400, 'key_in_url', 0]);
    },
  );
  it('a credential that an upstream repeats in its error reaches neither the caller nor the log nor the event', async () => {
    const said = `Incorrect API key provided: ${SECRET}. You sent "Bearer ${SECRET}"`;
    for (const [body, type, path] of [
      [JSON.stringify({ error: { message: said, code: 'invalid' } }), 'application/json', '/v1/chat/completions'],
      [said, 'text/plain', '/v1/chat/completions'],
      [JSON.stringify({ error: { message: said } }), 'application/json', '/v1/messages'],
    ] as const) {
      up.behave = (res) =>
        void res
          .writeHead(422, { 'content-type': type, 'x-echo': `Bearer ${SECRET}`, 'content-length': String(Buffer.byteLength(body)) })
          .end(body);
      const r = await call(gateway.url, key, { model: 'hosted', max_tokens: 3, messages: [{ role: 'user', content: 'a' }] }, { path });
      const text = await r.text();
      expect(r.status).toBe(422);
      expect(text).toContain('Incorrect API key provided: [credential]');
      const event = await eventOf(hub, r);
      for (const place of [text, JSON.stringify([...r.headers]), JSON.stringify(event), hub.logged.join('\n')]) {
        expect(place).not.toContain('4711');
      }
    }
  });
});

describe('a stream', () => {
  const ODD = [
    'data: {"choices":[{"delta":{"content":"€ 模型 👩‍👩‍👧"}}]}\r\n\r\n',
    ': a comment, and an event in three fields\r\nevent: e\r\nid: 7\r\ndata: {"choices":[{"delta":{"content":"ü"}}]}\r\n\r\n',
    'data: {"choices":[{"delta":{"content":"a"}}]}\n\ndata: {"choices":[{"delta":{"content":"b"}}]}\n\n',
    'data: [DONE]\r\n\r\n',
  ].join('');
  it.each([
    ['one byte at a time', 1, {}],
    ['three bytes at a time', 3, {}],
    ['one byte at a time, usage wanted', 1, { stream_options: { include_usage: true } }],
  ])('with letters cut across chunks and CRLF arrives byte for byte: %s', async (_, size, body) => {
    const bytes = Buffer.from(ODD);
    up.behave = async (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      for (let i = 0; i < bytes.length; i += size) {
        res.write(bytes.subarray(i, i + size));
        await new Promise((r) => setImmediate(r));
      }
      res.end();
    };
    const r = await call(gateway.url, key, { model: 'chat', stream: true, ...body });
    expect(Buffer.from(await r.arrayBuffer()).equals(bytes)).toBe(true);
  });
});

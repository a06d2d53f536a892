import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CONNECTION_KINDS } from '#core/connection/schema.js';
import { AddressGuard } from './address-guard.js';
import { joinUrl, type Operation } from './provider.js';
import { checkConnection, providerKinds, providerOf } from './registry.js';

const SECRET = 'sk-very-secret-0123456789';
const via = new AddressGuard(['loopback']).agent();
let server: Server;
let root: string;
let seen: IncomingMessage[] = [];
let answer: (res: ServerResponse, req: IncomingMessage) => void;

beforeAll(async () => {
  server = createServer((req, res) => {
    seen.push(req);
    answer(res, req);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await via.close();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  seen = [];
});
const json =
  (status: number, body: unknown) =>
  (res: ServerResponse, req: IncomingMessage): void => {
    const health = req.url === '/health'; // of the kinds that are asked for it first
    res.writeHead(health ? 200 : status, { 'content-type': 'application/json' }).end(JSON.stringify(health ? { status: 'healthy' } : body));
  };

interface Expected {
  /** below the server's root */
  base: string;
  models: string;
  headers: Record<string, string>;
  /** addresses of operations, below the server's root */
  urls: Partial<Record<Operation, string>>;
  /** a 500 of the list of models says nothing about the connection */
  fineAt500?: boolean;
}
const openai = {
  chat: '/v1/chat/completions',
  completion: '/v1/completions',
  response: '/v1/responses',
  embedding: '/v1/embeddings',
} as const;
const message = { message: '/v1/messages', countTokens: '/v1/messages/count_tokens' } as const;
const bearer = { authorization: `Bearer ${SECRET}` };
const EXPECTED: Record<(typeof CONNECTION_KINDS)[number], Expected> = {
  openai: { base: '/v1/', models: '/v1/models', headers: bearer, urls: openai },
  custom: { base: '/v1/', models: '/v1/models', headers: bearer, urls: openai },
  local: {
    base: '',
    models: '/v1/models',
    headers: bearer,
    urls: { chat: openai.chat, completion: openai.completion, embedding: openai.embedding },
  },
  anthropic: { base: '/v1/', models: '/v1/models', headers: { 'x-api-key': SECRET, 'anthropic-version': '2023-06-01' }, urls: message },
  neuroweaver: { base: '/', models: '/api/v1/models/', headers: bearer, urls: { chat: '/api/v1/inference/' } },
  relaycore: { base: '/', models: '/api/v1/models', headers: bearer, urls: { chat: '/api/v1/ai/chat' }, fineAt500: true },
  simulator: { base: '/v1', models: '/v1/models', headers: bearer, urls: { ...openai, ...message } },
};

it('every kind of connection has a provider', () => expect(providerKinds().sort()).toEqual([...CONNECTION_KINDS].sort()));

describe.each(CONNECTION_KINDS)('provider %s', (kind) => {
  const expected = EXPECTED[kind];
  const base = () => `${root}${expected.base}`;
  const check = (credential: string | null = SECRET, signal?: AbortSignal) =>
    checkConnection({ kind, baseUrl: base() }, credential, via, signal);

  it('lists models with the credential, at the right address', async () => {
    answer = json(200, { data: [{ id: 'a' }, { id: 'b' }, {}, null] });
    expect(await check()).toEqual({ ok: true, models: ['a', 'b'] });
    expect(seen.at(-1)?.url).toBe(expected.models);
    expect(seen.at(-1)?.headers).toMatchObject(expected.headers);
  });
  it('passes on what the provider says about a bad credential, without the credential', async () => {
    answer = json(401, { error: { message: `Incorrect API key provided: ${SECRET}.` } });
    const result = await check();
    expect(result).toEqual({
      ok: false,
      retryable: false,
      message: 'the provider rejects the credential (401): Incorrect API key provided: [credential].',
    });
  });
  it.each([
    [500, true],
    [503, true],
    [429, true],
    [400, false],
  ])('judges %i', async (status, retryable) => {
    answer = json(status, { message: 'so it is' });
    if (status === 500 && expected.fineAt500) return expect(await check()).toEqual({ ok: true });
    expect(await check()).toEqual({ ok: false, retryable, message: `the provider answered ${status}: so it is` });
  });
  it('does not follow a redirect, and says where the fault lies', async () => {
    answer = (res) => void res.writeHead(307, { location: `${root}/elsewhere` }).end();
    expect(await check()).toMatchObject({ ok: false, retryable: false, message: expect.stringContaining('redirects (307)') });
    expect(seen).toHaveLength(1);
  });
  it('reports an address where nobody listens as something that may pass', async () => {
    const result = await checkConnection({ kind, baseUrl: 'http://127.0.0.1:9' }, null, via);
    expect(result).toMatchObject({
      ok: false,
      retryable: true,
      message: expect.stringMatching(/cannot be reached.*(ECONNREFUSED|bad port)/),
    });
  });
  it('does not reach an address that the guard refuses, and says so for good', async () => {
    const strict = new AddressGuard([]).agent();
    const result = await checkConnection({ kind, baseUrl: base() }, SECRET, strict);
    expect(result).toMatchObject({ ok: false, retryable: false, message: expect.stringContaining('does not connect to') });
    expect(seen).toEqual([]);
    await strict.close();
  });
  it('stops when the caller does', async () => {
    answer = () => undefined;
    expect(await check(SECRET, AbortSignal.timeout(50))).toMatchObject({ ok: false, retryable: true });
  });
  it('carries the credential of a call in its header, and none when there is none', () => {
    expect(providerOf(kind).headers(SECRET)).toEqual(expected.headers);
    expect(JSON.stringify(providerOf(kind).headers(null))).not.toMatch(/authorization|api-key/);
  });
  it('has an address for each operation', () => {
    const { paths } = providerOf(kind);
    const urls = Object.fromEntries(Object.entries(paths).map(([operation, path]) => [operation, joinUrl(base(), path)]));
    expect(urls).toEqual(Object.fromEntries(Object.entries(expected.urls).map(([operation, path]) => [operation, root + path])));
  });
  it('has a path for what its translators make', () => {
    const { paths, translators } = providerOf(kind);
    for (const translate of Object.values(translators ?? {}))
      expect(paths[translate({ messages: [{ role: 'user', content: 'x' }] }, 'm', {}).operation]).toBeDefined();
  });
});

describe('the check', () => {
  it('waits five seconds, not longer', async () => {
    answer = () => undefined;
    expect(await checkConnection({ kind: 'openai', baseUrl: root }, SECRET, via)).toMatchObject({
      ok: false,
      retryable: true,
      message: expect.stringContaining('within 5 seconds'),
    });
  }, 10_000);
  it('lets a custom server be without a list, and tells a wrong address of a known provider', async () => {
    answer = json(404, {});
    expect(await checkConnection({ kind: 'custom', baseUrl: root }, null, via)).toEqual({ ok: true });
    expect(await checkConnection({ kind: 'openai', baseUrl: root }, SECRET, via)).toMatchObject({ ok: false, retryable: false });
  });
  it('signs a token from a shared secret, which itself is never sent and never told', async () => {
    answer = json(401, { detail: `bad token for ${SECRET}` });
    const result = await checkConnection({ kind: 'neuroweaver', baseUrl: root }, `secret:${SECRET}`, via);
    expect(JSON.stringify([result, seen.map((r) => r.rawHeaders)])).not.toContain(SECRET);
    expect(result).toMatchObject({ message: 'the provider rejects the credential (401): bad token for [credential]' });
  });
  it('refuses a kind that nobody registered', () => expect(() => providerOf('toString')).toThrow(/known: openai/));
});

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { joinUrl } from './provider.js';
import { checkConnection, providerKinds, providerOf } from './registry.js';

const SECRET = 'sk-very-secret-0123456789';
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
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  seen = [];
});
const json = (status: number, body: unknown) => (res: ServerResponse) =>
  void res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

describe.each(providerKinds())('provider %s', (kind) => {
  const base = () => (kind === 'local' ? root : `${root}/v1/`);
  const check = (credential: string | null = SECRET, signal?: AbortSignal) =>
    checkConnection({ kind, baseUrl: base() }, credential, signal);

  it('lists models with the credential, at the right address', async () => {
    answer = json(200, { data: [{ id: 'a' }, { id: 'b' }, {}] });
    expect(await check()).toEqual({ ok: true, models: ['a', 'b'] });
    expect(seen[0]?.url).toBe('/v1/models');
    expect(JSON.stringify(seen[0]?.headers)).toContain(SECRET);
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
    expect(await check()).toEqual({ ok: false, retryable, message: `the provider answered ${status}: so it is` });
  });
  it('reports an address where nobody listens as something that may pass', async () => {
    const result = await checkConnection({ kind, baseUrl: 'http://127.0.0.1:9' }, null);
    expect(result).toMatchObject({
      ok: false,
      retryable: true,
      message: expect.stringMatching(/cannot be reached.*(ECONNREFUSED|bad port)/),
    });
  });
  it('stops when the caller does', async () => {
    answer = () => undefined;
    const started = Date.now();
    expect(await check(SECRET, AbortSignal.timeout(50))).toMatchObject({ ok: false, retryable: true });
    expect(Date.now() - started).toBeLessThan(1_000);
  });
  it('carries the credential of a call as a bearer token, and none when there is none', () => {
    expect(providerOf(kind).headers(SECRET)).toEqual({ authorization: `Bearer ${SECRET}` });
    expect(providerOf(kind).headers(null)).toEqual({});
  });
  it('has an address for each operation', () => {
    expect(joinUrl(base(), providerOf(kind).paths.chat ?? '')).toBe(`${root}/v1/chat/completions`);
    expect(joinUrl(base(), providerOf(kind).paths.embedding ?? '')).toBe(`${root}/v1/embeddings`);
  });
});

describe('the check', () => {
  it('waits five seconds, not longer', async () => {
    answer = () => undefined;
    const started = Date.now();
    expect(await checkConnection({ kind: 'openai', baseUrl: root }, SECRET)).toMatchObject({
      ok: false,
      retryable: true,
      message: expect.stringContaining('within 5 seconds'),
    });
    expect(Date.now() - started).toBeLessThan(6_000);
  }, 10_000);
  it('lets a custom server be without a list, and tells a wrong address of a known provider', async () => {
    answer = json(404, {});
    expect(await checkConnection({ kind: 'custom', baseUrl: root }, null)).toEqual({ ok: true });
    expect(await checkConnection({ kind: 'openai', baseUrl: root }, SECRET)).toMatchObject({ ok: false, retryable: false });
  });
  it('refuses a kind that nobody registered', () => expect(() => providerOf('toString')).toThrow(/known: openai/));
});

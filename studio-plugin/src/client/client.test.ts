import { describe, expect, test } from '@jest/globals';
import { type ClientOptions, createClient } from './client.js';
import { AnswerError, ProblemError, UnreachableError } from './problem.js';

const json = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
const connection = {
  id: 'c1',
  name: 'openai',
  kind: 'openai',
  provider: 'openai',
  baseUrl: 'https://api.openai.com/v1',
  hasCredential: true,
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
};
const input = { body: { name: 'openai', kind: 'openai', credential: 'sk' } } as const;

/** A client over answers that are given in order; an Error stands for a connection that breaks. */
function scripted(answers: (Response | Error)[]) {
  const seen: { url: string; headers: Headers; body: unknown }[] = [];
  const fake = (url: string, init: RequestInit): Promise<Response> => {
    seen.push({ url, headers: new Headers(init.headers), body: init.body });
    const next = answers.shift();
    return next instanceof Response ? Promise.resolve(next) : Promise.reject(next ?? new Error('no answer was scripted'));
  };
  const waits: number[] = [];
  const client = createClient({
    baseUrl: 'http://hub',
    getToken: () => 'mhk_x',
    fetch: fake as unknown as typeof fetch,
    sleep: ((ms: number) => Promise.resolve(void waits.push(ms))) as ClientOptions['sleep'] & object,
  });
  return { client, seen, waits };
}

describe('the client', () => {
  test('fills path and query, encodes slashes, repeats list values, sends the key', async () => {
    const { client, seen } = scripted([json(404, { code: 'not-found', detail: 'There is no such model.' }), json(404, {})]);
    await expect(client.call('models.get', { params: { id: 'openai/gpt-4o' } })).rejects.toThrow('There is no such model.');
    await expect(client.call('models.catalog', { query: { provider: ['a', 'b'], q: 'x y' } })).rejects.toThrow(ProblemError);
    expect(seen.map((s) => s.url)).toEqual([
      'http://hub/api/v1/models/openai%2Fgpt-4o',
      'http://hub/api/v1/models/catalog?provider=a&provider=b&q=x+y',
    ]);
    expect(seen[0]?.headers.get('authorization')).toBe('Bearer mhk_x');
  });

  test('repeats a read after a broken connection and a 503, and heeds Retry-After', async () => {
    const { client, waits } = scripted([
      new TypeError('reset'),
      json(503, {}, { 'retry-after': '3' }),
      json(200, { connections: [connection] }),
    ]);
    expect((await client.call('connections.list')).connections).toHaveLength(1);
    expect(waits).toHaveLength(2);
    expect(waits[1]).toBeGreaterThanOrEqual(3000);
  });

  test('repeats a write only when nobody answered, with the same idempotency key', async () => {
    const { client, seen } = scripted([new TypeError('reset'), json(201, connection), json(503, {})]);
    await client.call('connections.create', input);
    expect(seen[0]?.headers.get('idempotency-key')).toMatch(/^[0-9a-f-]{36}$/);
    expect(seen[1]?.headers.get('idempotency-key')).toBe(seen[0]?.headers.get('idempotency-key'));
    await expect(client.call('connections.create', input)).rejects.toMatchObject({ status: 503 });
    expect(seen).toHaveLength(3);
  });

  test('gives up after four attempts and says that nobody answers', async () => {
    const { client, seen } = scripted([]);
    await expect(client.call('me.get')).rejects.toThrow(UnreachableError);
    expect(seen).toHaveLength(4);
  });

  test('carries the problem document: fields, legal verbs, the current state', async () => {
    const { client } = scripted([
      json(409, {
        code: 'stale-state',
        detail: 'The state has moved on.',
        legal: ['pause', 7],
        current: { token: 3 },
        errors: [{ path: 'a', message: 'b' }],
      }),
    ]);
    const error: unknown = await client
      .call('deployments.pause', { params: { environment: 'e', name: 'n' }, body: {} })
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'stale-state', legal: ['pause'], current: { token: 3 }, errors: [{ path: 'a', message: 'b' }] });
  });

  test('makes a problem of a page that a proxy sends', async () => {
    const { client } = scripted(Array.from({ length: 4 }, () => new Response('<html>', { status: 502 })));
    await expect(client.call('me.get')).rejects.toMatchObject({ status: 502, code: 'unavailable' });
  });

  test('refuses an answer that is not what the contract says', async () => {
    const { client } = scripted([json(200, { connections: [{ id: 1 }] })]);
    await expect(client.call('connections.list')).rejects.toThrow(AnswerError);
  });
});

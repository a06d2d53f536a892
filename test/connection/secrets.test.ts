import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKeyring } from '#adapters/keys/local.js';
import { connections, credentialPlace, openCredential } from '#store/connection.js';
import { type ApiOnly, type Answer, startApiOnly } from './world.js';

/** A credential goes in once and comes out nowhere: not in an answer, a log, an error or a document. */
const SECRET = 'sk-CANARY-3f9a1b2c4d5e6f70';
let api: ApiOnly;
let admin: string;
const answers: Answer[] = [];
const call = async (method: string, path: string, body?: unknown, as = admin): Promise<Answer> => {
  const a = await api.call(as, method, path, body);
  answers.push(a);
  return a;
};
beforeAll(async () => {
  api = await startApiOnly('secrets');
  admin = await api.key('acme', 'admin');
});
afterAll(() => api.stop());
const ctx = { tenant: 'acme', scope: '', actor: 'test', requestId: 'test' };
const custom = (name: string, more: object = {}) => ({
  name,
  kind: 'custom',
  provider: 'acme',
  baseUrl: 'https://one.test/v1',
  credential: SECRET,
  ...more,
});

describe('a connection', () => {
  test('has the address of its kind, and a hint of its credential', async () => {
    const a = await call('POST', '/api/v1/connections', { name: 'openai', kind: 'openai', credential: SECRET });
    expect(a.body).toMatchObject({
      name: 'openai',
      provider: 'openai',
      baseUrl: 'https://api.openai.com/v1',
      hasCredential: true,
      credentialHint: '6f70',
    });
  });
  test('a name that is taken is a conflict', async () =>
    expect((await call('POST', '/api/v1/connections', { name: 'openai', kind: 'openai', credential: SECRET })).status).toBe(409));
  test.each([
    ['custom without an address', { name: 'x', kind: 'custom' }, 'baseUrl'],
    ['local without an address', { name: 'x', kind: 'local' }, 'baseUrl'],
    ['openai without a key', { name: 'x', kind: 'openai' }, 'credential'],
    ['an unknown kind', { name: 'x', kind: 'carrier-pigeon' }, 'kind'],
    ['an address that is none', custom('x', { baseUrl: 'ftp://x' }), 'baseUrl'],
    ['a secret in the address', custom('x', { baseUrl: `https://u:${SECRET}@x.test/v1` }), 'baseUrl'],
    ['a line break in the credential', custom('x', { credential: `${SECRET}\nhost: evil` }), 'credential'],
    ['an unknown field', custom('x', { apiKey: SECRET }), 'apiKey'],
    ['a name with a slash', custom('a/b'), 'name'],
    ["this machine's address", custom('x', { baseUrl: 'http://127.0.0.1:4314' }), 'baseUrl'],
    ['the same in other figures', custom('x', { baseUrl: 'http://0x7f.1/v1' }), 'baseUrl'],
    ['the metadata service of a cloud', { name: 'x', kind: 'local', baseUrl: 'http://169.254.169.254' }, 'baseUrl'],
    ['a simulator that this hub may not reach', { name: 'x', kind: 'simulator' }, 'baseUrl'],
    ['neuroweaver without an address', { name: 'x', kind: 'neuroweaver' }, 'baseUrl'],
  ])('%s is told by its field', async (_what, body, path) => {
    const a = await call('POST', '/api/v1/connections', body);
    expect(a.status).toBe(400);
    expect((a.body['errors'] as { path: string }[]).map((e) => e.path)).toContain(path);
  });
  test('does not take its credential along to another server', async () => {
    await call('POST', '/api/v1/connections', custom('moves'));
    const moved = await call('PATCH', '/api/v1/connections/moves', { baseUrl: 'https://evil.test/v1' });
    expect(moved.body).toMatchObject({ status: 400, errors: [{ path: 'credential' }] });
    expect((await call('PATCH', '/api/v1/connections/moves', { baseUrl: 'https://one.test/v2' })).status).toBe(200);
    const inside = { baseUrl: 'http://[::ffff:10.0.0.1]/v1', credential: 'k' };
    expect((await call('PATCH', '/api/v1/connections/moves', inside)).body).toMatchObject({
      status: 400,
      errors: [{ path: 'baseUrl', message: expect.stringContaining('private network') }],
    });
    const both = await call('PATCH', '/api/v1/connections/moves', { baseUrl: 'https://two.test/v1', credential: 'short' });
    expect(both.body).toMatchObject({ baseUrl: 'https://two.test/v1', hasCredential: true });
    expect(both.body).not.toHaveProperty('credentialHint'); // the old key's would be a lie, the new key is too short for one
  });
  test('is changed and removed only within the scope of the key', async () => {
    const scoped = await api.key('acme', 'admin', 'team');
    expect((await call('PATCH', '/api/v1/connections/openai', { credential: 'x' }, scoped)).status).toBe(403);
    expect((await call('DELETE', '/api/v1/connections/openai', undefined, scoped)).status).toBe(403);
    expect((await call('POST', '/api/v1/connections', custom('teams'), scoped)).status).toBe(201);
    expect((await call('DELETE', '/api/v1/connections/teams', undefined, scoped)).status).toBe(200);
  });
  test('does not exist for another tenant, whatever it tries', async () => {
    const rival = await api.key('rival', 'admin');
    for (const [method, body] of [['GET'], ['PATCH', { credential: 'y' }], ['DELETE']] as const)
      expect((await call(method, '/api/v1/connections/openai', body, rival)).status).toBe(404);
    expect((await call('GET', '/api/v1/connections', undefined, rival)).body).toEqual({ connections: [] });
    expect((await call('POST', '/api/v1/connections', custom('openai'), rival)).status).toBe(201); // the name is free there
  });
});

describe('the sealed credential', () => {
  const stored = () => connections(api.store).get(ctx, 'openai');
  test('opens where it belongs', async () => {
    expect(openCredential(await stored(), (s, place) => api.deps.keyring.open(s, place))).toBe(SECRET);
  });
  test('does not open as another tenant’s, as another connection’s, or in another field', async () => {
    const { sealed } = await stored();
    if (!sealed) throw new Error('not sealed');
    for (const place of [credentialPlace('rival', 'openai'), credentialPlace('acme', 'moves'), ['acme', 'connections', 'openai', 'note']])
      expect(() => api.deps.keyring.open(sealed, place)).toThrow(/does not open/);
  });
  test('does not open when it was moved in the database', async () => {
    const raw = api.store.db.collection<{ _id: string; sealed: unknown }>('connections');
    const theirs = await raw.findOne({ _id: 'rival/openai' });
    await raw.updateOne({ _id: 'acme/moves' }, { $set: { sealed: theirs?.sealed } });
    const moved = await connections(api.store).get(ctx, 'moves');
    expect(() => openCredential(moved, (s, place) => api.deps.keyring.open(s, place))).toThrow(/does not open/);
  });
  test('is missed by name under another keyring', async () => {
    const other = openKeyring(join(mkdtempSync(join(tmpdir(), 'keys-')), 'keyring.json'));
    const c = await stored();
    expect(() => openCredential(c, (s, place) => other.open(s, place))).toThrow(/is not in/);
  });
});

test('the credential is in no answer, no log line and no document', async () => {
  await call('GET', '/api/v1/connections');
  await call('GET', '/api/v1/connections/openai');
  await call('GET', '/api/v1/audit');
  await call('POST', '/api/v1/connections', `not an object, but ${SECRET}`);
  const documents: string[] = [];
  for (const c of (await api.store.db.db?.collections()) ?? [])
    if (!['offerings', 'modelVersions'].includes(c.collectionName)) documents.push(JSON.stringify(await c.find().toArray()));
  expect(documents.join()).toContain('acme/openai');
  for (const text of [...answers.map((a) => a.text), ...api.logged, ...documents]) expect(text).not.toContain('CANARY');
});

test('every change is in the audit trail, without the credential', async () => {
  const { entries } = (await call('GET', '/api/v1/audit?target=connection:moves')).body as {
    entries: { action: string; before?: string }[];
  };
  expect(entries.map((e) => [e.action, e.before !== undefined])).toEqual([
    ['connection:write', true],
    ['connection:write', true],
    ['connection:write', false],
  ]);
});

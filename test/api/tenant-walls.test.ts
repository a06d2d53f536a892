import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { contracts } from '#core/contracts.js';
import { may } from '#core/identity/permissions.js';
import { type Contract, fillPath } from '#core/shared/contract.js';
import { startTestHub, type TestHub } from '../support/hub.js';
import { until } from '../support/until.js';
import { foreignKey, localModel } from './fixtures.js';

/** Generated from the route table: a new route is tried without anybody thinking of it. */
let hub: TestHub;
let rival: string;
let keyId: string;
let callId: string;
const CANARY = 'acme-secret-thing';
const OUR_LIMIT = { per: 'key', unit: 'requests', window: 'minute', amount: 1_000_000 };
beforeAll(async () => {
  hub = await startTestHub('walls');
  rival = await foreignKey(hub);
  await hub.call('POST', '/api/v1/models', localModel(`acme/${CANARY}`));
  await hub.call('PUT', `/api/v1/models/${encodeURIComponent(`acme/${CANARY}`)}/aliases/champion`, { version: '1' });
  await hub.call('POST', '/api/v1/connections', {
    name: CANARY,
    kind: 'custom',
    baseUrl: 'http://127.0.0.1:9/v1',
    credential: 'sk-1234567890123456',
  });
  keyId = String((await hub.call('POST', '/api/v1/keys', { name: CANARY, role: 'viewer' })).body['id']);
  await hub.call('POST', '/api/v1/models/deploy', { modelId: `acme/${CANARY}`, environment: 'staging', name: CANARY });
  await hub.reach('staging', CANARY, 'live');
  await hub.call('PUT', `/api/v1/routing/policies/staging/${CANARY}`, { candidates: [{ deployment: CANARY }] });
  await hub.call('PUT', `/api/v1/limits/${CANARY}`, OUR_LIMIT);
  const inStaging = { headers: { 'x-modelhub-environment': 'staging' } };
  await until('the gateway calls it', async () => {
    const answer = await hub.chat(CANARY, inStaging);
    callId = String(answer.headers.get('x-modelhub-request-id'));
    return answer.status === 200;
  });
  await until('the call is an event', async () => (await hub.call('GET', `/api/v1/usage/${callId}`)).status === 200);
});
afterAll(() => hub.stop());

const values: Record<string, string> = {
  environment: 'staging',
  alias: 'champion',
  name: CANARY,
  replica: `default.staging.${CANARY}.x-0`,
};
const BODIES: Record<string, unknown> = {
  'models.addVersion': { version: '2' },
  'models.deprecate': {},
  'models.govern': { compliance: ['x'] },
  'models.moveAlias': { version: '1' },
  'connections.update': { baseUrl: 'http://127.0.0.1:10/v1' },
  'policies.put': { candidates: [{ deployment: CANARY }] },
  'deployments.breakGlass': { reason: 'mine now' },
};
const QUERIES: Record<string, string> = { 'models.diff': '?from=1&to=1', 'limits.effective': '?per=key&id=x' };
/** What is put under a name that is free in the caller's own organisation makes a record of its own there. */
const MAKES_ITS_OWN = ['policies.put', 'limits.put'];
const idOf = (id: string): string => (id.startsWith('keys') ? keyId : id.startsWith('usage') ? callId : `acme/${CANARY}`);
const entries = Object.entries(contracts) as [string, Contract][];

describe.each(entries.filter(([id, c]) => c.params && !MAKES_ITS_OWN.includes(id)))('%s with another tenant’s id', (id, c) => {
  test('is 404, as if it did not exist', async () => {
    const path = fillPath(c.path, { ...values, id: idOf(id) }) + (QUERIES[id] ?? '');
    const r = await hub.call(c.method, path, c.body ? (BODIES[id] ?? {}) : undefined, { key: rival });
    expect(`${r.status} ${JSON.stringify(r.body)}`).toMatch(/^404 /);
  });
});
describe.each(entries.filter(([, c]) => !c.params && c.method === 'GET'))('%s as another tenant', (id, c) => {
  test('shows nothing of ours', async () => {
    const r = await hub.call('GET', `${c.path}${c.path.endsWith('catalog') ? `?q=${CANARY}` : (QUERIES[id] ?? '')}`, undefined, {
      key: rival,
    });
    expect(r.status).toBe(200);
    expect(JSON.stringify(r.body)).not.toContain(CANARY);
  });
});
describe.each(entries)('%s', (_id, c) => {
  const path = fillPath(c.path, { ...values, id: 'a/b' });
  test('needs a key', async () => {
    expect((await hub.call(c.method, path, c.body ? {} : undefined, { key: null })).status).toBe(401);
  });
  test('names a permission that the right roles have', async () => {
    const viewer = String((await hub.call('POST', '/api/v1/keys', { name: 'v', role: 'viewer' })).body['key']);
    const r = await hub.call(c.method, path, c.body ? {} : undefined, { key: viewer });
    if (c.permission !== 'public' && !may('viewer', undefined, c.permission)) expect(r.status).toBe(403);
    else expect(r.status).not.toBe(403);
  });
});
test('a policy or limit put under our names is the other tenant’s own, and ours stay', async () => {
  const policy = `/api/v1/routing/policies/staging/${CANARY}`;
  const refused = await hub.call('PUT', policy, BODIES['policies.put'], { key: rival });
  expect(refused.body).toMatchObject({ status: 400, errors: [{ path: 'candidates.0.deployment' }] });
  expect((await hub.call('GET', policy)).body).toMatchObject({ candidates: [{ deployment: CANARY }] });
  expect((await hub.call('PUT', `/api/v1/limits/${CANARY}`, { ...OUR_LIMIT, amount: 1 }, { key: rival })).status).toBe(200);
  expect((await hub.call('GET', `/api/v1/limits/${CANARY}`)).body).toMatchObject(OUR_LIMIT);
  expect((await hub.call('DELETE', `/api/v1/limits/${CANARY}`, undefined, { key: rival })).status).toBe(200);
  expect((await hub.call('GET', `/api/v1/limits/${CANARY}`)).status).toBe(200);
});
test('a foreign deployment cannot be called, and a deploy under our names makes the rival’s own', async () => {
  expect((await hub.chat(CANARY, { key: rival, headers: { 'x-modelhub-environment': 'staging' } })).status).toBe(404);
  const r = await hub.call(
    'POST',
    '/api/v1/models/deploy',
    { modelId: `acme/${CANARY}`, environment: 'staging', name: CANARY },
    { key: rival },
  );
  expect(r.status).toBe(400);
  expect(r.body).toMatchObject({ errors: [{ path: 'modelId' }] });
});
test('a key of one environment sees and changes only that', async () => {
  const key = String(
    (await hub.call('POST', '/api/v1/keys', { name: 'dev', role: 'operator', scope: 'default/default/development' })).body['key'],
  );
  expect((await hub.call('GET', `/api/v1/deployments/staging/${CANARY}`, undefined, { key })).status).toBe(404);
  expect((await hub.call('POST', `/api/v1/deployments/staging/${CANARY}/retire`, {}, { key })).status).toBe(404);
  expect(
    (await hub.call('POST', '/api/v1/models/deploy', { modelId: `acme/${CANARY}`, environment: 'staging', name: 'mine' }, { key })).status,
  ).toBe(403);
});

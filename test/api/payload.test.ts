import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { auditEntries } from '#store/audit.js';
import { payloads } from '#store/payload.js';
import { type ApiOnly, startApiOnly } from '../connection/world.js';
import { EXAMPLES } from '../store/examples.js';
import { ctxOf, storedDeployment } from './world.js';

let api: ApiOnly;
let admin: string;
const keep = (id: string, o: object = {}, tenant = 'acme') =>
  payloads(api.store).insert(ctxOf(tenant), { ...EXAMPLES['payloads'], id, scope: 'default/default/production', ...o } as never);
const read = (id: string, key = admin) => api.call(key, 'GET', `/api/v1/usage/${id}/payload`);
const reads = async (tenant = 'acme') => (await auditEntries(api.store).find(ctxOf(tenant), { action: 'payload:read' })).items;
beforeAll(async () => {
  api = await startApiOnly('payload');
  admin = await api.key('acme', 'admin');
  await keep('req_1', { request: { text: '{"a":"[EMAIL]"}', bytes: 20, truncated: false } });
});
afterAll(() => api.stop());

describe('a payload', () => {
  test('is read by an administrator, and each read is in the audit trail', async () => {
    const { status, body } = await read('req_1');
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: 'req_1', deployment: 'chat', request: { text: '{"a":"[EMAIL]"}', bytes: 20 }, httpStatus: 200 });
    expect(body).not.toHaveProperty('tenant');
    await read('req_1');
    const found = await reads();
    expect(found).toHaveLength(2);
    expect(found[0]).toMatchObject({ target: 'payload:req_1', scope: 'default/default/production' });
  });
  test.each(['viewer', 'developer', 'operator'] as const)('is not for the role %s', async (role) => {
    const answer = await read('req_1', await api.key('acme', role));
    expect(answer.body).toMatchObject({ status: 403, permission: 'payload:read' });
  });
  test('that is not there, expired, another scope’s or another tenant’s is not found, and no read', async () => {
    await keep('old', { removeAt: new Date(Date.now() - 1_000) });
    await keep('theirs', {}, 'rival');
    const before = (await reads()).length;
    const staging = await api.key('acme', 'admin', 'default/default/staging');
    for (const [id, key] of [
      ['none', admin],
      ['old', admin],
      ['theirs', admin],
      ['req_1', staging],
    ] as const)
      expect((await read(id, key)).status).toBe(404);
    expect(await reads()).toHaveLength(before);
  });
});

describe('the setting', () => {
  const path = '/api/v1/deployments/production/chat/gateway';
  test('is off until it is set, has a default size, and is off again when it is left out', async () => {
    await storedDeployment(api.store, 'production', 'chat');
    expect((await api.call(admin, 'GET', path)).body).not.toHaveProperty('payloadLog');
    const on = await api.call(admin, 'PUT', path, { payloadLog: { enabled: true, retentionHours: 24 } });
    expect(on.body).toMatchObject({ unpriced: 'allow', payloadLog: { enabled: true, retentionHours: 24, maxBytes: 32_768 } });
    expect((await api.call(admin, 'GET', path)).body).toEqual(on.body);
    expect((await api.call(admin, 'PUT', path, {})).body).not.toHaveProperty('payloadLog');
  });
  test.each([
    [{ enabled: true, retentionHours: 0 }, 'payloadLog.retentionHours'],
    [{ enabled: true, retentionHours: 721 }, 'payloadLog.retentionHours'],
    [{ enabled: true }, 'payloadLog.retentionHours'],
    [{ enabled: true, retentionHours: 1, maxBytes: 0 }, 'payloadLog.maxBytes'],
    [{ enabled: true, retentionHours: 1, maxBytes: 262_145 }, 'payloadLog.maxBytes'],
    [{ retentionHours: 1 }, 'payloadLog.enabled'],
    [{ enabled: true, retentionHours: 1, redact: false }, 'payloadLog.redact'],
  ])('%j is refused with the field', async (payloadLog, field) =>
    expect((await api.call(admin, 'PUT', path, { payloadLog })).body).toMatchObject({ status: 400, errors: [{ path: field }] }),
  );
});

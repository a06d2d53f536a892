import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestHub, type TestHub } from '../support/hub.js';
import { localModel } from './fixtures.js';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub('badinput');
  await hub.call('POST', '/api/v1/models', localModel('acme/one'));
  await hub.call('POST', '/api/v1/models', localModel('acme/two'));
  await hub.call('POST', `/api/v1/models/${encodeURIComponent('acme/two')}/versions`, { version: '2' });
  await hub.call('POST', '/api/v1/models', { ...localModel('acme/secret'), securityLevel: 'restricted' });
  await hub.call('POST', '/api/v1/models', localModel('acme/old'));
  await hub.call('POST', `/api/v1/models/${encodeURIComponent('acme/old')}/deprecate`, { successor: 'acme/one' });
});
afterAll(() => hub.stop());

const base = { modelId: 'acme/one', environment: 'development', name: 'x' };
const conf = (c: object): object => ({ ...base, configuration: { replicas: 1, ...c } });
const scaling = (minReplicas: number, maxReplicas: number): object => ({ minReplicas, maxReplicas, targetUtilization: 70 });

describe('POST /api/v1/models/deploy answers a problem document that names the field', () => {
  test.each([
    ['unknown model', { ...base, modelId: 'acme/none' }, 400, 'modelId'],
    ['no provider/model', { ...base, modelId: 'none' }, 400, 'modelId'],
    ['unknown version', { ...base, version: '9' }, 400, 'version'],
    ['a version of another model', { ...base, version: '2' }, 400, 'version'],
    ['deprecated model', { ...base, modelId: 'acme/old' }, 400, 'modelId'],
    ['replicas above max', conf({ replicas: 5, scaling: scaling(1, 3) }), 400, 'configuration.replicas'],
    ['replicas below min', conf({ replicas: 1, scaling: scaling(2, 3) }), 400, 'configuration.replicas'],
    ['min above max', conf({ scaling: scaling(4, 3) }), 400, 'configuration.scaling.minReplicas'],
    ['no replicas', conf({ replicas: 0 }), 400, 'configuration.replicas'],
    ['impossible cpu', conf({ resources: { cpu: '9000', memory: '1Gi' } }), 400, 'configuration.resources.cpu'],
    ['cpu that is none', conf({ resources: { cpu: 'lots', memory: '1Gi' } }), 400, 'configuration.resources.cpu'],
    ['impossible memory', conf({ resources: { cpu: '1', memory: '9999999Gi' } }), 400, 'configuration.resources.memory'],
    ['unknown environment', { ...base, environment: 'moon' }, 400, 'environment'],
    ['unknown field', { ...base, replicas: 3 }, 400, 'replicas'],
    ['unknown inner field', conf({ gpu: 1 }), 400, 'configuration.gpu'],
    ['command without {port}', { ...base, target: { kind: 'local', command: ['serve'] } }, 400, 'target.command'],
    ['missing everything', {}, 400, 'modelId'],
  ])('%s', async (_what, body, status, path) => {
    const r = await hub.call('POST', '/api/v1/models/deploy', body);
    expect(r.headers.get('content-type')).toContain('application/problem+json');
    expect(r.status).toBe(status);
    expect((r.body['errors'] as unknown as { path: string }[]).map((e) => e.path)).toContain(path);
    expect(r.body).toMatchObject({ type: expect.stringContaining('urn:modelhub:problem:'), instance: r.headers.get('x-request-id') });
  });
  test('a restricted model for a developer', async () => {
    const key = String((await hub.call('POST', '/api/v1/keys', { name: 'd', role: 'developer' })).body['key']);
    const r = await hub.call('POST', '/api/v1/models/deploy', { ...base, modelId: 'acme/secret' }, { key });
    expect(r.body).toMatchObject({ errors: [{ path: 'modelId' }] });
  });
  test('all faulty fields at once', async () => {
    const r = await hub.call('POST', '/api/v1/models/deploy', { modelId: 1, environment: 2, extra: 3 });
    expect((r.body['errors'] as unknown as unknown[]).length).toBe(3);
  });
  test('nothing was left half-done', async () => {
    expect((await hub.call('GET', '/api/v1/deployments')).body).toMatchObject({ deployments: [], pagination: { total: 0 } });
  });
});

describe('any route', () => {
  test('malformed JSON', async () =>
    expect((await hub.call('POST', '/api/v1/models/deploy', undefined, { raw: '{"a":' })).body).toMatchObject({
      code: 'malformed-json',
      status: 400,
    }));
  test('a body over the limit', async () =>
    expect((await hub.call('POST', '/api/v1/models/deploy', { x: 'y'.repeat(1_100_000) })).status).toBe(413));
  test('wrong content type', async () =>
    expect(
      (await hub.call('POST', '/api/v1/models/deploy', undefined, { raw: 'a=b', headers: { 'content-type': 'text/plain' } })).status,
    ).toBe(415));
  test('a key that was mistyped', async () =>
    expect((await hub.call('GET', '/api/v1/me', undefined, { key: `${hub.adminKey.slice(0, -1)}!` })).body).toMatchObject({
      status: 401,
      detail: expect.stringContaining('mistyped'),
    }));
  test('a revoked key', async () => {
    const made = (await hub.call('POST', '/api/v1/keys', { name: 'r', role: 'viewer' })).body;
    await hub.call('DELETE', `/api/v1/keys/${String(made['id'])}`);
    expect((await hub.call('GET', '/api/v1/me', undefined, { key: String(made['key']) })).body).toMatchObject({
      status: 401,
      detail: expect.stringContaining('revoked'),
    });
  });
  test('an unknown path', async () => expect((await hub.call('GET', '/api/v1/nothing')).status).toBe(404));
  test('a cursor from elsewhere', async () =>
    expect((await hub.call('GET', '/api/v1/audit?cursor=abc')).body).toMatchObject({ errors: [{ path: 'cursor' }] }));
  test('operators of the database are values, not operators', async () => {
    const r = await hub.call('GET', '/api/v1/audit?target[$ne]=x');
    expect(r.status).toBe(400);
  });
  test('a command that never becomes healthy fails with its log', async () => {
    const command = ['/bin/sh', '-c', 'echo cannot load weights on {port}; exit 3'];
    await hub.call('POST', '/api/v1/models/deploy', {
      ...base,
      name: 'broken',
      target: { kind: 'local', command, startTimeoutSeconds: 1 },
    });
    const failed = await hub.reach('development', 'broken', 'failed');
    expect(failed.rollout?.error).toMatchObject({
      step: 'provision',
      code: 'never-healthy',
      logTail: expect.stringContaining('cannot load weights'),
    });
  });
});

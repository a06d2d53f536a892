import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestHub, type TestHub } from '../support/hub.js';
import { Upstream } from '../gateway/support/upstream.js';
import { until } from '../support/until.js';

/** From a connection to a call, a second revision, and back: on real servers, with a provider at the wire. */
let hub: TestHub;
let upstream: Upstream;
const MODEL = 'openai/gpt-4o-mini';
const echo = (res: import('node:http').ServerResponse, seen: { path: string; body: string; headers: Record<string, unknown> }): void => {
  if (seen.headers['authorization'] !== 'Bearer sk-good-credential-1234') {
    res.writeHead(401, { 'content-type': 'application/json' }).end('{"error":{"message":"Incorrect API key provided."}}');
    return;
  }
  if (seen.path.endsWith('/models')) {
    res.writeHead(200, { 'content-type': 'application/json' }).end('{"data":[{"id":"gpt-4o-mini"}]}');
    return;
  }
  const { temperature, model } = JSON.parse(seen.body) as { temperature?: number; model: string };
  res.writeHead(200, { 'content-type': 'application/json' }).end(
    JSON.stringify({
      model,
      temperature,
      choices: [{ message: { role: 'assistant', content: 'OK' } }],
      usage: { prompt_tokens: 3, completion_tokens: 1 },
    }),
  );
};

beforeAll(async () => {
  upstream = await Upstream.start(echo as never);
  hub = await startTestHub('deploy', { seed: true });
});
afterAll(async () => {
  await hub.stop();
  await upstream.stop();
});
const request = (over: object = {}) => ({
  modelId: MODEL,
  environment: 'production',
  name: 'support-chat',
  configuration: { replicas: 2 },
  ...over,
});

describe('the first deployment', () => {
  test('without a connection is refused and says what to add', async () => {
    const r = await hub.call('POST', '/api/v1/models/deploy', request());
    expect(r.status).toBe(422);
    expect(r.body).toMatchObject({ errors: [{ path: 'target.connection' }] });
  });

  test('with a rejected credential fails with the provider’s own words, and the credential is nowhere', async () => {
    const c = await hub.call('POST', '/api/v1/connections', {
      name: 'openai',
      kind: 'openai',
      baseUrl: `${upstream.url}/v1`,
      credential: 'sk-bad-credential-9999',
    });
    expect(c.status).toBe(201);
    expect(c.body).toMatchObject({ hasCredential: true, credentialHint: '9999' });
    expect((await hub.call('POST', '/api/v1/models/deploy', request())).status).toBe(202);
    const failed = await hub.reach('production', 'support-chat', 'failed');
    expect(failed.rollout?.error).toMatchObject({ step: 'validate', message: expect.stringContaining('Incorrect API key provided.') });
    expect(JSON.stringify(failed) + hub.logged.join()).not.toContain('sk-bad-credential');
  });

  test('with a good one goes live: 202 with links, a warm-up call, then traffic', async () => {
    expect((await hub.call('PATCH', '/api/v1/connections/openai', { credential: 'sk-good-credential-1234' })).status).toBe(200);
    const before = upstream.seen.length;
    const r = await hub.call('POST', '/api/v1/models/deploy', request({ parameters: { temperature: 0.1 } }), {
      headers: { 'idempotency-key': 'first' },
    });
    expect(r.status).toBe(202);
    // whoever sent the verb reads its effect, not the failed rollout before it
    expect((await hub.view('production', 'support-chat')).token).toBeGreaterThanOrEqual(Number(r.body['token']));
    expect(r.body).toMatchObject({
      phase: 'rolling-out',
      links: {
        status: '/api/v1/deployments/production/support-chat',
        temporal: expect.stringContaining('/workflows/deployment%3Adefault%3Aproduction%3Asupport-chat/'),
      },
    });
    const live = await hub.reach('production', 'support-chat', 'live');
    expect(live.rollout?.steps.map((s) => `${s.name} ${s.state}`)).toEqual([
      'validate done',
      'provision done',
      'warm done',
      'shift done',
      'promote done',
      'drain skipped',
    ]);
    expect(upstream.seen.slice(before).some((s) => s.path === '/v1/chat/completions')).toBe(true);
    const answer = await hub.chat('support-chat');
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ model: 'gpt-4o-mini', temperature: 0.1 });
    expect(answer.headers.get('x-modelhub-revision')).toBe(live.stable);
  });

  test('a repeat with the same key gets the first answer, with another body 422', async () => {
    const again = await hub.call('POST', '/api/v1/models/deploy', request({ parameters: { temperature: 0.1 } }), {
      headers: { 'idempotency-key': 'first' },
    });
    expect(again.status).toBe(202);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body).toMatchObject({ phase: 'rolling-out' });
    const other = await hub.call('POST', '/api/v1/models/deploy', request({ parameters: { temperature: 0.9 } }), {
      headers: { 'idempotency-key': 'first' },
    });
    expect(other.status).toBe(422);
  });

  test('a second revision takes over, and rollback moves all traffic back', async () => {
    const first = await hub.view('production', 'support-chat');
    await hub.call('POST', '/api/v1/models/deploy', request({ parameters: { temperature: 0.7 } }));
    await hub.reach('production', 'support-chat', 'live');
    expect((await hub.chat('support-chat')).body).toMatchObject({ temperature: 0.7 });
    const r = await hub.call('POST', '/api/v1/deployments/production/support-chat/rollback', {});
    expect(r.status).toBe(202);
    await until('traffic is back', async () => (await hub.chat('support-chat')).headers.get('x-modelhub-revision') === first.stable, 3_000);
    expect((await hub.reach('production', 'support-chat', 'live')).stable).toBe(first.stable);
  });

  test('a stale token gets 409 with the current view, an illegal verb 409 with the legal ones', async () => {
    const stale = await hub.call('POST', '/api/v1/deployments/production/support-chat/rollback', { token: 1 });
    expect(stale.status).toBe(409);
    expect(stale.body).toMatchObject({ code: 'stale-state', current: { name: 'support-chat' } });
    const illegal = await hub.call('POST', '/api/v1/deployments/production/support-chat/pause', {});
    expect(illegal.body).toMatchObject({ code: 'illegal-verb', legal: expect.arrayContaining(['deploy', 'rollback', 'retire']) });
  });

  test('break-glass switches at once, and the workflow adopts it', async () => {
    const now = await hub.view('production', 'support-chat');
    const other = now.revisions.find((r) => r.digest !== now.stable && r.state !== 'failed');
    const r = await hub.call('POST', '/api/v1/deployments/production/support-chat/break-glass', { to: other?.number, reason: 'drill' });
    expect(r.status).toBe(200);
    expect(r.body).toMatchObject({ override: { revision: other?.digest } });
    await until(
      'the gateway obeys it',
      async () => (await hub.chat('support-chat')).headers.get('x-modelhub-revision') === other?.digest,
      2_000,
    );
    await until('the workflow has adopted it', async () => (await hub.view('production', 'support-chat')).stable === other?.digest);
    await until(
      'the override is gone',
      async () => !('override' in (await hub.call('GET', '/api/v1/deployments/production/support-chat')).body),
    );
  });

  test('every call is one event, and every change is in the audit trail', async () => {
    await until('the events are applied', async () => {
      const { body } = await hub.call('GET', '/api/v1/usage?deployment=support-chat&limit=200');
      return (body['events'] as unknown as unknown[]).length > 4;
    });
    const { body } = await hub.call('GET', '/api/v1/usage?deployment=support-chat&limit=200');
    const events = body['events'] as unknown as { inputTokens: number; purpose: string; status: string }[];
    expect(events.every((e) => e.status === 'ok' && e.inputTokens === 3)).toBe(true);
    expect(events.some((e) => e.purpose === 'warm')).toBe(true);
    const audit = await hub.call('GET', '/api/v1/audit?limit=200');
    const actions = (audit.body['entries'] as unknown as { action: string }[]).map((e) => e.action);
    for (const a of ['connection:write', 'deployment:deploy', 'deployment:rollback', 'deployment:breakGlass']) expect(actions).toContain(a);
  });

  test('retire stops answering; a call then is told so', async () => {
    await hub.call('POST', '/api/v1/deployments/production/support-chat/retire', {});
    await hub.reach('production', 'support-chat', 'retired');
    await until('it no longer answers', async () => (await hub.chat('support-chat')).status === 404, 3_000);
    const illegal = await hub.call('POST', '/api/v1/deployments/production/support-chat/rollback', {});
    expect(illegal.body).toMatchObject({ code: 'illegal-verb', legal: ['deploy'] });
  });
});

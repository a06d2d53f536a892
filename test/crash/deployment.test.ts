import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { STEPS } from '#core/deployment/steps.js';
import { SERVER } from '../api/fixtures.js';
import { until } from '../support/until.js';
import { Caller, Installation } from './installation.js';

/**
 * kill -9 of every part at every step of a deployment. In each case the end is the same as without the kill: the new
 * revision serves with its two replicas, each verb is in the audit trail once, no call to the stable revision failed
 * except those on the killed process, and every call is one usage event.
 */
jest.setTimeout(240_000);
const hub = new Installation();
const NAME = 'sturdy';
let revision = 0;
let answered = 0;
let unanswered = 0;
/** takes a second to listen, so that `provision` lasts */
const slow = SERVER.replace(/require\('http'\)/, `setTimeout(()=>require('http')`).replace(/;process\.on/, `,700);process.on`);

const deploy = async (): Promise<void> => {
  const command = [process.execPath, '-e', slow, '{port}', `${hub.marker}-${++revision}`];
  const body = {
    modelId: 'acme/sturdy',
    environment: 'production',
    name: NAME,
    configuration: { replicas: 2 },
    target: { kind: 'local', command, healthPath: '/health', startTimeoutSeconds: 30 },
    rollout: { keepPreviousSeconds: 0, drainTimeoutSeconds: 5 },
  };
  // as a client should: the same key until the fate is known
  const key = `deploy-${revision}-${hub.marker}`;
  await until(
    'the deploy is accepted',
    async () => {
      const r = await hub.call('POST', '/api/v1/models/deploy', body, { 'idempotency-key': key });
      if (r.status !== 202 && r.status !== 503 && r.status !== 409)
        throw new Error(`deploy was answered ${r.status}: ${JSON.stringify(r.body)}`);
      return r.status === 202;
    },
    60_000,
  );
};
const settled = (number: number) =>
  until(
    `r${number} is live and its predecessor drained`,
    async () => {
      const v = await hub.view(NAME);
      const at = v?.revisions.find((r) => r.digest === v.stable);
      if (v?.phase === 'failed') throw new Error(JSON.stringify(v.rollout));
      return v?.phase === 'live' && at?.number === number;
    },
    90_000,
  );

beforeAll(async () => {
  await hub.start();
  await hub.call('POST', '/api/v1/models', {
    id: 'acme/sturdy',
    name: 'Sturdy',
    modelType: 'text',
    contextWindow: 100,
    maxTokens: 10,
    version: { version: '1' },
  });
  await deploy();
  await settled(1);
}, 120_000);
afterAll(() => hub.stop(), 60_000);

/** Whose callers may fail: those of the killed process. */
const MAY_FAIL: Record<string, number> = {
  worker: 0,
  api: 0,
  temporal: 0,
  mongodb: 0,
  replica: 1,
  gateway: Number.POSITIVE_INFINITY,
  supervisor: Number.POSITIVE_INFINITY,
};

describe.each(Object.keys(MAY_FAIL))('kill -9 of %s', (victim) => {
  test.each([...STEPS])('at %s', async (step) => {
    const before = await hub.view(NAME);
    const caller = new Caller(hub, NAME, hub.key());
    try {
      await deploy();
      await until(`${step} runs`, async () => {
        const v = await hub.view(NAME);
        const r = v?.rollout;
        return (v?.token ?? 0) > (before?.token ?? 0) && (r?.steps.find((s) => s.name === step)?.state ?? 'waiting') !== 'waiting';
      });
      await hub.kill(victim);
      if (victim === 'supervisor') {
        await until('all replicas are gone with it', async () => (await hub.replicas()).length === 0, 20_000);
        await hub.start();
      }
      await settled(revision);
      await until('everything is up again', () => hub.ready(), 60_000);
      await until('exactly two replicas run', async () => (await hub.replicas()).length === 2, 30_000);
    } finally {
      await caller.stop();
      answered += caller.ok;
      unanswered += caller.failures.length;
    }
    expect(caller.failures.length > (MAY_FAIL[victim] ?? 0) ? caller.failures : []).toEqual([]);
    expect(caller.ok).toBeGreaterThan(0);
  });
});

test('after all that: one audit entry per verb, one event per answered call, none twice', async () => {
  const entries = await pages<{ action: string; requestId: string }>(
    '/api/v1/audit?target=deployment:production/sturdy&limit=200',
    'entries',
  );
  const deploys = entries.filter((e) => e.action === 'deployment:deploy');
  expect(deploys.length).toBe(revision);
  expect(new Set(deploys.map((e) => e.requestId)).size).toBe(revision);
  const v = await hub.view(NAME);
  expect(v?.history.every((h) => h.outcome === 'succeeded')).toBe(true);

  // what was answered is an event; what broke off may be one (the end was recorded, the answer did not arrive)
  let events: { id: string; purpose: string }[] = [];
  await until(
    'all answered calls are events',
    async () => {
      events = await pages('/api/v1/usage?deployment=sturdy&status=ok&limit=200', 'events');
      return events.length >= answered;
    },
    60_000,
  );
  expect(new Set(events.map((e) => e.id)).size).toBe(events.length);
  expect(events.length).toBeLessThanOrEqual(answered + unanswered);
});

async function pages<T>(path: string, member: string): Promise<T[]> {
  const all: T[] = [];
  for (let next: string | undefined = ''; next !== undefined; ) {
    const { body } = await hub.call('GET', next === '' ? path : `${path}&cursor=${next}`);
    all.push(...(body[member] as T[]));
    next = body['next'] as string | undefined;
  }
  return all;
}

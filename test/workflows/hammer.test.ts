import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddedTemporal } from '#cli/embedded/temporal.js';
import { freePort } from '#cli/ports.js';
import { loadSettings } from '#cli/settings.js';
import { Supervisor } from '#cli/supervisor.js';
import { Client, Connection } from '@temporalio/client';
import { HubError } from '#core/shared/problem.js';
import { testServers } from '../support/servers.js';
import { deployArgs, startHarness, unique, until, verbArgs, World } from './world.js';

/**
 * Many callers on one entity while it continues as new all the time: nothing is lost and nothing is done twice. Needs a
 * server of its own, because the size at which a run should end is a setting of the whole server.
 */
let supervisor: Supervisor;
let address: string;
beforeAll(async () => {
  const settings = loadSettings();
  supervisor = new Supervisor({ dataDir: mkdtempSync(join(tmpdir(), 'modelhub-hammer-')), say: () => undefined });
  const temporal = await embeddedTemporal({
    dataDir: undefined,
    cacheDir: settings.cacheDir,
    port: await freePort(),
    uiPort: undefined,
    explicit: settings.temporalCli,
    say: () => undefined,
    extraDynamicConfig: ['limit.historyCount.suggestContinueAsNew=50'],
  });
  await supervisor.add(temporal.spec);
  address = temporal.address;
});
let stop = (): Promise<void> => Promise.resolve();
afterAll(async () => {
  await stop();
  await supervisor.stop();
});

test('24 callers, repeats and stale tokens, a worker replaced twice, runs of 50 events', async () => {
  const world = new World();
  const h = await startHarness(address, testServers().bundlePath, {}, world);
  stop = () => h.stop();
  await h.workflows.deploy(h.id, deployArgs(0));
  await until('it is live', () => world.view?.phase === 'live');

  const accepted: string[] = [];
  let refused = 0;
  let n = 1;
  const one = async (): Promise<void> => {
    const requestId = unique();
    const call = (): Promise<unknown> =>
      Math.random() < 0.5
        ? h.workflows.deploy(h.id, deployArgs(n++, 'hosted', requestId))
        : h.workflows.send(h.id, 'rollback', verbArgs({ requestId, ...(Math.random() < 0.3 ? { token: world.view?.token ?? 0 } : {}) }));
    try {
      const repeat = Math.random();
      if (repeat < 0.2) {
        // the very same call twice at once
        const args = deployArgs(n++, 'hosted', requestId);
        // either may be refused for a moment's state and the other accepted a moment later: one acceptance is one
        const both = await Promise.allSettled([h.workflows.deploy(h.id, args), h.workflows.deploy(h.id, args)]);
        const no = both.find((x) => x.status === 'rejected');
        if (no && both.every((x) => x.status === 'rejected')) throw no.reason;
      } else await call();
      accepted.push(requestId);
    } catch (e) {
      if (!(e instanceof HubError) || !['illegal-verb', 'stale-state', 'conflict'].includes(e.code)) throw e;
      refused++;
    }
  };
  const caller = async (): Promise<void> => {
    for (let i = 0; i < 8; i++) await one();
  };
  const replace = async (): Promise<void> => {
    for (let i = 0; i < 2; i++) {
      await new Promise((r) => setTimeout(r, 1_500));
      await h.replaceWorker();
    }
  };
  await Promise.all([...Array.from({ length: 24 }, caller), replace()]);
  await until('it is quiet', () => world.view !== undefined && world.view.phase !== 'rolling-out', 60_000).catch((e: unknown) => {
    throw new Error(
      `${String(e)}; ${JSON.stringify({ phase: world.view?.phase, token: world.view?.token, rollout: world.view?.rollout })} after ${world.calls.slice(-6).join(', ')}`,
    );
  });
  await until('all audits are told', () => world.audits.length >= accepted.length + 1, 20_000);

  // each accepted request is in the audit exactly once, and nothing else is
  const told = world.audits.map((a) => a.replace(/^[a-z]+-/, ''));
  expect(new Set(told).size).toBe(told.length);
  expect(accepted.filter((id) => !told.includes(id))).toEqual([]);
  expect(told.length).toBe(accepted.length + 1);
  expect(accepted.length + refused).toBe(24 * 8);

  const connection = await Connection.connect({ address });
  const runs = await new Client({ connection }).workflow.count(`WorkflowId = "${h.workflowId}"`);
  await connection.close();
  expect(runs.count).toBeGreaterThan(2);
}, 180_000);

/**
 * The small twin of bench/ledger.ts: three gateways on one MongoDB, a provider with faults that keeps its own invoice, clients that
 * leave; and whatever happens to the gateways, their disk and MongoDB, each call is charged once, and to the nano-dollar.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MemoryWatch } from '../../bench/ledger/memory.js';
import type { GatewayProcess } from '../../bench/ledger/processes.js';
import { LedgerRun } from '../../bench/ledger/run.js';
import { Cuttable } from './support/cuttable.js';
import { Hub } from './support/hub.js';

const AWAY_MS = 20_000;
let hub: Hub;
let mongodb: Cuttable;
let run: LedgerRun;
let first: GatewayProcess;
beforeAll(async () => {
  hub = await Hub.open('ledger');
  const { relay, uri } = await Cuttable.before(hub.uri);
  mongodb = relay;
  // no file of the first gateway may have more than 200 kB: for its journal the disk is full again and again
  run = await LedgerRun.start({ store: hub.store, mongodbUri: uri, seed: 7, gateways: 3, callers: 16, fileBlocks: 400 });
  first = run.gateways[0] as GatewayProcess;
});
afterAll(async () => {
  await run.stop();
  await mongodb.cut();
  await hub.close();
});

/** Everything so far. */
const settled = async () => {
  const { differences, open, events, ...sides } = await run.settle(30_000);
  expect(differences.slice(0, 20)).toEqual([]);
  expect(open).toBe(0);
  return { events, ...sides };
};

it('charges each call once and exactly while a disk is full and in torn lines, and refuses what it cannot write down', async () => {
  await run.calls(450);
  const { exact, estimated } = await settled();
  expect(exact.calls).toBeGreaterThan(300);
  expect(exact.ledger).toBe(exact.invoice);
  expect(exact.ledger).toBeGreaterThan(0);
  expect(estimated.calls).toBeGreaterThan(0);
  expect(first.log).toContain('a write failed; new calls are refused until writing works again');
  expect(first.log).toContain('journal: writing works again');
});

it('marks what dies with a gateway as lost, at a cost that it cannot have exceeded', async () => {
  const calling = run.calls(450);
  for (const gateway of run.gateways) {
    await sleep(1_000);
    await gateway.kill();
    await gateway.start({ withoutFileLimit: true });
  }
  await calling;
  const { exact, lost, events } = await settled();
  expect(exact.ledger).toBe(exact.invoice);
  expect(lost.calls).toBeGreaterThan(0);
  expect(lost.ledger).toBeGreaterThanOrEqual(lost.invoice);
  const one = events.find((e) => e.status === 'lost');
  expect(one).toMatchObject({ usageSource: 'bound', inputTokens: null, outputTokens: null, priceVersion: '2020-01-01T00:00:00.000Z' });
});

it('loses and doubles nothing while MongoDB is away, in the same memory', async () => {
  await mongodb.cut();
  const memory = new MemoryWatch(run.gateways, 200);
  const until = Date.now() + AWAY_MS;
  const before = run.sent;
  await run.calls(10_000, { rate: 20, until: () => Date.now() > until });
  const seen = memory.stop();
  const sent = run.sent - before;
  await mongodb.restore();
  expect(sent).toBeGreaterThan(100);
  const { exact } = await settled();
  expect(exact.ledger).toBe(exact.invoice);
  for (const { second, last } of seen) expect(last - second).toBeLessThan(64);
});

it('lives on when its own log is on the full disk', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'full-log-')), 'log');
  const script = `
    const { stderrLog } = require('./dist/gateway/log.js');
    let n = 0;
    setInterval(() => (n++ < 40 ? stderrLog('error', 'the disk is full'.repeat(10)) : process.exit(7)), 2);
  `;
  const command = 'ulimit -f 4; exec "$0" -e "$1" 2>>"$2"';
  const { status } = spawnSync('/bin/sh', ['-c', command, process.execPath, script, file], { cwd: join(__dirname, '../..') });
  expect([statSync(file).size, status]).toEqual([2_048, 7]);
});

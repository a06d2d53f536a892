import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { GatewayProcess } from '../../bench/ledger/processes.js';
import { connect, hostedBy } from './support/connection.js';
import { call, Hub, until } from './support/hub.js';
import { Upstream } from './support/upstream.js';
import { codeOf } from './support/world.js';

/** A disk that is full from the first kilobytes of the journal on, and what `MODELHUB_JOURNAL_FULL` makes of it. */
let hub: Hub;
let up: Upstream;
let key: string;
/** blocks of 512 bytes a file: ten lines of the journal */
const BLOCKS = 10;
const CALLS = 20;

beforeAll(async () => {
  hub = await Hub.open('full_disk');
  up = await Upstream.start();
  key = (await hub.key()).key;
  await connect(hub, { name: 'one', kind: 'custom', url: up.url });
  await hub.route('chat', 1, [hostedBy('one')]);
});
afterAll(async () => {
  await up.stop();
  await hub.close();
});

async function filled(journalFull?: 'refuse' | 'serve') {
  const dataDir = mkdtempSync(join(tmpdir(), 'full-disk-'));
  const { log: _, port: __, ...options } = hub.options({ dataDir, ...(journalFull ? { journalFull } : {}) });
  const gateway = new GatewayProcess(options, join(dataDir, 'log'), BLOCKS);
  await gateway.start();
  const answers: Response[] = [];
  for (let n = 0; n < CALLS; n++) answers.push(await call(gateway.url, key, { model: 'chat', messages: [] }));
  const ready = await fetch(`${gateway.url}/readyz`);
  const metrics = await fetch(`${gateway.url}/metrics`, { headers: { authorization: `Bearer ${options.internalKey}` } });
  const owed = Number(/^modelhub_journal_owed_lines (\d+)$/m.exec(await metrics.text())?.[1]);
  const ids = answers.filter((r) => r.ok).map((r) => r.headers.get('x-modelhub-request-id') as string);
  return { gateway, answers, ids, ready, owed, said: (await ready.json()) as { status: string; problems: string[] } };
}
const inLedger = async (ids: string[]): Promise<number> => (await hub.events({ _id: { $in: ids.map((id) => `acme/${id}`) } })).length;

it('unless told otherwise, refuses what it cannot write down, and is not ready', async () => {
  const { gateway, answers, ready, said } = await filled();
  const refused = answers.filter((r) => r.status === 503);
  expect(refused.length).toBeGreaterThan(CALLS / 2);
  expect(await codeOf(refused[0] as Response)).toBe('journal_unavailable');
  expect([ready.status, said.status]).toEqual([503, 'not-ready']);
  expect(said.problems).toEqual([expect.stringContaining('calls are refused')]);
  await gateway.stop();
});

it('told to serve, it takes every call, says so, and what it still owes at a crash is lost', async () => {
  const { gateway, answers, ids, ready, owed, said } = await filled('serve');
  expect(answers.map((r) => r.status)).toEqual(Array(CALLS).fill(200));
  expect([ready.status, said.status]).toEqual([200, 'ready']);
  expect(said.problems).toEqual([`the journal cannot be written: calls go on, ${owed} lines are owed in memory`]);
  expect(owed).toBeGreaterThan(CALLS);
  expect(gateway.log).toContain('calls go on and their lines are owed');
  await gateway.kill();
  await gateway.start({ withoutFileLimit: true });
  const known = Math.ceil((2 * CALLS - owed) / 2); // a start without its end is a lost call
  await until(async () => (await inLedger(ids)) >= known);
  await gateway.stop();
  expect(await inLedger(ids)).toBe(known);
});

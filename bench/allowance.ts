/**
 * What a reservation costs: reserve, begin and settle three claims while the leases have plenty, and how often the ledger is
 * asked for that; then the same near the limit, where each call asks. Needs MongoDB (replica set, a database of its own):
 * `npm run bench:allowance -- <mongodb uri>`.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CallSubjects, claimsOf } from '#core/limit/claim.js';
import { type Limit, limitInput } from '#core/limit/schema.js';
import { Allowances } from '#gateway/allowance/allowances.js';
import { openStore } from '#store/kit/connect.js';
import { migrate } from '#store/migrate.js';
import { machine, row, say } from './lib/report.js';

const call: CallSubjects = {
  ...{ tenant: 'bench', environment: 'production', key: 'k1', user: null, modelId: 'openai/gpt', deployment: 'chat', connection: null },
};
const amounts = { requests: 1, tokens: 500, concurrency: 1 };
const limit = (o: Record<string, unknown>): Limit => ({
  ...limitInput.parse({ per: 'key', window: 'minute', ...o }),
  ...{ createdAt: '', updatedAt: '', updatedBy: '' },
});
const limits = (requests: number): Limit[] => [
  limit({ name: `requests-${requests}`, unit: 'requests', amount: requests }),
  limit({ name: 'tokens', unit: 'tokens', amount: 1_000_000_000_000, per: 'deployment' }),
  limit({ name: 'slots', unit: 'concurrency', window: undefined, amount: 10_000, per: 'model' }),
];
const claimsFor = (list: readonly Limit[]) => claimsOf(list, call, ['key', 'user', 'model', 'deployment'], amounts);

async function main(uri: string): Promise<void> {
  await migrate(uri, { seed: false });
  const store = await openStore(uri, { poolSize: 5 });
  const allowances = new Allowances({ id: 'bench', open: async () => store, onEvent: (e) => say(JSON.stringify(e)) });
  allowances.start();
  say(machine());
  const plenty = limits(1_000_000_000);

  /** `n` calls at `perSecond`; how many ns each took and how many had to wait */
  const run = async (n: number, perSecond: number, name: string): Promise<void> => {
    const asked = allowances.counters.asked;
    const began = performance.now();
    let waited = 0;
    let busy = 0;
    for (let done = 0; done < n; ) {
      const due = Math.min(n, Math.floor(((performance.now() - began) / 1000) * perSecond));
      const start = performance.now();
      for (; done < due; done++) {
        const answer = allowances.reserve(claimsFor(plenty), performance.now());
        const grant = answer instanceof Promise ? (waited++, await answer) : answer;
        if (!grant.granted) throw new Error('denied');
        grant.begin();
        grant.settle({ tokens: 400 });
      }
      busy += performance.now() - start;
      await sleep(1);
    }
    const calls = (((allowances.counters.asked - asked) / n) * 1000).toFixed(2);
    say(`${name}: ${((busy / n) * 1000).toFixed(2)} µs a call, ${waited} of ${n} waited, ${calls} ledger calls per 1,000 requests`);
  };
  await run(2_000, 1_000, 'warm-up');
  await run(1_000, 100, 'plenty, 3 limits, 100/s');
  await run(5_000, 1_000, 'plenty, 3 limits, 1,000/s');

  let bursts = 0;
  let ns = 0;
  for (const end = performance.now() + 2_000; performance.now() < end; bursts++) {
    const claims = claimsFor(plenty);
    const start = performance.now();
    for (let i = 0; i < 200; i++) {
      const answer = allowances.reserve(claims, start);
      const grant = answer instanceof Promise ? await answer : answer;
      if (!grant.granted) throw new Error('denied');
      grant.begin();
      grant.settle({ tokens: 400 });
    }
    ns += (performance.now() - start) * 1e6;
    await sleep(0);
  }
  say(`reserve + begin + settle alone, 3 claims: ${(ns / bursts / 200).toFixed(0)} ns (n ${bursts * 200})`);
  const start = performance.now();
  for (let i = 0; i < 100_000; i++) claimsFor(plenty);
  say(`claimsOf, 3 limits: ${(((performance.now() - start) * 1e6) / 100_000).toFixed(0)} ns`);

  const scarce = claimsFor(limits(200)).slice(0, 1);
  const waits: number[] = [];
  for (let granted = true; granted; ) {
    const began = performance.now();
    const answer = await allowances.reserve(scarce, began);
    waits.push(performance.now() - began);
    granted = answer.granted;
    if (answer.granted) answer.settle();
  }
  say(row('200 a minute, one after another, to the refusal', waits));
  await allowances.stop();
  await store.close();
}

const [, , uri] = process.argv;
if (!uri) throw new Error('usage: bench:allowance -- <mongodb uri with a database of its own>');
void main(uri);

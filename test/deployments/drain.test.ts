import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestHub, type TestHub } from '../support/hub.js';
import { until } from '../support/until.js';

/** Answers /v1/… only after 1.5 s, and dies at once on TERM: an in-flight call survives only if the hub waits for it. */
const SLOW = `require('http').createServer((q,s)=>{q.resume();q.url==='/health'?s.end('ok'):setTimeout(()=>{s.setHeader('content-type','application/json');s.end(JSON.stringify({variant:process.argv[2],usage:{prompt_tokens:1,completion_tokens:1}}))},1500)}).listen(Number(process.argv[1]),'127.0.0.1');process.on('SIGTERM',()=>process.exit(0))`;
let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub('drain');
  await hub.call('POST', '/api/v1/models', {
    id: 'acme/slow',
    name: 'Slow',
    modelType: 'text',
    contextWindow: 10,
    maxTokens: 10,
    version: { version: '1' },
  });
});
afterAll(() => hub.stop());

const deploy = (variant: string) =>
  hub.call('POST', '/api/v1/models/deploy', {
    modelId: 'acme/slow',
    environment: 'production',
    name: 'slow',
    target: { kind: 'local', command: [process.execPath, '-e', SLOW, '{port}', variant], startTimeoutSeconds: 20 },
    rollout: { keepPreviousSeconds: 0, drainTimeoutSeconds: 30 },
  });

test('calls that are in flight when a revision is replaced finish before its replicas stop', async () => {
  await deploy('old');
  const old = await hub.reach('production', 'slow', 'live');
  const calls: ReturnType<typeof hub.chat>[] = [];
  let going = true;
  const caller = (async () => {
    while (going) {
      calls.push(hub.chat('slow'));
      await new Promise((r) => setTimeout(r, 100));
    }
  })();
  await new Promise((r) => setTimeout(r, 500));
  await deploy('new');
  await until('the new one is live and the old one drained', async () => {
    const v = await hub.view('production', 'slow');
    return v.phase === 'live' && v.stable !== old.stable;
  });
  going = false;
  await caller;
  const answers = await Promise.all(calls);
  expect(answers.filter((a) => a.status !== 200)).toEqual([]);
  expect(new Set(answers.map((a) => String(a.body['variant'])))).toEqual(new Set(['old', 'new']));
  const after = await hub.view('production', 'slow');
  expect(after.rollout?.steps.find((s) => s.name === 'drain')).toMatchObject({ state: 'done', detail: 'no calls left' });
});

import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { ensureLocalModel } from '#cli/embedded/local-model.js';
import { loadSettings } from '#cli/settings.js';
import { startTestHub, type TestHub } from '../support/hub.js';
import { until } from '../support/until.js';

/** A real language model on this machine: Gemma 3 270M in llama.cpp's server, deployed, called and rolled back. */
jest.setTimeout(240_000);
let hub: TestHub;
let command: string[];
beforeAll(async () => {
  ({ command } = await ensureLocalModel(loadSettings()));
  hub = await startTestHub('gemma');
}, 240_000);
afterAll(() => hub.stop());

const deploy = (parameters: object) =>
  hub.call('POST', '/api/v1/models/deploy', {
    modelId: 'local/gemma-3-270m',
    environment: 'development',
    name: 'gemma',
    configuration: { replicas: 2 },
    parameters,
    rollout: { keepPreviousSeconds: 600 },
  });
const complete = (body: object) =>
  hub.chat('gemma', {
    path: '/v1/completions',
    body: { messages: undefined, prompt: 'The capital of France is', ...body },
    headers: { 'x-modelhub-environment': 'development' },
  });

test('two replicas answer with the model’s own usage figures; a rollback brings the earlier parameters back', async () => {
  const registered = await hub.call('POST', '/api/v1/models', {
    id: 'local/gemma-3-270m',
    name: 'Gemma 3 270M',
    modelType: 'text',
    capabilities: ['completions'],
    supportedTasks: ['text-generation'],
    contextWindow: 4096,
    maxTokens: 4096,
    licence: 'Gemma Terms of Use',
    openWeights: true,
    version: { version: '1', serving: { command, healthPath: '/health', startTimeoutSeconds: 120 } },
  });
  expect(registered.status).toBe(201);
  expect((await deploy({ max_tokens: 4, temperature: 0 })).status).toBe(202);
  const first = await hub.reach('development', 'gemma', 'live', 180_000);
  const replicas = (await hub.call('GET', '/api/v1/deployments/development/gemma/replicas')).body['revisions'] as unknown as Record<
    string,
    { state: string; pid: number }[]
  >;
  expect(replicas[first.stable ?? '']?.map((r) => r.state)).toEqual(['ready', 'ready']);

  const answer = await complete({});
  expect(answer.status).toBe(200);
  const { usage, choices } = answer.body as unknown as {
    usage: { prompt_tokens: number; completion_tokens: number };
    choices: { text: string }[];
  };
  expect(usage.prompt_tokens).toBeGreaterThan(3);
  expect(usage.completion_tokens).toBe(4); // the deployment's own parameter
  expect(choices[0]?.text.length).toBeGreaterThan(0);

  await deploy({ max_tokens: 2, temperature: 0 });
  await until('the second revision is live', async () => (await hub.view('development', 'gemma')).stable !== first.stable, 180_000);
  await hub.reach('development', 'gemma', 'live');
  expect((await complete({})).body).toMatchObject({ usage: { completion_tokens: 2 } });

  const began = Date.now();
  await hub.call('POST', '/api/v1/deployments/development/gemma/rollback', {});
  await until('the first answers again', async () => (await complete({})).headers.get('x-modelhub-revision') === first.stable);
  expect(Date.now() - began).toBeLessThan(20_000); // its replicas were kept warm: nothing had to start
  expect((await complete({})).body).toMatchObject({ usage: { completion_tokens: 4 } });

  await until('the calls are in the ledger with their tokens', async () => {
    const { body } = await hub.call('GET', '/api/v1/usage?deployment=gemma');
    const events = body['events'] as unknown as { status: string; outputTokens: number | null }[];
    return events.length >= 4 && events.every((e) => e.status === 'ok' && (e.outputTokens ?? 0) > 0);
  });
});

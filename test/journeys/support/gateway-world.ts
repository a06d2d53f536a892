import { join } from 'node:path';
import type { ServerResponse } from 'node:http';
import { pause, type Seen, Upstream } from '../../gateway/support/upstream.js';
import { startTestHub, type TestHub } from '../../support/hub.js';
import { CREDENTIAL } from './provider.js';

const WORDS = ['The ', 'order ', 'is ', 'on ', 'its ', 'way.'];

/**
 * A provider that streams. What the user writes decides: `fail` makes gpt-4o answer 500, `slowly` makes an answer that does
 * not end before it is stopped.
 */
function startStreamingProvider(): Promise<Upstream> {
  return Upstream.start(async (res: ServerResponse, seen: Seen) => {
    const json = (status: number, body: unknown): void =>
      void res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (seen.headers.authorization !== `Bearer ${CREDENTIAL}`) return json(401, { error: { message: 'Incorrect API key provided.' } });
    if (seen.path.endsWith('/models')) return json(200, { data: [{ id: 'gpt-4o' }, { id: 'gpt-4o-mini' }] });
    const { model, stream, messages } = JSON.parse(seen.body) as { model: string; stream?: boolean; messages: { content: string }[] };
    const asked = messages.at(-1)?.content ?? '';
    if (model === 'gpt-4o' && asked.includes('fail')) return json(500, { error: { message: 'The server had an error.' } });
    const usage = { prompt_tokens: 1200, completion_tokens: 6, prompt_tokens_details: { cached_tokens: 1000 } };
    if (stream !== true)
      return json(200, {
        model,
        choices: [{ index: 0, message: { role: 'assistant', content: WORDS.join('') }, finish_reason: 'stop' }],
        usage,
      });
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    const event = (value: unknown): void => void res.write(`data: ${JSON.stringify(value)}\n\n`);
    const slowly = asked.includes('slowly');
    for (let i = 0; (slowly || i < WORDS.length) && !res.destroyed; i++) {
      event({ choices: [{ index: 0, delta: { content: WORDS[i % WORDS.length] }, finish_reason: null }] });
      await pause(slowly ? 50 : 5);
    }
    event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
    event({ choices: [], usage });
    res.end('data: [DONE]\n\n');
  });
}

/** A hub with a connection to that provider and two deployments in development: `fast` and `strong`. */
export async function startGatewayWorld(name: string): Promise<{ hub: TestHub; provider: Upstream; stop: () => Promise<void> }> {
  const provider = await startStreamingProvider();
  const hub = await startTestHub(name, { pagesDir: join(__dirname, '../../../studio-plugin/dist'), seed: true });
  const made = await hub.call('POST', '/api/v1/connections', {
    ...{ name: 'openai', kind: 'openai', baseUrl: `${provider.url}/v1`, credential: CREDENTIAL, region: 'EU' },
  });
  if (made.status !== 201) throw new Error(`no connection: ${JSON.stringify(made.body)}`);
  for (const [deployment, modelId] of [
    ['fast', 'openai/gpt-4o-mini'],
    ['strong', 'openai/gpt-4o'],
  ] as const) {
    const answer = await hub.call('POST', '/api/v1/models/deploy', { modelId, name: deployment, environment: 'development' });
    if (answer.status !== 202) throw new Error(`no deployment: ${JSON.stringify(answer.body)}`);
  }
  await hub.reach('development', 'fast', 'live');
  await hub.reach('development', 'strong', 'live');
  return {
    hub,
    provider,
    stop: async () => {
      await hub.stop();
      await provider.stop();
    },
  };
}

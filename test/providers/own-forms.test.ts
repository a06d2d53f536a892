/** NeuroWeaver and RelayCore at the wire, with their faults: a chat goes out in their form and comes back as OpenAI's. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Agent, request } from 'undici';
import { AddressGuard } from '#adapters/providers/address-guard.js';
import { joinUrl } from '#adapters/providers/provider.js';
import { checkConnection, providerOf } from '#adapters/providers/registry.js';
import { Untranslatable } from '#adapters/providers/translator.js';
import { startNeuroWeaver } from './support/neuroweaver.js';
import { startRelayCore } from './support/relaycore.js';

const SECRET = 'the-secret-that-both-sides-have';
const CREDENTIAL = `secret:${SECRET}`;
const messages = [
  { role: 'system', content: 'Be kind.' },
  { role: 'user', content: 'Brakes?' },
];
let via: Agent;
beforeAll(() => {
  via = new AddressGuard(['loopback']).agent();
});
afterAll(() => via.close());

/** One call as the gateway makes it. */
async function call(kind: 'neuroweaver' | 'relaycore', baseUrl: string, body: object, credential = CREDENTIAL) {
  const provider = providerOf(kind);
  const translation = provider.translators?.chat?.({ model: 'x', ...body }, 'service-advisor-v1', {});
  if (!translation) throw new Error('no translator');
  const sent = await request(joinUrl(baseUrl, provider.paths[translation.operation] ?? ''), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...provider.headers(credential) },
    body: translation.body,
    dispatcher: via,
  });
  const bytes = Buffer.from(await sent.body.arrayBuffer());
  const text = sent.statusCode < 300 ? () => translation.answer(bytes) : () => translation.error(sent.statusCode, bytes);
  return { status: sent.statusCode, stream: translation.stream, text, json: () => JSON.parse(text()) as Record<string, unknown> };
}

describe('NeuroWeaver', () => {
  let fake: Awaited<ReturnType<typeof startNeuroWeaver>>;
  beforeAll(async () => {
    fake = await startNeuroWeaver(SECRET);
  });
  afterAll(() => fake.stop());
  beforeEach(() => fake.set('none'));
  const ask = (body: object, credential?: string) => call('neuroweaver', fake.url, body, credential);

  it('is asked with its own fields and a token of ours, and answers a chat without usage that nobody counted', async () => {
    const answer = await ask({ messages, max_tokens: 50, temperature: 0.2, top_p: 0.9, user: 'u1', specialization: 'automotive' });
    expect(fake.asked.at(-1)?.body).toEqual({
      prompt: '### system\nBe kind.\n### user\nBrakes?\n### assistant\n',
      model_id: 'service-advisor-v1',
      specialization: 'automotive',
      max_tokens: 50,
      temperature: 0.2,
      top_p: 0.9,
      context: { user: 'u1' },
    });
    expect(answer.stream).toBe(false);
    expect(answer.json()).toEqual({
      id: expect.stringMatching(/^inf_/),
      object: 'chat.completion',
      created: Date.parse('2025-08-05T10:00:00Z') / 1000,
      model: 'service-advisor-v1',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: expect.stringContaining('Brakes?'), refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      neuroweaver: { tokens_used: 42, response_time_ms: 150.5, confidence_score: 0.91 },
    });
  });
  it.each(['lacksResponse', 'tokensAsText'] as const)('is not believed when its answer is not in its form (%s)', async (fault) => {
    fake.set(fault);
    const answer = await ask({ messages });
    expect(answer.status).toBe(200);
    expect(answer.text).toThrow();
  });
  it.each([
    ['page', 502, 'NeuroWeaver answered 502 without a reason', 'upstream_error'],
    ['failed', 500, 'Inference failed: model is not deployed', 'upstream_error'],
    ['invalid', 422, 'body.prompt: field required', 'invalid_request_error'],
  ] as const)('tells its faults in OpenAI form (%s)', async (fault, status, message, type) => {
    fake.set(fault);
    const answer = await ask({ messages });
    expect(answer.status).toBe(status);
    expect(answer.json()).toEqual({ error: { message, type, param: null, code: null } });
  });
  it('says what it cannot be asked for before anything is sent', async () => {
    const before = fake.calls();
    await expect(ask({ messages, tools: [{ type: 'function' }] })).rejects.toBeInstanceOf(Untranslatable);
    expect(fake.calls()).toBe(before);
  });
  it('is checked for life and credential, and lists its models', async () => {
    const check = (credential: string | null, baseUrl = fake.url) => checkConnection({ kind: 'neuroweaver', baseUrl }, credential, via);
    expect(await check(CREDENTIAL)).toEqual({ ok: true, models: ['service-advisor-v1'] });
    expect(await check('secret:another')).toEqual({
      ok: false,
      retryable: false,
      message: 'the provider rejects the credential (401): Could not validate credentials',
    });
    expect(await check(null)).toMatchObject({ ok: false, retryable: false });
    // an address with a path is not its base URL
    expect(await check(CREDENTIAL, `${fake.url}/api/v1`)).toMatchObject({
      ok: false,
      message: expect.stringContaining('check the base URL'),
    });
  });
});

describe('RelayCore', () => {
  let fake: Awaited<ReturnType<typeof startRelayCore>>;
  beforeAll(async () => {
    fake = await startRelayCore(SECRET);
  });
  afterAll(() => fake.stop());
  beforeEach(() => {
    fake.set('none');
    fake.providersUp(true);
  });
  const ask = (body: object, credential?: string) => call('relaycore', fake.url, body, credential);

  it('is told the wanted model, and its answer names the one it used', async () => {
    const answer = await ask({ messages, max_tokens: 4000, temperature: 0.7, context: { priority: 'high' }, user: 'u1' });
    expect(fake.asked.at(-1)?.body).toEqual({
      prompt: '### system\nBe kind.\n### user\nBrakes?\n### assistant\n',
      system_source: 'auterity',
      context: { user: 'u1', priority: 'high' },
      routing_preferences: { preferred_model: 'service-advisor-v1' },
    });
    expect(answer.json()).toMatchObject({
      object: 'chat.completion',
      model: 'gpt-3.5-turbo',
      choices: [{ message: { content: expect.stringContaining('Brakes?') } }],
      usage: { prompt_tokens: 12, completion_tokens: 7, total_tokens: 19, prompt_tokens_details: { cached_tokens: 4 } },
      relaycore: { provider: 'openai', cost: 0.002, from_cache: false },
    });
  });
  it.each([
    [
      'anthropic',
      { prompt_tokens: 16, completion_tokens: 7, total_tokens: 23, prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 2 } },
    ],
    ['cached', { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }],
    ['noUsage', undefined],
  ] as const)('has usage as its provider said it (%s)', async (fault, usage) => {
    fake.set(fault);
    expect((await ask({ messages })).json()['usage']).toEqual(usage);
  });
  it('may have carried out what it answers by 500: such a call must not be sent again', async () => {
    fake.set('committed');
    const before = fake.charged();
    const answer = await ask({ messages });
    expect([answer.status, fake.charged() - before]).toEqual([500, 1]);
    expect(providerOf('relaycore').errorIsUnknown).toBe(true);
    expect(answer.json()).toEqual({ error: { message: 'Internal server error', type: 'upstream_error', param: null, code: null } });
  });
  it.each([
    ['limited', 429, { message: 'Too many requests', type: 'rate_limit_error', code: 'rate_limit_exceeded' }],
    ['flat', 400, { message: 'prompt is required', type: 'invalid_request_error', code: null }],
    ['page', 504, { message: 'RelayCore answered 504 without a reason', type: 'upstream_error', code: null }],
  ] as const)('tells its faults in OpenAI form (%s)', async (fault, status, error) => {
    fake.set(fault);
    const answer = await ask({ messages });
    expect(answer.status).toBe(status);
    expect(answer.json()).toEqual({ error: { ...error, param: null } });
  });
  it.each(['lacksContent', 'notSuccess'] as const)('is not believed when its answer is not in its form (%s)', async (fault) => {
    fake.set(fault);
    expect((await ask({ messages })).text).toThrow();
  });
  it.each([
    ['temperature', { temperature: 0 }],
    ['top_p', { top_p: 0.5 }],
    ['max_tokens', { max_tokens: 10 }],
    ['stop', { stop: 'x' }],
  ])('cannot be told %s', async (field, more) => {
    await expect(ask({ messages, ...more })).rejects.toMatchObject({ name: 'Untranslatable', field });
  });
  it('is checked for life and credential; a provider of its own that is down is not its fault', async () => {
    const check = (credential: string | null) => checkConnection({ kind: 'relaycore', baseUrl: fake.url }, credential, via);
    expect(await check(CREDENTIAL)).toEqual({ ok: true, models: ['openai-gpt-3.5-turbo'] });
    fake.providersUp(false);
    expect(await check(CREDENTIAL)).toEqual({ ok: true });
    expect(await check('secret:another')).toMatchObject({
      ok: false,
      retryable: false,
      message: expect.stringContaining('Invalid or expired'),
    });
    expect(await check(null)).toMatchObject({ ok: false, message: expect.stringContaining('Access token required') });
  });
});

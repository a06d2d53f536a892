import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { House } from './clients/house.js';
import { messageModel, openaiModel } from './clients/models.js';
import { call } from './support/hub.js';
import type { Behaviour } from './support/upstream.js';
import { policy } from './support/world.js';

/** What holds across dialects: figures, fallbacks, refusals, errors, bytes. */
let house: House;
type Json = Record<string, unknown>;
const hello = [{ role: 'user', content: 'hello' }];
const PATH = { chat: '/v1/chat/completions', message: '/v1/messages' };
const ask = (dialect: keyof typeof PATH, body: Json | string, headers: Record<string, string> = {}) =>
  call(house.url, house.key, body, { path: PATH[dialect], headers });
const eventFor = async (answer: Response) => {
  await answer.text();
  return house.eventOf(answer.headers.get('x-modelhub-request-id') ?? '');
};
beforeAll(async () => {
  house = await House.open('cross_dialect');
});
afterAll(() => house.close());
beforeEach(() => {
  house.openai.behave = openaiModel;
  house.anthropic.behave = messageModel;
  house.openai.seen.length = 0;
  house.anthropic.seen.length = 0;
});

describe('the same use is the same row of the ledger, whatever dialect the caller and the provider speak', () => {
  const FIGURES = [
    ...['inputTokens', 'cacheReadTokens', 'cacheWrite5mTokens', 'cacheWrite1hTokens', 'outputTokens', 'reasoningTokens'],
    ...['cost', 'priceVersion', 'usageSource', 'status', 'modelId', 'deployment', 'provider'],
  ];
  const figures = (event: object | undefined): Json =>
    Object.fromEntries(FIGURES.map((f) => [f, (event as Json | undefined)?.[f] ?? null]));

  it.each(['gpt', 'claude'])('%s: whole and streamed, with tokens read from and written to a cache', async (model) => {
    for (const dialect of ['chat', 'message'] as const) {
      const rows = [];
      for (const stream of [false, true])
        rows.push(figures(await eventFor(await ask(dialect, { model, messages: hello, max_tokens: 40, stream }))));
      expect(rows[0]).toMatchObject({ status: 'ok', usageSource: 'provider', priceVersion: '2020-01-01T00:00:00.000Z', deployment: model });
      expect(rows[0]?.['cacheReadTokens']).toBeGreaterThan(0);
      expect(rows[0]?.['cost']).toBeGreaterThan(0);
      expect(rows[1]).toEqual(rows[0]);
    }
  });
  it.each(['gpt-tools', 'claude-tools'])('%s: a provider that says the same makes the same row in each dialect', async (model) => {
    const rows = [];
    for (const dialect of ['chat', 'message'] as const)
      for (const stream of [false, true])
        rows.push(figures(await eventFor(await ask(dialect, { model, messages: hello, max_tokens: 50, stream }))));
    expect(rows[0]).toMatchObject({ inputTokens: 20, outputTokens: 9, cost: 20 * 3_000 + 9 * 15_000, usageSource: 'provider' });
    for (const row of rows) expect(row).toEqual(rows[0]);
  });
  it.each(['chat', 'message'] as const)('%s: every row is what the simulator charges, to the nano-dollar', async (dialect) => {
    for (const model of ['gpt', 'claude', 'both']) {
      const answer = await ask(dialect, { model, messages: hello, max_tokens: 40 });
      const id = answer.headers.get('x-modelhub-request-id');
      const event = await eventFor(answer);
      const invoice = (await (await fetch(`${house.simulator.url}/simulator/invoice`)).json()) as { lines: Json[] };
      const line = invoice.lines.find((l) => l['callId'] === id);
      expect(String((event as unknown as Json)['cost'])).toBe(line?.['nanoUsd']);
    }
  });
});

describe('a policy over models of both dialects', () => {
  const outOfOrder: Behaviour = (res) =>
    void res.writeHead(500, { 'content-type': 'application/json' }).end('{"error":{"message":"out of order","type":"server_error"}}');

  it.each(['chat', 'message'] as const)('%s: falls back to the other dialect, whole and streamed', async (dialect) => {
    for (const [first, second, broken] of [
      ['gpt-tools', 'claude-tools', 'openai'],
      ['claude-tools', 'gpt-tools', 'anthropic'],
    ] as const) {
      const name = `mixed-${dialect}-${broken}`;
      await policy(house.hub, name, {
        ...{ strategy: 'priority', retry: { baseMs: 1, maxMs: 5 } },
        candidates: [{ deployment: first }, { deployment: second }],
      });
      await house.listed(name);
      house[broken].behave = outOfOrder;
      for (const stream of [false, true]) {
        const answer = await ask(dialect, { model: name, messages: hello, max_tokens: 50, stream });
        expect([answer.status, answer.headers.get('x-modelhub-deployment')]).toEqual([200, second]);
        const text = await answer.text();
        const form =
          dialect === 'chat' ? (stream ? 'chat.completion.chunk' : 'chat.completion') : stream ? 'message_start' : '"type":"message"';
        expect(text).toContain(form);
        const event = await house.eventOf(answer.headers.get('x-modelhub-request-id') ?? '');
        expect(event?.tries.map((t) => [t.deployment, t.outcome])).toEqual([
          [first, 'failed'],
          [second, 'answered'],
        ]);
      }
      house[broken].behave = broken === 'openai' ? openaiModel : messageModel;
    }
  });
});

describe('what has no counterpart is refused by name, and nothing is sent', () => {
  it.each([
    ['chat', 'claude-tools', 'n', { n: 2 }],
    ['chat', 'claude-tools', 'seed', { seed: 7 }],
    ['chat', 'claude-tools', 'logit_bias', { logit_bias: { 1: 5 } }],
    ['chat', 'claude-tools', 'response_format.type', { response_format: { type: 'json_object' } }],
    ['chat', 'claude-tools', 'some_new_field', { some_new_field: true }],
    ['message', 'gpt-tools', 'top_k', { top_k: 5 }],
    ['message', 'gpt-tools', 'container', { container: 'c1' }],
    ['message', 'gpt-tools', 'thinking.type', { thinking: { type: 'odd' } }],
  ] as const)('%s to %s: %s', async (dialect, model, field, o) => {
    const answer = await ask(dialect, { model, messages: hello, max_tokens: 50, ...o });
    const body = (await answer.json()) as { error: { type: string; param?: string; code?: string; message: string } };
    expect(answer.status).toBe(400);
    expect(body.error.type).toBe('invalid_request_error');
    expect(body.error.message).toContain(field);
    if (dialect === 'chat') expect(body.error).toMatchObject({ param: field, code: 'not_translatable' });
    expect([house.openai.seen, house.anthropic.seen]).toEqual([[], []]);
  });
  it('is not refused where the provider has the dialect', async () => {
    expect((await ask('chat', { model: 'gpt-tools', messages: hello, some_new_field: true, n: 1, seed: 7 })).status).toBe(200);
    expect((await ask('message', { model: 'claude-tools', messages: hello, max_tokens: 50, top_k: 5, container: 'c1' })).status).toBe(200);
  });
});

describe("an upstream's error is in the caller's dialect and keeps its Retry-After", () => {
  it.each([
    ['chat', 'gpt-tools', 429],
    ['chat', 'claude-tools', 429],
    ['message', 'gpt-tools', 429],
    ['message', 'claude-tools', 429],
    ['chat', 'claude-tools', 529],
    ['message', 'gpt-tools', 503],
    ['chat', 'claude-tools', 400],
    ['message', 'gpt-tools', 400],
  ] as const)('%s from %s: %i', async (dialect, model, status) => {
    const ofOpenai = JSON.stringify({ error: { message: 'not so fast', type: 'tokens', param: null, code: 'some_code' } });
    const ofAnthropic = JSON.stringify({ type: 'error', error: { type: 'some_error', message: 'not so fast' }, request_id: 'req_up' });
    // a model name of its own: breakers that earlier calls opened are not in the way
    const name = `${model}-${dialect}-${status}`;
    await house.deploy(name, model);
    house.openai.behave = (res) => void res.writeHead(status, { 'retry-after': '17', 'content-type': 'application/json' }).end(ofOpenai);
    house.anthropic.behave = (res) =>
      void res.writeHead(status, { 'retry-after': '17', 'content-type': 'application/json' }).end(ofAnthropic);
    const answer = await ask(dialect, { model: name, messages: hello, max_tokens: 50 });
    const body = (await answer.json()) as Json & { error: Json };
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, '17']);
    expect(body.error['message']).toBe('not so fast');
    if (dialect === 'chat') expect(Object.keys(body)).toEqual(['error']);
    else expect(body['type']).toBe('error');
    if (dialect === 'chat') expect(Object.keys(body.error).sort()).toEqual(['code', 'message', 'param', 'type']);
  });
});

describe('bytes', () => {
  const digits = '"seed":9007199254740993,"big":12345678901234567890.10,"x": {"a":1e400,  "b":[1,2]}';
  it.each([
    ['chat', 'gpt-tools', 'openai'],
    ['message', 'claude-tools', 'anthropic'],
  ] as const)('%s to %s: all but the name of the model arrives as it was sent', async (dialect, model, upstream) => {
    const body = `{ "model" : "${model}","max_tokens":50, ${digits} ,"messages":[{"role":"user","content":"ü\\u00fc"}]}`;
    expect((await ask(dialect, body)).status).toBe(200);
    expect(house[upstream].seen[0]?.body).toBe(body.replace(`"${model}"`, `"up-at-${model}"`));
  });
  it('whole numbers beyond 2^53 keep their digits when a tool call is translated', async () => {
    const tool = { type: 'function', function: { name: 'pay', arguments: '{"account":9007199254740993}' }, id: 'call_7' };
    const messages = [
      ...hello,
      { role: 'assistant', content: null, tool_calls: [tool] },
      { role: 'tool', tool_call_id: 'call_7', content: 'done' },
    ];
    expect((await ask('chat', { model: 'claude-tools', messages })).status).toBe(200);
    expect(house.anthropic.seen[0]?.body).toContain('"account":9007199254740993');
  });
});

import { describe, expect, it } from '@jest/globals';
import type { Provider } from '#adapters/providers/provider.js';
import { type Translator, Untranslatable } from '#adapters/providers/translator.js';
import { chatToMessage } from './chat-to-message.js';
import { countTokens } from './count-tokens.js';
import type { Json } from './fields.js';
import { servedBy, translatorFor } from './translate.js';
import { wholeAsStream } from './whole-as-stream.js';

const provider = (over: Partial<Provider>): Provider => ({
  kind: 'custom',
  defaultBaseUrl: null,
  paths: {},
  headers: () => ({}),
  check: async () => ({ ok: true }),
  ...over,
});
const openai = provider({
  kind: 'openai',
  paths: { chat: '/chat/completions', completion: '/completions', response: '/responses', embedding: '/embeddings' },
});
const claude = provider({ kind: 'anthropic', paths: { message: '/messages', countTokens: '/messages/count_tokens' } });
const HI = [{ role: 'user', content: 'hi' }];

/** A provider with a form of its own that answers in one piece and knows nothing but words. */
const own: Translator = (body, model, defaults) => {
  if (body['tools'] !== undefined) throw new Untranslatable('tools', '"tools" has no counterpart.');
  if (body['response_format'] !== undefined) throw new Untranslatable('response_format', '"response_format" has no counterpart.');
  return {
    operation: 'chat',
    body: Buffer.from(JSON.stringify({ ask: body['messages'], model, ...defaults })),
    stream: false,
    answer: (b) =>
      JSON.stringify({
        id: 'o1',
        model,
        choices: [{ finish_reason: 'stop', message: { role: 'assistant', content: (JSON.parse(b.toString()) as Json)['said'] } }],
        usage: { prompt_tokens: 2, completion_tokens: 1, total_tokens: 3 },
      }),
    error: (_status, b) => JSON.stringify({ error: { message: b.toString(), type: 'server_error', param: null, code: null } }),
    open: () => {
      throw new Error('it never streams');
    },
  };
};
const special = provider({ kind: 'special', paths: { chat: '/ask' }, translators: { chat: own } });

describe('translatorFor', () => {
  it('lets bytes pass where the provider has the operation', () => {
    for (const o of ['chat', 'completion', 'response', 'embedding'] as const) expect(translatorFor(openai, o)).toBe('native');
    for (const o of ['message', 'countTokens'] as const) expect(translatorFor(claude, o)).toBe('native');
  });
  it('translates between chats and messages, and nothing else', () => {
    expect(translatorFor(claude, 'chat')).toBe(chatToMessage);
    expect(typeof translatorFor(openai, 'message')).toBe('function');
    expect(servedBy(claude)).toEqual(['chat', 'message', 'countTokens']);
    expect(servedBy(openai)).toEqual(['chat', 'completion', 'response', 'embedding', 'message']);
    expect(servedBy(provider({ paths: { embedding: '/e' } }))).toEqual(['embedding']);
  });
  it('names the limit as the provider knows it', () => {
    const body = (p: Provider): unknown => {
      const t = translatorFor(p, 'message');
      return typeof t === 'function' ? JSON.parse(t({ messages: HI, max_tokens: 5 }, 'm', {}).body.toString()) : undefined;
    };
    expect(body(openai)).toHaveProperty('max_completion_tokens', 5);
    expect(body(provider({ paths: { chat: '/c' } }))).toHaveProperty('max_tokens', 5);
  });
  it('uses a provider’s own translator before its path of the same name', () => expect(translatorFor(special, 'chat')).toBe(own));
});

describe('messages on a provider with a form of its own', () => {
  const via = translatorFor(special, 'message') as Translator;
  it('go through a chat, with the revision’s defaults in the second step only', () => {
    const t = via({ messages: HI, system: 's', max_tokens: 5, stream: true }, 'm', { top_p: 0.5 });
    expect([t.operation, t.stream]).toEqual(['chat', false]);
    expect(JSON.parse(t.body.toString())).toEqual({ model: 'm', top_p: 0.5, ask: [{ role: 'system', content: 's' }, ...HI] });
    const answer = t.answer(Buffer.from('{"said":"Hallo"}'));
    expect(JSON.parse(answer)).toMatchObject({
      type: 'message',
      content: [{ type: 'text', text: 'Hallo' }],
      usage: { input_tokens: 2, output_tokens: 1 },
    });
    expect(wholeAsStream('message', answer, {})).toMatch(
      /^event: message_start\n[^]*event: message_stop\ndata: \{"type":"message_stop"\}\n\n$/,
    );
    expect(JSON.parse(t.error(503, Buffer.from('asleep')))).toMatchObject({
      type: 'error',
      error: { type: 'overloaded_error', message: 'asleep' },
    });
  });
  it('name the caller’s field in a refusal', () => {
    const format = { format: { type: 'json_schema', schema: {} } };
    expect(() => via({ messages: HI, max_tokens: 1, output_config: format }, 'm', {})).toThrow(
      '"output_config.format" has no counterpart.',
    );
    expect(() => via({ messages: HI, max_tokens: 1, tools: [{ name: 'f', input_schema: {} }] }, 'm', {})).toThrow(
      '"tools" has no counterpart.',
    );
    expect(() => via({ messages: HI, max_tokens: 1, top_k: 1 }, 'm', {})).toThrow('"top_k"');
  });
  it('stream through both', () => {
    const echo: Translator = (body, model) => ({
      ...own(body, model, {}),
      stream: true,
      open: () => ({ push: (c) => c.toString(), end: () => 'data: [DONE]\n\n', done: false }),
    });
    const t = (translatorFor(provider({ paths: { chat: '/c' }, translators: { chat: echo } }), 'message') as Translator)(
      { messages: HI, max_tokens: 1 },
      'm',
      {},
    );
    const s = t.open();
    const first = s.push(Buffer.from('data: {"id":"1","choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}\n\n'));
    expect([first.includes('text_delta'), s.done]).toEqual([true, false]);
    expect([s.end().includes('message_stop'), s.done]).toEqual([true, true]);
  });
});

describe('countTokens', () => {
  it('counts words, tools, frames and images', async () => {
    const count = async (body: Json): Promise<number> => (await countTokens(body)).input_tokens;
    const hi = await count({ messages: HI });
    expect(hi).toBeGreaterThan(4);
    expect(hi).toBeLessThan(20);
    expect(await count({ messages: HI, system: [{ type: 'text', text: 'Be brief and exact.' }] })).toBeGreaterThan(hi);
    expect(await count({ messages: HI, tools: [{ name: 'f', input_schema: { type: 'object' } }] })).toBeGreaterThan(hi + 5);
    const image = { role: 'user', content: [{ type: 'image', source: { type: 'base64', data: 'A'.repeat(100_000) } }] };
    expect((await count({ messages: [...HI, image] })) - hi).toBe(1604);
    expect(await count({ messages: [{ role: 'user', content: '<|endoftext|>' }] })).toBeGreaterThan(0);
    expect(await count({})).toBe(0);
  });
  it('counts a word without end in pieces', async () =>
    expect((await countTokens({ messages: [{ role: 'user', content: 'a'.repeat(32_000) }] })).input_tokens).toBeLessThan(4500));
  it('estimates long text from its bytes', async () =>
    expect((await countTokens({ messages: [{ role: 'user', content: 'x'.repeat(60_000) }] })).input_tokens).toBe(20_008));
});

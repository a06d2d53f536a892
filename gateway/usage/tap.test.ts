import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NO_TOKENS, type Tokens } from '#core/metric/tokens.js';
import { compilePrices, costOf, type PriceInForce } from '#core/cost/price.js';
import { type Estimate, type Tap, tapFor } from './tap.js';

const tokens = (t: Partial<Tokens>): Tokens => ({ ...NO_TOKENS, ...t });
const sse = (...events: unknown[]): string => events.map((e) => `data: ${typeof e === 'string' ? e : JSON.stringify(e)}\n\n`).join('');
const named = (...events: { type: string }[]): string => events.map((e) => `event: ${e.type}\ndata: ${JSON.stringify(e)}\n\n`).join('');
const ESTIMATE: Estimate = { inputTokens: 50, outputAtMost: null };

function fed(tap: Tap, text: string, size = 7): Tap {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) tap.push(bytes.subarray(at, at + size));
  return tap;
}

const CHAT_USAGE = {
  prompt_tokens: 7,
  completion_tokens: 5,
  total_tokens: 12,
  prompt_tokens_details: { cached_tokens: 3 },
  completion_tokens_details: { reasoning_tokens: 2 },
};
const CHAT_TOKENS = tokens({ inputTokens: 4, cacheReadTokens: 3, outputTokens: 3, reasoningTokens: 2 });
/** as OpenAI streams it with `include_usage`: `"usage":null` on each other chunk */
const chunk = (content: string, finish: string | null = null, extra = {}) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta: { content }, logprobs: null, finish_reason: finish }],
  ...extra,
});
const CHAT_STREAM =
  sse(chunk('say "usage": {"prompt_tokens":1} grüße', null, { usage: null })) +
  ': comment\n\n' +
  `data: ${JSON.stringify(chunk('"finish_reason":"no"'))}\r\n\r\n` +
  sse(chunk('', 'length', { usage: null }), { id: 'x', choices: [], usage: CHAT_USAGE }, '[DONE]');

const MESSAGE_STREAM = named(
  // Anthropic docs, "Streaming messages", with the cache figures of "Prompt caching"
  {
    type: 'message_start',
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      content: [],
      stop_reason: null,
      usage: {
        input_tokens: 25,
        cache_read_input_tokens: 100,
        cache_creation_input_tokens: 30,
        cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
        output_tokens: 1,
      },
    },
  } as { type: string },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } } as { type: string },
  { type: 'ping' },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello "message_stop"' } } as { type: string },
  { type: 'content_block_stop', index: 0 } as { type: string },
  { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 6 } } as { type: string },
  { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 15 } } as { type: string },
  { type: 'message_stop' },
);
const MESSAGE_TOKENS = tokens({ inputTokens: 25, cacheReadTokens: 100, cacheWrite5mTokens: 10, cacheWrite1hTokens: 20, outputTokens: 15 });

const response = (status: string, extra = {}) => ({
  id: 'resp_1',
  object: 'response',
  status,
  error: null,
  incomplete_details: null,
  output: [{ type: 'message', content: [{ type: 'output_text', text: 'Hi' }] }],
  tools: [{ type: 'function', name: 'f', parameters: { properties: { usage: { input_tokens: 1, output_tokens: 1 } } } }],
  usage: {
    input_tokens: 37,
    input_tokens_details: { cached_tokens: 7 },
    output_tokens: 11,
    output_tokens_details: { reasoning_tokens: 4 },
    total_tokens: 48,
  },
  user: null,
  metadata: {},
  ...extra,
});
const RESPONSE_TOKENS = tokens({ inputTokens: 30, cacheReadTokens: 7, outputTokens: 7, reasoningTokens: 4 });
const responseStream = (end: string, r: unknown): string =>
  named(
    { type: 'response.created', response: response('in_progress', { usage: null }) } as { type: string },
    { type: 'response.output_text.delta', delta: 'response.completed', sequence_number: 4 } as { type: string },
    { type: end, sequence_number: 9, response: r } as { type: string },
  );

describe('streams', () => {
  const ROWS: [string, Parameters<typeof tapFor>[0], string, Tokens, string][] = [
    ['chat', 'chat', CHAT_STREAM, CHAT_TOKENS, 'length'],
    [
      'completion',
      'completion',
      sse({ choices: [{ text: 'x', finish_reason: 'stop' }] }, { choices: [], usage: CHAT_USAGE }, '[DONE]'),
      CHAT_TOKENS,
      'stop',
    ],
    ['message', 'message', MESSAGE_STREAM, MESSAGE_TOKENS, 'end_turn'],
    ['response', 'response', responseStream('response.completed', response('completed')), RESPONSE_TOKENS, 'completed'],
    [
      'response cut short',
      'response',
      responseStream('response.incomplete', response('incomplete', { incomplete_details: { reason: 'max_output_tokens' } })),
      RESPONSE_TOKENS,
      'max_output_tokens',
    ],
    // llama.cpp server README: timings on the last chunk
    [
      'llama.cpp',
      'chat',
      sse(chunk('a'), { ...chunk('', 'stop'), timings: { cache_n: 4, prompt_n: 6, predicted_n: 9 } }, '[DONE]'),
      tokens({ inputTokens: 6, cacheReadTokens: 4, outputTokens: 9 }),
      'stop',
    ],
  ];
  it.each(ROWS)('%s: the same in any cutting of the bytes, and with CRLF', (_n, operation, text, expected, finish) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), fc.boolean(), (sizes, crlf) => {
        const bytes = Buffer.from(crlf ? text.replace(/\r?\n/g, '\r\n') : text);
        const tap = tapFor(operation, true);
        for (let at = 0, n = 0; at < bytes.length; n++) {
          const size = sizes[n % sizes.length] as number;
          tap.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect([tap.tokens(), tap.finishReason, tap.done, tap.atBoundary]).toEqual([expected, finish, true, true]);
        expect(tap.usage(ESTIMATE)).toEqual({ tokens: expected, source: 'provider' });
      }),
      { numRuns: 40 },
    );
  });
  it('a failed response ends the stream without figures', () => {
    const tap = fed(tapFor('response', true), responseStream('response.failed', response('failed', { usage: null })));
    expect([tap.done, tap.finishReason, tap.usage(null)]).toEqual([true, 'failed', { tokens: NO_TOKENS, source: null }]);
  });
  it('is not at its end before the end mark', () => {
    const tap = fed(tapFor('message', true), MESSAGE_STREAM.slice(0, -4));
    expect([tap.done, tap.tokens().outputTokens]).toEqual([false, 15]);
  });
  it('knows when a frame is half sent', () => {
    const tap = tapFor('chat', true);
    tap.push(Buffer.from('data: {"a"'));
    expect(tap.atBoundary).toBe(false);
    tap.push(Buffer.from(':1}\n'));
    expect(tap.atBoundary).toBe(false);
    tap.push(Buffer.from('\n'));
    expect([tap.atBoundary, tap.done]).toEqual([true, false]);
  });
  it('survives a line that never ends, and goes on after it', () => {
    const tap = tapFor('chat', true);
    for (let i = 0; i < 100; i++) tap.push(Buffer.alloc(64 * 1024, 'x'));
    expect(tap.atBoundary).toBe(false);
    fed(tap, `\n\n${CHAT_STREAM}`);
    expect([tap.tokens(), tap.done]).toEqual([CHAT_TOKENS, true]);
  });
});

describe('JSON answers', () => {
  const ROWS: [string, Parameters<typeof tapFor>[0], unknown, Tokens, string | null][] = [
    [
      'chat',
      'chat',
      { choices: [{ message: { content: 'a "usage": {} \\' }, finish_reason: 'stop' }], usage: CHAT_USAGE, service_tier: 'default' },
      CHAT_TOKENS,
      'stop',
    ],
    ['completion', 'completion', { choices: [{ text: '"', finish_reason: 'length' }], usage: CHAT_USAGE }, CHAT_TOKENS, 'length'],
    ['response', 'response', response('completed'), RESPONSE_TOKENS, 'completed'],
    [
      'embedding',
      'embedding',
      { data: [{ embedding: [0.1, -2e-3] }], usage: { prompt_tokens: 4, total_tokens: 4 } },
      tokens({ inputTokens: 4, outputTokens: 0 }),
      null,
    ],
    [
      'embedding that states only its prompt',
      'embedding',
      { usage: { prompt_tokens: 4 } },
      tokens({ inputTokens: 4, outputTokens: 0 }),
      null,
    ],
    [
      'message whose tool input looks like usage',
      'message',
      {
        usage: { input_tokens: 5, cache_read_input_tokens: 1, output_tokens: 6 },
        stop_reason: 'tool_use',
        content: [{ type: 'tool_use', input: { usage: { input_tokens: 0, output_tokens: 0 }, stop_reason: 'mine' } }],
      },
      tokens({ inputTokens: 5, cacheReadTokens: 1, outputTokens: 6 }),
      'tool_use',
    ],
    [
      'llama.cpp',
      'chat',
      { choices: [{ finish_reason: 'stop' }], timings: { prompt_n: 6, predicted_n: 9 } },
      tokens({ inputTokens: 6, outputTokens: 9 }),
      'stop',
    ],
    // Anthropic docs, "Token counting": not charged
    ['counted tokens', 'countTokens', { input_tokens: 14 }, tokens({ inputTokens: 0, outputTokens: 0 }), null],
  ];
  it.each(ROWS)('%s', (_n, operation, body, expected, finish) => {
    for (const text of [JSON.stringify(body), `${JSON.stringify(body, null, 2)}\n`]) {
      const tap = fed(tapFor(operation, false), text);
      expect([tap.tokens(), tap.finishReason, tap.usage(ESTIMATE).source]).toEqual([expected, finish, 'provider']);
    }
  });
  it.each([
    '',
    '{}',
    '[]',
    'x',
    '{"usage":null}',
    '{"usage":{}}',
    '{"usage":{"prompt_tokens":',
    '{"a":"\\"usage\\":{\\"prompt_tokens\\":1}"}',
    '}',
    '"}',
    ',"usage":1}',
  ])('says nothing for %s', (text) => expect(fed(tapFor('chat', false), text).usage(null)).toEqual({ tokens: NO_TOKENS, source: null }));
  it('finds usage behind megabytes of answer', () => {
    const tap = tapFor('embedding', false);
    tap.push(Buffer.from('{"data":['));
    for (let i = 0; i < 50; i++) tap.push(Buffer.alloc(100_000, '1'));
    tap.push(Buffer.from('],"usage":{"prompt_to'));
    tap.push(Buffer.from('kens":9,"total_tokens":9}}'));
    expect(tap.tokens().inputTokens).toBe(9);
  });
  it('reads any JSON as JSON.parse does', () =>
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(1e6), fc.nat(1e6), (rest, prompt, completion) => {
        const body = { ...rest, usage: { prompt_tokens: prompt, completion_tokens: completion }, z: rest };
        expect(fed(tapFor('chat', false), JSON.stringify(body), 997).tokens()).toEqual(
          tokens({ inputTokens: prompt, outputTokens: completion }),
        );
      }),
    ));
});

describe('estimates, when the figures never came', () => {
  it('count the text that passed, four bytes to a token', () => {
    const tap = fed(
      tapFor('chat', true),
      sse(chunk('0123456789'), chunk('grüße\n'), { choices: [{ delta: { tool_calls: [{ function: { arguments: '{"a":1}' } }] } }] }),
    );
    // 10 + 8 (ü and ß are two bytes each, the escape is one) + 7 bytes
    expect(tap.usage(ESTIMATE)).toEqual({ tokens: tokens({ inputTokens: 50, outputTokens: 7 }), source: 'estimated' });
  });
  it('do not count reasoning twice that is stated under two names', () => {
    const tap = fed(tapFor('chat', true), sse({ choices: [{ delta: { reasoning: '12345678', reasoning_content: '12345678' } }] }));
    expect(tap.usage(ESTIMATE).tokens.outputTokens).toBe(2);
  });
  it('count escapes as the bytes they stand for', () => {
    const tap = fed(tapFor('chat', true), 'data: {"choices":[{"delta":{"content":"\\u4f60\\u597d\\ud83d\\ude00\\\\"}}]}\n\n');
    // 3 + 3 + 4 + 1 bytes
    expect(tap.usage(ESTIMATE).tokens.outputTokens).toBe(3);
  });
  it('keep what an aborted message has said about its input', () => {
    const tap = fed(tapFor('message', true), MESSAGE_STREAM.slice(0, MESSAGE_STREAM.indexOf('event: message_delta')));
    expect(tap.usage(ESTIMATE)).toEqual({ tokens: { ...MESSAGE_TOKENS, outputTokens: 5 }, source: 'estimated' });
  });
  it('count deltas of a response and of tool input', () => {
    expect(fed(tapFor('response', true), responseStream('response.in_progress', {})).usage(ESTIMATE).tokens.outputTokens).toBe(5);
    const tool = named({ type: 'content_block_delta', delta: { type: 'input_json_delta', partial_json: '{"city":' } } as { type: string });
    expect(fed(tapFor('message', true), tool).usage(ESTIMATE).tokens.outputTokens).toBe(2);
  });
  it('are never above what was reserved', () => {
    const tap = fed(tapFor('chat', true), sse(chunk('x'.repeat(400))));
    expect(tap.usage({ inputTokens: 1, outputAtMost: 16 }).tokens.outputTokens).toBe(16);
  });
  it('work for a JSON answer that broke off', () => {
    const tap = fed(tapFor('chat', false), '{"choices":[{"message":{"content":"0123456789ab');
    expect(tap.usage(ESTIMATE)).toEqual({ tokens: tokens({ inputTokens: 50, outputTokens: 3 }), source: 'estimated' });
  });
  it('are not made unasked', () =>
    expect(fed(tapFor('chat', true), sse(chunk('x'))).usage(null)).toEqual({ tokens: NO_TOKENS, source: null }));
});

describe('a stream costs what the same answer costs as JSON', () => {
  const price = compilePrices([
    {
      effectiveFrom: '2026-01-01T00:00:00Z',
      prices: { input: 3_000_000_001, output: 15_000_000_007, cacheRead: 300_000_000, cacheWrite: 3_750_000_000 },
    },
  ]).at(Date.parse('2026-06-01T00:00:00Z')) as PriceInForce;
  const cost = (tap: Tap): number | null => costOf(tap.usage(null).tokens, price);
  const n = fc.nat(1_000_000);
  it('chat: usage asked for, on every chunk, or only as timings', () =>
    fc.assert(
      fc.property(n, n, n, (cached, rest, out) => {
        const usage = {
          prompt_tokens: cached + rest,
          completion_tokens: out,
          total_tokens: cached + rest + out,
          prompt_tokens_details: { cached_tokens: cached },
        };
        const timings = { prompt_n: rest, cache_n: cached, predicted_n: out };
        const json = cost(fed(tapFor('chat', false), JSON.stringify({ choices: [], usage }), 64));
        expect(json).not.toBeNull();
        expect(cost(fed(tapFor('chat', true), sse(chunk('a', 'stop', { usage: null }), { choices: [], usage }, '[DONE]'), 64))).toBe(json);
        expect(
          cost(
            fed(
              tapFor('chat', true),
              sse(
                chunk('a', null, { usage: { ...usage, completion_tokens: 0, total_tokens: cached + rest } }),
                chunk('', 'stop', { usage }),
              ),
              64,
            ),
          ),
        ).toBe(json);
        expect(cost(fed(tapFor('chat', true), sse(chunk('a'), chunk('', 'stop', { timings })), 64))).toBe(json);
      }),
      { numRuns: 50 },
    ));
  it('message and response', () =>
    fc.assert(
      fc.property(n, n, n, n, (read, write, rest, out) => {
        const usage = { input_tokens: rest, cache_read_input_tokens: read, cache_creation_input_tokens: write, output_tokens: out };
        const stream = named(
          { type: 'message_start', message: { usage: { ...usage, output_tokens: Math.min(out, 1) } } } as { type: string },
          { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: out } } as { type: string },
          { type: 'message_stop' },
        );
        expect(cost(fed(tapFor('message', true), stream, 64))).toBe(cost(fed(tapFor('message', false), JSON.stringify({ usage }), 64)));
        const r = response('completed', {
          usage: {
            input_tokens: rest,
            output_tokens: out,
            total_tokens: rest + out,
            input_tokens_details: { cached_tokens: Math.min(rest, read) },
          },
        });
        expect(cost(fed(tapFor('response', true), responseStream('response.completed', r), 64))).toBe(
          cost(fed(tapFor('response', false), JSON.stringify(r), 64)),
        );
      }),
      { numRuns: 50 },
    ));
});

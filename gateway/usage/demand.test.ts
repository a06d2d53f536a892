import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { costBound, type Demand, type ModelLimits, tokenBound } from '#core/cost/bound.js';
import { compilePrices, costOf, type PriceInForce } from '#core/cost/price.js';
import type { Operation } from '#adapters/providers/provider.js';
import { topLevelMembers } from '../json/scan.js';
import { demandOf } from './demand.js';
import { countInput, TimeShare } from './exact.js';
import { tapFor } from './tap.js';

const demand = (operation: Operation, body: unknown): Demand => {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return demandOf(operation, bytes, topLevelMembers(bytes));
};

describe('demandOf', () => {
  const ROWS: [string, Operation, unknown, Partial<Demand>][] = [
    [
      'chat',
      'chat',
      { messages: [], max_tokens: 10, n: 3 },
      { maxOutput: 10, answers: 3, images: 0, tools: false, elsewhere: false, audio: false },
    ],
    ['the newer name wins when it is larger', 'chat', { max_tokens: 10, max_completion_tokens: 20 }, { maxOutput: 20 }],
    ['a member twice: the larger', 'chat', '{"max_tokens":10,"max_tokens":90,"max_tokens":20}', { maxOutput: 90 }],
    ['unlimited by llama.cpp', 'chat', { max_tokens: -1 }, { maxOutput: null }],
    ['null limits', 'chat', { max_tokens: null, n: null }, { maxOutput: null, answers: 1 }],
    ['response', 'response', { input: 'x', max_output_tokens: 7 }, { maxOutput: 7, elsewhere: false }],
    ['completion of three prompts, best of two', 'completion', { prompt: ['a', 'b', 'c'], best_of: 2, n: 1 }, { answers: 6 }],
    ['completion of one list of tokens', 'completion', { prompt: [1, 2, 3] }, { answers: 1 }],
    ['completion of two lists of tokens', 'completion', { prompt: [[1, 2], [3]] }, { answers: 2 }],
    [
      'images of chat',
      'chat',
      {
        messages: [
          {
            content: [
              { type: 'image_url', image_url: { url: 'https://x/y.png' } },
              { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
            ],
          },
        ],
      },
      { images: 2 },
    ],
    ['images of responses', 'response', { input: [{ content: [{ type: 'input_image', image_url: 'https://x/y.png' }] }] }, { images: 1 }],
    [
      'images of messages',
      'message',
      { messages: [{ content: [{ type: 'image', source: { type: 'url', url: 'https://x/y.png' } }] }] },
      { images: 1, elsewhere: false },
    ],
    [
      'a text that quotes all of it',
      'chat',
      { messages: [{ content: '"image_url": "type":"file" "1h" "input_audio"' }] },
      { images: 0, elsewhere: false, hourCache: false, audio: false },
    ],
    [
      'names that are hidden by escapes',
      'chat',
      '{"messages":[{"content":[{"type":"\\u0069mage_url","image\\u005Furl":{}}]}]}',
      { elsewhere: true },
    ],
    [
      'escapes that serializers write',
      'chat',
      '{"messages":[{"content":"\\u003cb\\u003e \\u0026 \\u0027 \\u00e9 \\u4f60 \\u0000"}]}',
      { elsewhere: false },
    ],
    ['files', 'chat', { messages: [{ content: [{ type: 'file', file: { file_id: 'f' } }] }] }, { elsewhere: true }],
    ['documents', 'message', { messages: [{ content: [{ type: 'document', source: {} }] }] }, { elsewhere: true }],
    ['an earlier response', 'response', { previous_response_id: 'r' }, { elsewhere: true }],
    ['a tool that the provider runs', 'response', { tools: [{ type: 'web_search_preview' }] }, { elsewhere: true, tools: true }],
    [
      'a tool with a parameter named file',
      'chat',
      { tools: [{ type: 'function', function: { parameters: { properties: { file: { type: 'string' } } } } }] },
      { elsewhere: false, tools: true },
    ],
    ['audio in and out', 'chat', { modalities: ['text', 'audio'], audio: { voice: 'a' } }, { audio: true }],
    ['an hour of cache', 'message', { system: [{ cache_control: { type: 'ephemeral', ttl: '1h' } }] }, { hourCache: true }],
    ['a prediction', 'chat', { prediction: { type: 'content', content: 'x' } }, { prediction: true }],
  ];
  it.each(ROWS)('%s', (_n, operation, body, expected) => expect(demand(operation, body)).toMatchObject(expected));
});

/** the most that one image costs, by the upstream's own rule */
const imageTokens = (model: string): number => (model === 'gpt-4o-mini' ? 48_169 : 1445);
const PRICE = compilePrices([
  {
    effectiveFrom: '2026-01-01T00:00:00Z',
    prices: {
      input: 3_000_000_019,
      output: 15_000_000_007,
      cacheRead: 3e8,
      cacheWrite: 3_750_000_001,
      inputAudio: 4e10,
      outputAudio: 8e10,
    },
    tiers: [{ aboveContextTokens: 500, prices: { input: 6e9, output: 22.5e9, cacheRead: 6e8, cacheWrite: 7.5e9 } }],
  },
]).at(Date.parse('2026-06-01T00:00:00Z')) as PriceInForce;

const word = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom('The quick brown fox', '你好，世界。', '<|endoftext|>', '{"a":"\\n"}', '  \n\n\t', 'ﷺ', '👩‍👩‍👧‍👦', 'x'.repeat(300)),
);
const texts = fc.array(word, { minLength: 1, maxLength: 6 });
const special = { disallowedSpecial: new Set<string>() };
const count = (s: string): number => countTokens(s, special);
const sum = (list: readonly string[]): number => list.reduce((n, s) => n + count(s), 0);
/** OpenAI cookbook, "How to count tokens with tiktoken": 3 a message and 3 for the answer's start */
const chatTokens = (list: readonly string[]): number => sum(list) + list.length * 4 + 3;

interface Case {
  operation: Operation;
  body: unknown;
  /** what the upstream will say it used */
  input: number;
  output: number;
}
const output = fc.record({ max: fc.nat(2000), share: fc.double({ min: 0, max: 1, noNaN: true }), n: fc.integer({ min: 1, max: 4 }) });
const CASES: Record<string, fc.Arbitrary<Case>> = {
  chat: fc.record({ texts, output, images: fc.nat(2), tools: fc.boolean() }).map(({ texts: list, output: o, images, tools }) => ({
    operation: 'chat',
    body: {
      model: 'm',
      messages: list.map((content, i) => ({
        role: 'user',
        content:
          i > 0 || images === 0
            ? content
            : [
                { type: 'text', text: content },
                ...Array.from({ length: images }, () => ({ type: 'image_url', image_url: { url: 'https://x/y' } })),
              ],
      })),
      max_tokens: o.max,
      n: o.n,
      ...(tools && { tools: [{ type: 'function', function: { name: 'f', parameters: {} } }] }),
    },
    input: chatTokens(list) + images * imageTokens('gpt-4o-mini') + (tools ? 530 : 0),
    output: Math.floor(o.max * o.n * o.share),
  })),
  completion: fc.record({ texts, output }).map(({ texts: list, output: o }) => ({
    operation: 'completion',
    body: { prompt: list, max_tokens: o.max, best_of: o.n },
    input: sum(list),
    output: Math.floor(o.max * o.n * list.length * o.share),
  })),
  response: fc.record({ texts, output }).map(({ texts: list, output: o }) => ({
    operation: 'response',
    body: { instructions: list[0], input: list.slice(1).join(''), max_output_tokens: o.max },
    input: chatTokens([list[0] as string, list.slice(1).join('')]),
    output: Math.floor(o.max * o.share),
  })),
  message: fc.record({ texts, output, tools: fc.boolean() }).map(({ texts: list, output: o, tools }) => ({
    operation: 'message',
    body: {
      system: [{ type: 'text', text: list[0], cache_control: { type: 'ephemeral', ttl: '1h' } }],
      messages: list.slice(1).map((content) => ({ role: 'user', content })),
      max_tokens: o.max,
      ...(tools && {
        tools: [
          { type: 'bash_20250124', name: 'bash' },
          { type: 'computer_20250124', name: 'computer' },
        ],
      }),
    },
    // docs "Tool use": system prompt 346, bash 245, computer 735
    input: chatTokens(list) + (tools ? 346 + 245 + 735 : 0),
    output: Math.floor(o.max * o.share),
  })),
  embedding: texts.map((list) => ({ operation: 'embedding', body: { input: list }, input: sum(list), output: 0 })),
};

/** The upstream's answer in its dialect, with the input spread over the cache classes. */
function answer(c: Case, a: number, b: number): unknown {
  const first = Math.floor(c.input * a);
  const second = Math.floor((c.input - first) * b);
  const thought = Math.floor(c.output * b);
  if (c.operation === 'message')
    return {
      usage: {
        input_tokens: c.input - first - second,
        cache_read_input_tokens: first,
        cache_creation_input_tokens: second,
        cache_creation: { ephemeral_1h_input_tokens: second },
        output_tokens: c.output,
      },
    };
  const details = { cached_tokens: first, cache_write_tokens: second };
  if (c.operation === 'response')
    return {
      usage: {
        input_tokens: c.input,
        output_tokens: c.output,
        input_tokens_details: details,
        output_tokens_details: { reasoning_tokens: thought },
        total_tokens: c.input + c.output,
      },
    };
  return {
    usage: {
      prompt_tokens: c.input,
      completion_tokens: c.output,
      prompt_tokens_details: details,
      completion_tokens_details: { reasoning_tokens: thought },
      total_tokens: c.input + c.output,
    },
  };
}

describe('what is reserved is never below what is settled', () => {
  const MODEL: ModelLimits = { contextWindow: 1_000_000, outputLimit: 4096, upstreamModel: 'gpt-4o-mini' };
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  it.each(Object.keys(CASES))('%s', (name) =>
    fc.assert(
      fc.property(CASES[name] as fc.Arbitrary<Case>, share, share, (c, a, b) => {
        const d = demand(c.operation, c.body);
        const bound = tokenBound(d, MODEL);
        const tap = tapFor(c.operation, false);
        tap.push(Buffer.from(JSON.stringify(answer(c, a, b))));
        const { tokens } = tap.usage(null);
        expect(c.input).toBeLessThanOrEqual(bound.input as number);
        expect(c.output).toBeLessThanOrEqual(bound.output as number);
        expect(costOf(tokens, PRICE) as number).toBeLessThanOrEqual(costBound(d, bound, PRICE) as number);
      }),
      { numRuns: 150 },
    ),
  );
  it('also by the exact count, which is tighter', async () => {
    await fc.assert(
      fc.asyncProperty(CASES['chat'] as fc.Arbitrary<Case>, async (c) => {
        const bytes = Buffer.from(JSON.stringify(c.body));
        const counted = (await countInput(bytes, 'gpt-4o-mini')) as number;
        expect(counted).toBeLessThanOrEqual(bytes.length);
        const bound = tokenBound({ ...demand(c.operation, c.body), bodyBytes: counted }, MODEL);
        expect(c.input).toBeLessThanOrEqual(bound.input as number);
      }),
      { numRuns: 100 },
    );
  });
});

describe('countInput', () => {
  it('counts as the tokenizer does, also in pieces', async () => {
    const prose = 'The quick brown fox jumps over the lazy dog. '.repeat(300);
    expect(await countInput(Buffer.from(prose), 'gpt-4o')).toBe(count(prose));
    expect(await countInput(Buffer.from('hello world'), 'gpt-4-0613')).toBe(2);
  });
  it('does not count for tokenizers it does not know, nor above 32 KiB', async () => {
    expect(await countInput(Buffer.from('hello world'), 'claude-sonnet-4-5')).toBeNull();
    expect(await countInput(Buffer.alloc(32 * 1024 + 1, 'a b '), 'gpt-4o')).toBeNull();
  });
  it('counts for a second at once, then for a tenth of the time', async () => {
    const share = new TimeShare();
    expect(share.allows(5_000)).toBe(true);
    share.spend(1_100);
    expect([share.allows(5_900), share.allows(6_100)]).toEqual([false, true]);
    share.spend(1e9);
    expect(await countInput(Buffer.from('hello world'), 'gpt-4o', share)).toBeNull();
  });
  it('takes names of special tokens for text', async () =>
    expect(await countInput(Buffer.from('<|endoftext|>'), 'gpt-4o')).toBeGreaterThan(1));
  it('is no way to block the process: one endless word in pieces', async () => {
    const tokens = await countInput(Buffer.alloc(32 * 1024, 'a'), 'gpt-5');
    expect(tokens).toBeGreaterThanOrEqual(4096);
  });
});

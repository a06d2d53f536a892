import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NO_TOKENS, type Tokens, totalTokens } from '#core/metric/tokens.js';
import { additiveTokens, inclusiveTokens, merged, timingTokens, type UsageObject } from './tokens.js';

const tokens = (t: Partial<Tokens>): Tokens => ({ ...NO_TOKENS, ...t });
type Row = [name: string, usage: UsageObject, tokens: Tokens, total: number];

/** Inclusive dialects. */
const INCLUSIVE: Row[] = [
  // OpenAI API reference, "The chat completion object", example
  [
    'OpenAI chat',
    {
      prompt_tokens: 19,
      completion_tokens: 10,
      total_tokens: 29,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0, accepted_prediction_tokens: 0, rejected_prediction_tokens: 0 },
    },
    tokens({ inputTokens: 19, inputAudioTokens: 0, cacheReadTokens: 0, outputTokens: 10, outputAudioTokens: 0, reasoningTokens: 0 }),
    29,
  ],
  // OpenAI guide "Prompt caching": cached_tokens are within prompt_tokens
  [
    'OpenAI, cached prompt',
    { prompt_tokens: 2006, completion_tokens: 300, total_tokens: 2306, prompt_tokens_details: { cached_tokens: 1920 } },
    tokens({ inputTokens: 86, cacheReadTokens: 1920, outputTokens: 300 }),
    2306,
  ],
  // openai-node 6, resources/completions.d.ts: cache_write_tokens are prompt tokens
  [
    'OpenAI, cache written',
    {
      prompt_tokens: 2000,
      completion_tokens: 1,
      total_tokens: 2001,
      prompt_tokens_details: { cached_tokens: 500, cache_write_tokens: 1200 },
    },
    tokens({ inputTokens: 300, cacheReadTokens: 500, cacheWrite5mTokens: 1200, outputTokens: 1 }),
    2001,
  ],
  // OpenAI guide "Audio": gpt-4o-audio, audio within both sides
  [
    'OpenAI audio',
    {
      prompt_tokens: 120,
      completion_tokens: 80,
      total_tokens: 200,
      prompt_tokens_details: { audio_tokens: 100, cached_tokens: 0 },
      completion_tokens_details: { audio_tokens: 60, reasoning_tokens: 0 },
    },
    tokens({ inputTokens: 20, inputAudioTokens: 100, cacheReadTokens: 0, outputTokens: 20, outputAudioTokens: 60, reasoningTokens: 0 }),
    200,
  ],
  // OpenAI guide "Reasoning models": reasoning is within completion_tokens (langfuse issue 11244 added it on top)
  [
    'OpenAI reasoning',
    { prompt_tokens: 75, completion_tokens: 1186, total_tokens: 1261, completion_tokens_details: { reasoning_tokens: 1024 } },
    tokens({ inputTokens: 75, outputTokens: 162, reasoningTokens: 1024 }),
    1261,
  ],
  // OpenAI API reference, "The response object", example
  [
    'OpenAI response',
    {
      input_tokens: 36,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 87,
      output_tokens_details: { reasoning_tokens: 64 },
      total_tokens: 123,
    },
    tokens({ inputTokens: 36, cacheReadTokens: 0, outputTokens: 23, reasoningTokens: 64 }),
    123,
  ],
  // OpenAI API reference, "Create embeddings": no completion at all, so by the total there is none
  ['OpenAI embedding', { prompt_tokens: 8, total_tokens: 8 }, tokens({ inputTokens: 8, outputTokens: 0 }), 8],
  // DeepSeek API, "Context caching": prompt_tokens = hit + miss
  [
    'DeepSeek',
    { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110, prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 36 },
    tokens({ inputTokens: 36, cacheReadTokens: 64, outputTokens: 10 }),
    110,
  ],
  // xAI docs "Reasoning": total_tokens = prompt + completion + reasoning
  [
    'xAI, reasoning beside the completion',
    { prompt_tokens: 37, completion_tokens: 530, total_tokens: 809, completion_tokens_details: { reasoning_tokens: 242 } },
    tokens({ inputTokens: 37, outputTokens: 530, reasoningTokens: 242 }),
    809,
  ],
  // Gemini's OpenAI endpoint: thinking only in the total
  [
    'Gemini, thinking only in the total',
    { prompt_tokens: 10, completion_tokens: 20, total_tokens: 130 },
    tokens({ inputTokens: 10, outputTokens: 20, reasoningTokens: 100 }),
    130,
  ],
  // gpt-image and xAI vision: image tokens within the input
  [
    'images',
    { input_tokens: 100, output_tokens: 5, total_tokens: 105, input_tokens_details: { text_tokens: 15, image_tokens: 85 } },
    tokens({ inputTokens: 15, imageTokens: 85, outputTokens: 5 }),
    105,
  ],
  [
    'more cached than sent',
    { prompt_tokens: 5, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 9 } },
    tokens({ inputTokens: 0, cacheReadTokens: 5, outputTokens: 1 }),
    6,
  ],
  [
    'more reasoning than output',
    { prompt_tokens: 5, completion_tokens: 1, completion_tokens_details: { reasoning_tokens: 9 } },
    tokens({ inputTokens: 5, outputTokens: 0, reasoningTokens: 1 }),
    6,
  ],
  // cached audio is in both figures: the dearer class keeps it
  [
    'audio that was cached',
    { prompt_tokens: 100, completion_tokens: 0, prompt_tokens_details: { audio_tokens: 90, cached_tokens: 50 } },
    tokens({ inputTokens: 0, inputAudioTokens: 90, cacheReadTokens: 10, outputTokens: 0 }),
    100,
  ],
];

/** Additive dialect: Anthropic docs, "Prompt caching", "Tracking cache performance" and "1-hour cache duration". */
const ADDITIVE: Row[] = [
  // "Messages", example
  ['plain', { input_tokens: 2095, output_tokens: 503 }, tokens({ inputTokens: 2095, outputTokens: 503 }), 2598],
  // total_input_tokens = cache_read_input_tokens + cache_creation_input_tokens + input_tokens
  [
    'read and written',
    { input_tokens: 50, cache_read_input_tokens: 100_000, cache_creation_input_tokens: 200, output_tokens: 503 },
    tokens({ inputTokens: 50, cacheReadTokens: 100_000, cacheWrite5mTokens: 200, outputTokens: 503 }),
    100_753,
  ],
  // the docs' own example of mixed lifetimes
  [
    'both lifetimes',
    {
      input_tokens: 2048,
      cache_read_input_tokens: 1800,
      cache_creation_input_tokens: 248,
      output_tokens: 503,
      cache_creation: { ephemeral_5m_input_tokens: 148, ephemeral_1h_input_tokens: 100 },
    },
    tokens({ inputTokens: 2048, cacheReadTokens: 1800, cacheWrite5mTokens: 148, cacheWrite1hTokens: 100, outputTokens: 503 }),
    4599,
  ],
  [
    'nulls, as in the SDK types',
    {
      input_tokens: 1,
      output_tokens: 2,
      cache_read_input_tokens: null,
      cache_creation_input_tokens: null,
      cache_creation: null,
      output_tokens_details: null,
    },
    tokens({ inputTokens: 1, outputTokens: 2 }),
    3,
  ],
  // @anthropic-ai/sdk 1.12, OutputTokensDetails: always ≤ output_tokens, which is inclusive
  [
    'thinking',
    { input_tokens: 1, output_tokens: 90, output_tokens_details: { thinking_tokens: 70 } },
    tokens({ inputTokens: 1, outputTokens: 20, reasoningTokens: 70 }),
    91,
  ],
  [
    'more for an hour than written at all',
    { input_tokens: 1, output_tokens: 1, cache_creation_input_tokens: 5, cache_creation: { ephemeral_1h_input_tokens: 9 } },
    tokens({ inputTokens: 1, outputTokens: 1, cacheWrite5mTokens: 0, cacheWrite1hTokens: 5 }),
    7,
  ],
];

describe('usage in disjoint classes', () => {
  it.each(INCLUSIVE)('inclusive: %s', (_name, usage, expected, total) => {
    expect(inclusiveTokens(usage)).toEqual(expected);
    expect(totalTokens(expected)).toBe(total);
  });
  it.each(ADDITIVE)('additive: %s', (_name, usage, expected, total) => {
    expect(additiveTokens(usage)).toEqual(expected);
    expect(totalTokens(expected)).toBe(total);
  });
  // llama.cpp tools/server/README.md: tokens in context = prompt_n + cache_n + predicted_n
  it('llama.cpp timings', () =>
    expect(timingTokens({ cache_n: 236, prompt_n: 1, predicted_n: 35, prompt_ms: 30.9, predicted_ms: 661 })).toEqual(
      tokens({ inputTokens: 1, cacheReadTokens: 236, outputTokens: 35 }),
    ));
  it.each([{}, { prompt_tokens: -1 }, { prompt_tokens: '7' }, { completion_tokens: 1.5 }, { prompt_tokens: null }])(
    'says nothing for %j',
    (u) => {
      expect(inclusiveTokens(u)).toBeUndefined();
      expect(additiveTokens(u)).toBeUndefined();
    },
  );
  it('keeps a side unknown that nobody stated', () => expect(inclusiveTokens({ prompt_tokens: 3 })).toEqual(tokens({ inputTokens: 3 })));

  const n = fc.option(fc.integer({ min: 0, max: 5000 }), { nil: null });
  it('the classes add up to what the provider says, whatever it says', () =>
    fc.assert(
      fc.property(fc.nat(4000), fc.nat(4000), n, n, n, n, n, (prompt, completion, cached, written, audio, reasoning, outAudio) => {
        const t = inclusiveTokens({
          prompt_tokens: prompt,
          completion_tokens: completion,
          total_tokens: prompt + completion,
          prompt_tokens_details: { cached_tokens: cached, audio_tokens: audio, cache_write_tokens: written },
          completion_tokens_details: { reasoning_tokens: reasoning, audio_tokens: outAudio },
        }) as Tokens;
        expect(totalTokens(t)).toBe(prompt + completion);
        expect(Math.min(...Object.values(t).map((v) => v ?? 0))).toBeGreaterThanOrEqual(0);
      }),
    ));
  it('later figures of a stream take nothing back', () =>
    expect(
      merged(
        { input_tokens: 9, cache_read_input_tokens: 4, output_tokens: 1 },
        { input_tokens: 0, cache_read_input_tokens: null, output_tokens: 12 },
      ),
    ).toEqual({
      input_tokens: 9,
      cache_read_input_tokens: 4,
      output_tokens: 12,
    }));
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { chatUsage, finishReason, mergeUsage, messageUsage, stopReason } from './usage.js';

describe('usage', () => {
  // Anthropic's prompt caching guide: total input = cache_read_input_tokens + cache_creation_input_tokens + input_tokens
  it('is additive at Anthropic and inclusive at OpenAI', () =>
    expect(
      chatUsage({
        input_tokens: 50,
        cache_read_input_tokens: 100_000,
        cache_creation_input_tokens: 248,
        cache_creation: { ephemeral_5m_input_tokens: 148, ephemeral_1h_input_tokens: 100 },
        output_tokens: 503,
        output_tokens_details: { thinking_tokens: 300 },
      }),
    ).toEqual({
      prompt_tokens: 100_298,
      completion_tokens: 503,
      total_tokens: 100_801,
      prompt_tokens_details: { cached_tokens: 100_000, cache_write_tokens: 248 },
      completion_tokens_details: { reasoning_tokens: 300 },
      cache_creation_input_tokens: 248,
      cache_creation: { ephemeral_5m_input_tokens: 148, ephemeral_1h_input_tokens: 100 },
    }));
  // OpenAI's prompt caching guide: prompt_tokens 2006, of which cached_tokens 1920; completion_tokens 300
  it('takes what was cached out of OpenAI’s input', () =>
    expect(
      messageUsage({
        prompt_tokens: 2006,
        completion_tokens: 300,
        total_tokens: 2306,
        prompt_tokens_details: { cached_tokens: 1920 },
        completion_tokens_details: { reasoning_tokens: 0 },
      }),
    ).toEqual({
      input_tokens: 86,
      output_tokens: 300,
      cache_read_input_tokens: 1920,
      cache_creation_input_tokens: null,
      output_tokens_details: { thinking_tokens: 0 },
      server_tool_use: null,
    }));
  it('says nothing of what nobody said', () => {
    expect([chatUsage(undefined), chatUsage({}), chatUsage({ input_tokens: 'x' })]).toEqual([undefined, undefined, undefined]);
    expect(messageUsage(undefined)).toMatchObject({ input_tokens: 0, output_tokens: 0, cache_read_input_tokens: null });
  });
  it('is the same after a way to the other dialect and back', () => {
    const n = fc.nat({ max: 1_000_000 });
    const usage = fc.record({ input_tokens: n, output_tokens: n, cache_read_input_tokens: n, cache_creation_input_tokens: n });
    fc.assert(fc.property(usage, (u) => expect(messageUsage(chatUsage(u))).toMatchObject(u)));
  });
  it('keeps what a later event leaves out', () =>
    expect(mergeUsage({ input_tokens: 5, output_tokens: 1 }, { input_tokens: null, output_tokens: 9 })).toEqual({
      input_tokens: 5,
      output_tokens: 9,
    }));
});

describe('reasons to stop', () => {
  it.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['pause_turn', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['tool_use', 'tool_calls'],
    ['refusal', 'content_filter'],
    [null, 'stop'],
  ])('%s is %s', (stop, finish) => expect(finishReason(stop)).toBe(finish));
  it.each([
    ['stop', false, 'end_turn'],
    ['stop', true, 'tool_use'],
    ['length', true, 'max_tokens'],
    ['tool_calls', true, 'tool_use'],
    ['function_call', true, 'tool_use'],
    ['content_filter', false, 'refusal'],
    ['eos', false, 'end_turn'],
  ])('%s (tools: %s) is %s', (finish, tools, stop) => expect(stopReason(finish, tools)).toBe(stop));
});

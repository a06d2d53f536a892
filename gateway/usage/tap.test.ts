import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { JsonTap, SseTap } from './tap.js';
import { tokensIn } from './tokens.js';

const STREAM = [
  'data: {"choices":[{"delta":{"content":"say \\"usage\\": {\\"prompt_tokens\\":1}"}}],"usage":null}\n\n',
  ': comment\n\n',
  'data: {"choices":[{"delta":{"content":"grüße"}}]}\r\n\r\n',
  'data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":3},"completion_tokens_details":{"reasoning_tokens":2}}}\n\n',
  'data: [DONE]\n\n',
].join('');
const EXPECTED = { inputTokens: 7, outputTokens: 5, cacheReadTokens: 3, reasoningTokens: 2 };

describe('tokensIn', () => {
  it('reads OpenAI usage', () =>
    expect(tokensIn('{"usage": {"prompt_tokens":1,"completion_tokens":2,"prompt_tokens_details":null}}')).toEqual({
      inputTokens: 1,
      outputTokens: 2,
      cacheReadTokens: null,
      reasoningTokens: null,
    }));
  it('reads an embedding usage without completion tokens', () =>
    expect(tokensIn('{"usage":{"prompt_tokens":4,"total_tokens":4}}')?.outputTokens).toBeNull());
  it('reads the figures of llama.cpp', () =>
    expect(tokensIn('{"timings":{"cache_n":4,"prompt_n":6,"predicted_n":9}}')).toEqual({
      inputTokens: 10,
      outputTokens: 9,
      cacheReadTokens: 4,
      reasoningTokens: null,
    }));
  it.each([
    '',
    '{}',
    '{"usage":null}',
    '{"usage":{}}',
    '{"usage":{"prompt_tokens":',
    '{"usage":{"prompt_tokens":-1}}',
    '{"a":"\\"usage\\":{\\"prompt_tokens\\":1}"}',
  ])('says nothing for %s', (t) => expect(tokensIn(t)).toBeUndefined());
});

describe('SseTap', () => {
  it('finds the same in any cutting of the bytes', () => {
    const bytes = Buffer.from(STREAM);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sizes) => {
        const tap = new SseTap();
        for (let at = 0, n = 0; at < bytes.length; n++) {
          const size = sizes[n % sizes.length] as number;
          tap.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect([tap.tokens(), tap.done, tap.atBoundary]).toEqual([EXPECTED, true, true]);
      }),
    );
  });
  it('knows when a frame is half sent', () => {
    const tap = new SseTap();
    tap.push(Buffer.from('data: {"a"'));
    expect(tap.atBoundary).toBe(false);
    tap.push(Buffer.from(':1}\n'));
    expect(tap.atBoundary).toBe(false);
    tap.push(Buffer.from('\n'));
    expect([tap.atBoundary, tap.done]).toEqual([true, false]);
  });
});

describe('JsonTap', () => {
  it('finds usage behind megabytes of answer', () => {
    const tap = new JsonTap();
    for (let i = 0; i < 50; i++) tap.push(Buffer.alloc(100_000, '1'));
    tap.push(Buffer.from('],"usage":{"prompt_to'));
    tap.push(Buffer.from('kens":9,"total_tokens":9}}'));
    expect(tap.tokens().inputTokens).toBe(9);
  });
});

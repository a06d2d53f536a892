import { describe, expect, it } from '@jest/globals';
import { classify, mayTryAgain } from './failure.js';

describe('whose fault an answer is', () => {
  // texts: OpenAI error codes guide; Anthropic errors page and console messages; OpenRouter and DeepSeek error pages
  it.each([
    [200, '', 'ok'],
    [400, '{"error":{"message":"Invalid value for temperature"}}', 'caller'],
    [404, '', 'caller'],
    [413, '', 'caller'],
    [422, '', 'caller'],
    [429, '{"error":{"code":"rate_limit_exceeded"}}', 'rate-limit'],
    [429, '{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}', 'quota'],
    [400, '{"error":{"message":"Your credit balance is too low to access the Anthropic API."}}', 'quota'],
    [400, '{"error":{"message":"You have reached your specified API usage limits."}}', 'quota'],
    [402, '', 'quota'],
    [402, '{"error":{"message":"Insufficient Balance"}}', 'quota'],
    [401, '', 'credential'],
    [403, '', 'credential'],
    [408, '', 'transient'],
    [500, '', 'transient'],
    [503, 'usage limit', 'transient'],
    [529, '', 'transient'],
    [null, '', 'transient'],
    [301, '', 'unknown'],
    [501, '', 'unknown'],
  ] as const)('%s %s is %s', (status, body, outcome) => expect(classify(status, body)).toBe(outcome));

  it('a fault of the caller is never tried elsewhere, all else is', () => {
    expect([400, 422, 200, 429, 402, 401, 500].filter((s) => mayTryAgain(classify(s)))).toEqual([429, 402, 401, 500]);
  });
  it('looks at the beginning of a long body only', () => {
    expect(classify(400, `${'x'.repeat(1_000_000)} usage limit`)).toBe('caller');
  });
});

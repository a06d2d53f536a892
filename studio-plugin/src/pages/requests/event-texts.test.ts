import { describe, expect, test } from '@jest/globals';
import { usageEvent, type UsageEvent } from '#core/metric/schema.js';
import { noCost, tokensOf } from './event-texts.js';

const event = (patch: Partial<UsageEvent>): UsageEvent =>
  usageEvent.parse({
    ...{
      id: '1',
      at: '2026-01-02T12:00:00Z',
      environment: 'production',
      deployment: 'chat',
      revision: 'd',
      modelId: 'a/b',
      modelVersion: '1',
    },
    ...{ provider: 'a', key: 'k', operation: 'chat', stream: false, purpose: 'user', status: 'ok', httpStatus: 200, error: null },
    ...{ inputTokens: 10, cacheReadTokens: null, outputTokens: 5, reasoningTokens: null, latencyMs: 1, firstByteMs: 1, attempts: 1 },
    ...patch,
  });

describe('tokens of a side', () => {
  test('are the sum of its classes, each counted once', () => {
    const e = event({ cacheReadTokens: 100, cacheWrite1hTokens: 7, imageTokens: 3, reasoningTokens: 20, outputAudioTokens: 2 });
    expect([tokensOf(e, 'input'), tokensOf(e, 'output')]).toEqual([120, 27]);
  });
  test('are unknown and not 0 when nobody said', () => {
    expect(tokensOf(event({ inputTokens: null, cacheReadTokens: 5 }), 'input')).toBeNull();
  });
});

describe('a cost that is unknown', () => {
  test.each([
    [{}, 'unpriced', 'a/b'],
    [{ outputTokens: null }, 'no data', 'said nothing'],
    [{ inputTokens: null, outputTokens: null, status: 'lost' as const }, 'no data', 'died'],
    [{ inputTokens: null, outputTokens: null, status: 'refused' as const }, 'no data', 'No model was called'],
  ])('%j is %s', (patch, word, reason) => {
    expect(noCost(event(patch)).word).toBe(word);
    expect(noCost(event(patch)).reason).toContain(reason);
  });
});

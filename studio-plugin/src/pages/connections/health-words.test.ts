import { expect, test } from '@jest/globals';
import type { ConnectionHealth } from '#core/connection/schema.js';
import { healthWords } from './health-words.js';

const seen = (breaker: ConnectionHealth['breaker']): ConnectionHealth => ({
  ...{ connection: 'a', modelId: `a/${breaker}`, breaker, reason: null, openUntil: null, latencyMs: null, errorRate: null, n: 0 },
});

test.each([
  [[], 'no calls yet'],
  [['closed'], 'closed for 1 model'],
  [['closed', 'half-open'], 'half-open for 1 of 2 models'],
  [['half-open', 'open', 'closed', 'open'], 'open for 2 of 4 models'],
] as const)('%j is "%s"', (breakers, word) => expect(healthWords(breakers.map(seen)).word).toBe(word));

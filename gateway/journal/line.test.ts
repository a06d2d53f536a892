import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { UNKNOWN_YET } from '#core/metric/blank.js';
import { usageEvent } from '#core/metric/schema.js';
import { decodeLine, encodeLine, type JournalEvent } from './line.js';

const text = fc.string({ unit: 'binary', maxLength: 40 });
const count = fc.nat({ max: 1_000_000_000 });
const ms = fc.double({ min: 0, max: 1e7, noNaN: true });
const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of, { nil: null });
const attempt = fc.record({
  ...{ deployment: text, revision: text, provider: text, connection: maybe(text), startedMs: ms, durationMs: ms },
  ...{ outcome: fc.constantFrom('answered', 'failed'), httpStatus: maybe(count), error: maybe(text) },
});
const values: Record<keyof JournalEvent, fc.Arbitrary<unknown>> = {
  ...{ id: text, at: fc.constant('2026-11-25T08:00:00.000Z'), tenant: text, scope: text, environment: text, deployment: text },
  ...{ policy: maybe(text), revision: text, modelId: text, modelVersion: text, provider: text, connection: maybe(text), key: text },
  ...{ user: maybe(text), operation: fc.constantFrom('chat', 'message'), stream: fc.boolean(), purpose: text },
  ...{ status: fc.constantFrom('ok', 'lost'), httpStatus: maybe(count), error: maybe(text), finishReason: maybe(text) },
  ...{ inputTokens: maybe(count), cacheReadTokens: maybe(count), cacheWrite5mTokens: maybe(count), cacheWrite1hTokens: maybe(count) },
  ...{ outputTokens: maybe(count), reasoningTokens: maybe(count), inputAudioTokens: maybe(count), outputAudioTokens: maybe(count) },
  ...{ imageTokens: maybe(count), usageSource: maybe(fc.constantFrom('provider', 'bound')), cost: maybe(count), priceVersion: maybe(text) },
  ...{ latencyMs: maybe(ms), firstByteMs: maybe(ms), overheadMs: maybe(ms), attempts: count, tries: fc.array(attempt, { maxLength: 3 }) },
  ...{ routeReason: maybe(text), workflow: maybe(text), run: maybe(text), node: maybe(text), trace: maybe(text) },
};

it('knows every field of the schema', () => {
  expect(Object.keys(values).sort()).toEqual([...Object.keys(usageEvent.shape), 'tenant', 'scope'].sort());
});

it('gives back every field as it was, whatever is in its text', () => {
  fc.assert(
    fc.property(fc.record(values) as fc.Arbitrary<JournalEvent>, fc.constantFrom('s' as const, 'e' as const), (event, k) => {
      const line = encodeLine({ k, event });
      expect(line.indexOf('\n')).toBe(line.length - 1);
      // through bytes, as the journal does
      expect(decodeLine(Buffer.from(line).toString().slice(0, -1))).toEqual({ k, event: JSON.parse(JSON.stringify(event)) as unknown });
    }),
    { numRuns: 300 },
  );
});

it('leaves out what is not known', () => {
  const base = JSON.parse(JSON.stringify(fc.sample(fc.record(values), 1)[0])) as JournalEvent;
  expect(encodeLine({ k: 's', event: { ...base, ...UNKNOWN_YET, tries: [] } })).not.toContain('null');
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { UNKNOWN_YET } from '#core/metric/blank.js';
import type { UsageAttempt, UsageEvent } from '#core/metric/schema.js';
import { clientAttributes, serverAttributes } from './conventions.js';
import { parseTraceparent, traceparent } from './traceparent.js';

const attempt = (o: Partial<UsageAttempt> = {}): UsageAttempt => ({
  deployment: 'd',
  revision: 'r',
  provider: 'google',
  connection: 'main',
  startedMs: 2,
  durationMs: 30,
  outcome: 'answered',
  httpStatus: 200,
  error: null,
  ...o,
});
const event = (o: Partial<UsageEvent> = {}): UsageEvent & { tenant: string } => ({
  ...UNKNOWN_YET,
  id: 'req_1',
  tenant: 'acme',
  at: '2026-11-25T00:00:00.000Z',
  environment: 'production',
  deployment: 'd',
  revision: 'r',
  modelId: 'google/gemini',
  modelVersion: '1',
  provider: 'google',
  key: 'k',
  operation: 'completion',
  stream: true,
  purpose: 'user',
  status: 'ok',
  httpStatus: 200,
  latencyMs: 40,
  firstByteMs: 12,
  attempts: 2,
  tries: [attempt({ outcome: 'failed', httpStatus: 503, error: 'busy' }), attempt()],
  ...o,
});

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

describe('traceparent', () => {
  it('comes back as it was', () => {
    const id = (length: number) =>
      fc.string({ unit: fc.constantFrom(...'0123456789abcdef'.split('')), minLength: length, maxLength: length });
    fc.assert(
      fc.property(id(32), id(16), fc.boolean(), (traceId, spanId, sampled) => {
        fc.pre(!/^0+$/.test(traceId) && !/^0+$/.test(spanId));
        expect(parseTraceparent(traceparent({ traceId, spanId, sampled }))).toEqual({ traceId, spanId, sampled });
      }),
    );
  });
  it.each([
    ['nothing', undefined],
    ['rubbish', 'hello'],
    ['upper case', `00-${TRACE.toUpperCase()}-${PARENT}-01`],
    ['the forbidden version', `ff-${TRACE}-${PARENT}-01`],
    ['more than version 00 has', `00-${TRACE}-${PARENT}-01-more`],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${PARENT}-01`],
    ['a span id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
  ])('is not taken from %s', (_what, header) => expect(parseTraceparent(header)).toBeUndefined());
  it('of a later version is read by its known part', () =>
    expect(parseTraceparent(`42-${TRACE}-${PARENT}-03-new`)).toEqual({ traceId: TRACE, spanId: PARENT, sampled: true }));
});

describe('attributes', () => {
  it('count tokens inclusively, as the conventions do, and only on the attempt that answered', () => {
    const e = event({
      inputTokens: 10,
      cacheReadTokens: 5,
      cacheWrite5mTokens: 2,
      outputTokens: 7,
      reasoningTokens: 3,
      finishReason: 'stop',
    });
    expect(clientAttributes(e, attempt(), 2, 'https://api.example.com')).toMatchObject({
      'gen_ai.usage.input_tokens': 17,
      'gen_ai.usage.output_tokens': 10,
      'gen_ai.usage.cache_read.input_tokens': 5,
      'gen_ai.usage.cache_creation.input_tokens': 2,
      'gen_ai.usage.reasoning.output_tokens': 3,
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.response.time_to_first_chunk': 0.01,
      'server.address': 'api.example.com',
      'server.port': 443,
    });
    const failed = clientAttributes(e, attempt({ outcome: 'failed', httpStatus: null }), 1, undefined);
    expect(failed['error.type']).toBe('failed');
    expect(Object.keys(failed).some((k) => k.startsWith('gen_ai.usage'))).toBe(false);
  });
  it('say nothing where nothing is known', () => {
    const attributes = serverAttributes(event(), '/v1/completions');
    expect(attributes).not.toHaveProperty('auterity.cost.usd');
    expect(serverAttributes(event({ cost: 1_500_000 }), '/x')['auterity.cost.usd']).toBe(0.0015);
    expect(clientAttributes(event(), attempt(), 1, undefined)).not.toHaveProperty('gen_ai.usage.input_tokens');
  });
});

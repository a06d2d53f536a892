import { describe, expect, it } from '@jest/globals';
import { UNKNOWN_YET } from '#core/metric/blank.js';
import type { UsageEvent } from '#core/metric/schema.js';
import { Metrics, type MetricsSources } from './metrics.js';

const event = (o: Partial<UsageEvent> = {}): UsageEvent => ({
  ...UNKNOWN_YET,
  tries: [],
  id: 'req_1',
  at: '2026-11-25T00:00:00.000Z',
  environment: 'production',
  deployment: 'd',
  revision: 'r',
  modelId: 'openai/gpt',
  modelVersion: '1',
  provider: 'openai',
  key: 'secret-key-id',
  operation: 'chat',
  stream: false,
  purpose: 'user',
  status: 'ok',
  httpStatus: 200,
  latencyMs: 25,
  firstByteMs: 20,
  overheadMs: 0.4,
  attempts: 1,
  ...o,
});
const sources = (o: Partial<MetricsSources> = {}): MetricsSources => ({
  breakers: () => [],
  journal: () => ({ backlogBytes: 0, behindMs: 0, failures: 0 }),
  owedLines: () => 0,
  routingAgeMs: () => null,
  keys: () => 0,
  spansDropped: () => 0,
  payloadsDropped: () => 0,
  ...o,
});
const lines = async (m: Metrics, name: string): Promise<string[]> =>
  (await m.text()).body.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));

describe('the metrics', () => {
  it('count calls, tokens, dollars and what has no price, the same at each scrape', async () => {
    const m = new Metrics(sources());
    m.observe(event({ inputTokens: 10, cacheReadTokens: 4, outputTokens: 3, cost: 2_500_000 }));
    m.observe(event({ inputTokens: 1, stream: true }));
    m.observe(event({ status: 'limited', httpStatus: 429, latencyMs: null, firstByteMs: null, overheadMs: null }));
    for (let scrape = 0; scrape < 2; scrape++) {
      expect(await lines(m, 'modelhub_requests_total')).toEqual([
        'modelhub_requests_total{operation="chat",provider="openai",model="openai/gpt",status="ok",stream="json"} 1',
        'modelhub_requests_total{operation="chat",provider="openai",model="openai/gpt",status="ok",stream="sse"} 1',
        'modelhub_requests_total{operation="chat",provider="openai",model="openai/gpt",status="limited",stream="json"} 1',
      ]);
      expect(await lines(m, 'modelhub_tokens_total')).toEqual([
        'modelhub_tokens_total{class="input",model="openai/gpt"} 11',
        'modelhub_tokens_total{class="cacheRead",model="openai/gpt"} 4',
        'modelhub_tokens_total{class="output",model="openai/gpt"} 3',
      ]);
      expect(await lines(m, 'modelhub_cost_dollars_total')).toEqual(['modelhub_cost_dollars_total{model="openai/gpt"} 0.0025']);
      expect(await lines(m, 'modelhub_unpriced_requests_total')).toEqual(['modelhub_unpriced_requests_total{model="openai/gpt"} 1']);
    }
    expect(await lines(m, 'modelhub_call_duration_seconds_count')).toEqual([
      'modelhub_call_duration_seconds_count{stream="json"} 1',
      'modelhub_call_duration_seconds_count{stream="sse"} 1',
    ]);
    expect(await lines(m, 'modelhub_overhead_seconds_bucket')).toContain('modelhub_overhead_seconds_bucket{le="0.0005",stream="json"} 1');
  });
  it('do not grow with names, and lose no call over it', async () => {
    const m = new Metrics(sources());
    for (let n = 0; n < 3_000; n++) m.observe(event({ modelId: `x/${n}` }));
    m.observe(event({ modelId: `x/${'long'.repeat(100)}` }));
    const counted = await lines(m, 'modelhub_requests_total');
    expect(counted.length).toBeLessThanOrEqual(501);
    expect(counted).toContain('modelhub_requests_total{operation="chat",provider="other",model="other",status="ok",stream="json"} 2501');
  });
  it('ask for the state of things when they are scraped, and never name a key', async () => {
    let age: number | null = 2_000;
    const m = new Metrics(
      sources({
        breakers: () => [{ connection: 'c', model: 'm', state: 'open' }],
        journal: () => ({ backlogBytes: 7, behindMs: 1_500, failures: 3 }),
        routingAgeMs: () => age,
        keys: () => 5,
      }),
    );
    m.observe(event({ user: 'a person', error: 'free text' }));
    m.limit('denied');
    const { body, contentType } = await m.text();
    expect(contentType).toContain('text/plain');
    for (const line of [
      'modelhub_breaker_state{connection="c",model="m"} 2',
      'modelhub_journal_backlog_bytes 7',
      'modelhub_journal_behind_seconds 1.5',
      'modelhub_applier_failures 3',
      'modelhub_routing_age_seconds 2',
      'modelhub_keys 5',
      'modelhub_limit_outcomes_total{outcome="denied"} 1',
      'modelhub_limit_outcomes_total{outcome="open"} 0',
    ])
      expect(body.split('\n')).toContain(line);
    expect(body).toContain('nodejs_eventloop_lag_seconds');
    expect(body).not.toMatch(/secret-key-id|a person|free text/);
    age = null;
    expect(await lines(m, 'modelhub_routing_age_seconds')).toEqual([]);
  });
});

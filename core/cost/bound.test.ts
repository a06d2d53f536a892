import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Prices } from '#core/catalog/schema.js';
import { NO_TOKENS, type Tokens } from '#core/metric/tokens.js';
import { costBound, type Demand, type ModelLimits, tokenBound, tokenEstimate } from './bound.js';
import { compilePrices, costOf, type PriceInForce } from './price.js';

const PLAIN: Demand = {
  operation: 'chat',
  bodyBytes: 1000,
  maxOutput: 100,
  answers: 1,
  images: 0,
  tools: false,
  audio: false,
  hourCache: false,
  prediction: false,
  elsewhere: false,
};
const MODEL: ModelLimits = { contextWindow: 128_000, outputLimit: 16_384, upstreamModel: 'gpt-4o' };
const UNKNOWN: ModelLimits = { contextWindow: null, outputLimit: null, upstreamModel: 'x' };
const FROM = '2026-01-01T00:00:00Z';
const priced = (prices: Prices, above?: { aboveContextTokens: number; prices: Prices }): PriceInForce =>
  compilePrices([{ effectiveFrom: FROM, prices, ...(above && { tiers: [above] }) }]).at(Date.parse(FROM)) as PriceInForce;

describe('tokenBound', () => {
  const ROWS: [string, Partial<Demand>, ModelLimits, { input: number | null; output: number | null }][] = [
    ['bytes and template, and the limit of the request', {}, MODEL, { input: 1256, output: 100 }],
    ['each answer has the limit', { answers: 4 }, MODEL, { input: 1256, output: 400 }],
    ['no limit in the request: that of the model', { maxOutput: null }, MODEL, { input: 1256, output: 16_384 }],
    ['none of the model: its window', { maxOutput: null }, { ...MODEL, outputLimit: 0 }, { input: 1256, output: 128_000 }],
    ['nothing known: open', { maxOutput: null }, UNKNOWN, { input: 1256, output: null }],
    ['a limit beyond the window', { maxOutput: 1e9 }, MODEL, { input: 1256, output: 128_000 }],
    ['the request may say more than the catalog', { maxOutput: 20_000 }, MODEL, { input: 1256, output: 20_000 }],
    ['a large body: the window', { bodyBytes: 1e7 }, MODEL, { input: 128_000, output: 100 }],
    ['a window that nobody knows bounds nothing', { bodyBytes: 1e7 }, UNKNOWN, { input: 1e7 + 256, output: 100 }],
    ['tools', { tools: true }, MODEL, { input: 1256 + 2304, output: 100 }],
    ['two images', { images: 2 }, MODEL, { input: 1256 + 32_768, output: 100 }],
    [
      'an image for gpt-4o-mini',
      { images: 1 },
      { ...MODEL, upstreamModel: 'gpt-4o-mini-2024-07-18' },
      { input: 1256 + 48_169, output: 100 },
    ],
    ['input that is not in the body', { elsewhere: true }, MODEL, { input: 128_000, output: 100 }],
    ['the same, window unknown: open', { elsewhere: true }, UNKNOWN, { input: null, output: 100 }],
    ['a prediction is output at worst', { prediction: true }, MODEL, { input: 1256, output: 1100 }],
    [
      'embeddings: many texts, each with its own window',
      { operation: 'embedding', bodyBytes: 500_000 },
      { ...MODEL, contextWindow: 8191 },
      { input: 500_000, output: 0 },
    ],
    ['counting is free', { operation: 'countTokens' }, UNKNOWN, { input: 0, output: 0 }],
  ];
  it.each(ROWS)('%s', (_n, d, model, bound) => expect(tokenBound({ ...PLAIN, ...d }, model)).toEqual(bound));
});

describe('costBound', () => {
  const bound = { input: 1000, output: 100 };
  it('takes the dearest class that can occur', () => {
    const sonnet = priced({ input: 3e9, output: 15e9, cacheRead: 3e8, cacheWrite: 3.75e9 });
    expect(costBound(PLAIN, bound, sonnet)).toBe(3_750_000 + 1_500_000);
    expect(costBound({ audio: false, hourCache: true }, bound, sonnet)).toBe(6_000_000 + 1_500_000);
    const audio = priced({ input: 2.5e9, output: 10e9, inputAudio: 40e9, outputAudio: 80e9 });
    expect(costBound(PLAIN, bound, audio)).toBe(2_500_000 + 1_000_000);
    expect(costBound({ audio: true, hourCache: false }, bound, audio)).toBe(40_000_000 + 8_000_000);
  });
  it('takes a dearer tier only when it can be reached', () => {
    const gemini = priced({ input: 1e9, output: 1e9 }, { aboveContextTokens: 1000, prices: { input: 2e9, output: 2e9 } });
    expect(costBound(PLAIN, { input: 1000, output: 0 }, gemini)).toBe(1_000_000);
    expect(costBound(PLAIN, { input: 1001, output: 0 }, gemini)).toBe(2_002_000);
  });
  it('keeps the base price when a tier is cheaper', () => {
    const odd = priced({ input: 2e9, output: 0 }, { aboveContextTokens: 10, prices: { input: 1e9, output: 0 } });
    expect(costBound(PLAIN, { input: 1000, output: 0 }, odd)).toBe(2_000_000);
  });
  it('is open when the tokens are, unpriced without a price, 0 when it is free', () => {
    expect(costBound(PLAIN, { input: null, output: 1 }, priced({ input: 1, output: 1 }))).toBeNull();
    expect(costBound(PLAIN, { input: 1, output: null }, priced({ input: 1, output: 1 }))).toBeNull();
    expect(costBound(PLAIN, bound, null)).toBeNull();
    expect(costBound(PLAIN, bound, priced({ input: 1 }))).toBeNull();
    expect(costBound(PLAIN, { input: 1000, output: 0 }, priced({ input: 2_000_000 }))).toBe(2000);
    expect(costBound(PLAIN, bound, priced({ input: 0, output: 0 }))).toBe(0);
  });
  it('is never below what is settled, however the tokens fall into classes', () => {
    const nano = fc.nat(1e11);
    const some = fc.option(nano, { nil: undefined });
    const prices = fc
      .record({
        input: nano,
        output: nano,
        cacheRead: some,
        cacheWrite: some,
        cacheWrite1h: some,
        reasoning: some,
        inputAudio: some,
        outputAudio: some,
      })
      .map((p) => Object.fromEntries(Object.entries(p).filter(([, v]) => v !== undefined)) as Prices);
    const parts = fc.array(fc.nat(100_000), { minLength: 9, maxLength: 9 });
    fc.assert(
      fc.property(prices, prices, fc.nat(300_000), parts, fc.boolean(), fc.boolean(), (base, tier, above, n, audio, hourCache) => {
        const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0] = n;
        const used: Tokens = {
          ...NO_TOKENS,
          inputTokens: a,
          cacheReadTokens: b,
          cacheWrite5mTokens: c,
          imageTokens: d,
          cacheWrite1hTokens: hourCache ? e : 0,
          inputAudioTokens: audio ? f : 0,
          outputTokens: g,
          reasoningTokens: h,
          outputAudioTokens: audio ? i : 0,
        };
        const price = priced(base, { aboveContextTokens: above + 1, prices: tier });
        const settled = costOf(used, price);
        const most = { input: a + b + c + d + (hourCache ? e : 0) + (audio ? f : 0), output: g + h + (audio ? i : 0) };
        if (settled !== null) expect(costBound({ audio, hourCache }, most, price)).toBeGreaterThanOrEqual(settled);
      }),
      { numRuns: 1000 },
    );
  });
});

it('tokenEstimate: four bytes to a token, rounded up', () => expect([0, 1, 4, 5].map(tokenEstimate)).toEqual([0, 1, 1, 2]));

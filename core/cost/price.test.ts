import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PriceBookEntry, Prices } from '#core/catalog/schema.js';
import { NO_TOKENS, TOKEN_CLASSES, type TokenClass, type Tokens } from '#core/metric/tokens.js';
import { compilePrices, costOf, type PriceInForce } from './price.js';

const FROM = '2026-01-01T00:00:00Z';
const NOW = Date.parse('2026-06-01T00:00:00Z');
const book = (prices: Prices, tiers?: PriceBookEntry['tiers']): PriceBookEntry[] => [
  { effectiveFrom: FROM, prices, ...(tiers && { tiers }) },
];
const inForce = (prices: Prices, tiers?: PriceBookEntry['tiers']): PriceInForce =>
  compilePrices(book(prices, tiers)).at(NOW) as PriceInForce;
const tokens = (t: Partial<Tokens>): Tokens => ({ ...NO_TOKENS, inputTokens: 0, outputTokens: 0, ...t });

/** Claude Sonnet 4.5: Anthropic docs, "Pricing": $3, $15, reads $0.30, writes $3.75 (5 min) and $6 (1 h) per million. */
const SONNET = { input: 3e9, output: 15e9, cacheRead: 3e8, cacheWrite: 3.75e9 };
/** GPT-4o: OpenAI "Pricing": $2.50, cached $1.25, $10. */
const GPT4O = { input: 2.5e9, output: 10e9, cacheRead: 1.25e9 };
/** GPT-4o audio preview: OpenAI "Pricing": text $2.50/$10, audio $40/$80. */
const AUDIO = { input: 2.5e9, output: 10e9, inputAudio: 40e9, outputAudio: 80e9 };
/** Gemini 2.5 Pro: Google "Gemini API pricing": $1.25/$10 up to 200k tokens of prompt, $2.50/$15 above. */
const GEMINI: [Prices, PriceBookEntry['tiers']] = [
  { input: 1.25e9, output: 10e9, cacheRead: 1.25e8 },
  [{ aboveContextTokens: 200_000, prices: { input: 2.5e9, output: 15e9, cacheRead: 2.5e8 } }],
];

describe('costOf', () => {
  const ROWS: [string, PriceInForce, Partial<Tokens>, number | null][] = [
    [
      'GPT-4o, half the prompt cached',
      inForce(GPT4O),
      { inputTokens: 1000, cacheReadTokens: 1000, outputTokens: 100 },
      2_500_000 + 1_250_000 + 1_000_000,
    ],
    [
      'Sonnet, five-minute write',
      inForce(SONNET),
      { inputTokens: 10, cacheWrite5mTokens: 2000, outputTokens: 1 },
      30_000 + 7_500_000 + 15_000,
    ],
    ['Sonnet, one-hour write: $6 per million', inForce(SONNET), { cacheWrite1hTokens: 1000 }, 6_000_000],
    ['a price of its own for hour writes', inForce({ ...SONNET, cacheWrite1h: 7e9 }), { cacheWrite1hTokens: 1000 }, 7_000_000],
    ['writes without any price: input', inForce(GPT4O), { cacheWrite5mTokens: 1000, cacheWrite1hTokens: 1000 }, 5_000_000],
    ['reads without a price: input', inForce({ input: 1e9, output: 1e9 }), { cacheReadTokens: 1000 }, 1_000_000],
    ['reasoning is output', inForce(GPT4O), { reasoningTokens: 1000 }, 10_000_000],
    ['reasoning with a price of its own', inForce({ ...GPT4O, reasoning: 20e9 }), { reasoningTokens: 1000 }, 20_000_000],
    ['images are input', inForce(GPT4O), { imageTokens: 85 }, 212_500],
    ['audio', inForce(AUDIO), { inputTokens: 10, inputAudioTokens: 10, outputAudioTokens: 10 }, 25_000 + 400_000 + 800_000],
    ['audio without a price is unpriced', inForce(GPT4O), { inputAudioTokens: 1 }, null],
    ['no audio tokens need no price', inForce(GPT4O), { inputTokens: 2, inputAudioTokens: 0 }, 5000],
    ['output without a price is unpriced', inForce({ input: 1e9 }), { inputTokens: 1, outputTokens: 1 }, null],
    ['free is a price', inForce({ input: 0, output: 0 }), { inputTokens: 1e6, outputTokens: 1e6 }, 0],
    [
      'Gemini at 200,000 tokens',
      inForce(...GEMINI),
      { inputTokens: 100_000, cacheReadTokens: 100_000, outputTokens: 1 },
      125_000_000 + 12_500_000 + 10_000,
    ],
    [
      'Gemini above, counting cached ones',
      inForce(...GEMINI),
      { inputTokens: 100_000, cacheReadTokens: 100_001, outputTokens: 1 },
      250_000_000 + 25_000_250 + 15_000,
    ],
    ['half a nano-dollar is rounded up', inForce({ input: 500_000, output: 0 }), { inputTokens: 1 }, 1],
    ['less is rounded down', inForce({ input: 499_999, output: 0 }), { inputTokens: 1 }, 0],
    ['rounded once, not for each class', inForce({ input: 400_000, output: 400_000 }), { inputTokens: 1, outputTokens: 1 }, 1],
    ['nonsense stays at the largest figure', inForce(GPT4O), { inputTokens: Number.MAX_SAFE_INTEGER }, Number.MAX_SAFE_INTEGER],
  ];
  it.each(ROWS)('%s', (_n, price, t, cost) => expect(costOf(tokens(t), price)).toBe(cost));
  it('unknown usage has no cost, on either side', () => {
    expect(costOf(NO_TOKENS, inForce(GPT4O))).toBeNull();
    expect(costOf({ ...NO_TOKENS, inputTokens: 5 }, inForce(GPT4O))).toBeNull();
    expect(costOf({ ...NO_TOKENS, outputTokens: 5 }, inForce(GPT4O))).toBeNull();
    expect(costOf(tokens({}), null)).toBeNull();
  });

  const nano = fc.oneof(fc.nat(), fc.bigInt(0n, 2n ** 53n - 1n).map(Number), fc.constantFrom(0, 1, 499_999, 500_000, 999_999));
  const some = (a: fc.Arbitrary<number>) => fc.option(a, { nil: undefined });
  const allPrices = fc.record({
    input: nano,
    output: nano,
    cacheRead: some(nano),
    cacheWrite: some(fc.nat(1e9)),
    cacheWrite1h: some(nano),
    inputAudio: nano,
    outputAudio: nano,
    reasoning: some(nano),
  });
  const anyTokens = fc.record(
    Object.fromEntries(TOKEN_CLASSES.map((c) => [c, fc.oneof(fc.nat(200_000), fc.bigInt(0n, 2n ** 53n - 1n).map(Number))])) as Record<
      TokenClass,
      fc.Arbitrary<number>
    >,
  );

  it('is the rational sum to the nano-dollar', () =>
    fc.assert(
      fc.property(allPrices, anyTokens, (p, t) => {
        const rational: Record<TokenClass, number> = {
          inputTokens: p.input,
          cacheReadTokens: p.cacheRead ?? p.input,
          cacheWrite5mTokens: p.cacheWrite ?? p.input,
          cacheWrite1hTokens: p.cacheWrite1h ?? (p.cacheWrite === undefined ? p.input : Math.ceil((p.cacheWrite * 8) / 5)),
          outputTokens: p.output,
          reasoningTokens: p.reasoning ?? p.output,
          inputAudioTokens: p.inputAudio,
          outputAudioTokens: p.outputAudio,
          imageTokens: p.input,
        };
        const millionths = TOKEN_CLASSES.reduce((sum, c) => sum + BigInt(t[c]) * BigInt(rational[c]), 0n);
        const floor = millionths / 1_000_000n;
        const exact = millionths % 1_000_000n >= 500_000n ? floor + 1n : floor;
        const capped = exact > BigInt(Number.MAX_SAFE_INTEGER) ? BigInt(Number.MAX_SAFE_INTEGER) : exact;
        const given = Object.fromEntries(Object.entries(p).filter(([, v]) => v !== undefined)) as Prices;
        expect(BigInt(costOf(t, inForce(given)) as number)).toBe(capped);
      }),
      { numRuns: 1000 },
    ));
});

describe('compilePrices', () => {
  const at = (entries: PriceBookEntry[], iso: string) => compilePrices(entries).at(Date.parse(iso));
  const entry = (effectiveFrom: string, input: number): PriceBookEntry => ({ effectiveFrom, prices: { input, output: 0 } });
  it('takes the latest entry whose date has come, in whatever order they stand', () => {
    const entries = [entry('2026-03-01T00:00:00Z', 3), entry('2026-01-01T00:00:00Z', 1), entry('2026-02-01T01:00:00+01:00', 2)];
    expect(at(entries, '2025-12-31T23:59:59.999Z')).toBeNull();
    expect(at(entries, '2026-01-31T23:59:59.999Z')?.version).toBe('2026-01-01T00:00:00Z');
    expect(at(entries, '2026-02-01T00:00:00Z')?.version).toBe('2026-02-01T01:00:00+01:00');
    expect(at(entries, '2026-03-01T00:00:00Z')?.version).toBe('2026-03-01T00:00:00Z');
  });
  it('lets the later of two entries with one date correct the earlier', () => {
    const price = at([entry(FROM, 1e6), entry(FROM, 2e6)], FROM);
    expect(costOf(tokens({ inputTokens: 1 }), price)).toBe(2);
  });
  it('is unpriced without entries, and from an entry without prices on', () => {
    expect(at([], FROM)).toBeNull();
    expect(
      at([entry('2026-01-01T00:00:00Z', 1), { effectiveFrom: '2026-02-01T00:00:00Z', prices: {} }], '2026-03-01T00:00:00Z'),
    ).toBeNull();
  });
});

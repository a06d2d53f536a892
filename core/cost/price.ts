import { priceInForce } from '#core/catalog/price.js';
import type { PriceBookEntry, Prices } from '#core/catalog/schema.js';
import { TOKEN_CLASSES, type TokenClass, type Tokens } from '#core/metric/tokens.js';

/**
 * Nano-dollars per million tokens of each class, in the order of `TOKEN_CLASSES`; -1 where there is no price. Split into
 * the whole nano-dollars a token and the millionths that remain, so that sums stay exact in number arithmetic.
 */
export interface Rates {
  whole: readonly number[];
  millionths: readonly number[];
}
const UNPRICED = -1;
const MILLION = 1_000_000;

/** What is charged from one date on. */
export interface PriceInForce {
  /** `effectiveFrom` of the price book entry */
  version: string;
  /** by context size, smallest first; the first is in force from 0 tokens on */
  tiers: readonly { above: number; rates: Rates }[];
}

/**
 * Prices of each class, with the fallbacks that are ours and nobody else's. A cache read without a price costs what input
 * does: no provider asks more, so the figure is an upper bound. Reasoning is output to every provider that does not price
 * it apart. Writes for an hour cost 8/5 of writes for five minutes: Anthropic asks 2 × and 1.25 × the input price
 * (prompt caching, "Pricing"). Images are input tokens. Audio has no fallback: it costs a multiple of text.
 */
function priceOf(p: Prices, c: TokenClass): number | undefined {
  switch (c) {
    case 'inputTokens':
    case 'imageTokens':
      return p.input;
    case 'cacheReadTokens':
      return p.cacheRead ?? p.input;
    case 'cacheWrite5mTokens':
      return p.cacheWrite ?? p.input;
    case 'cacheWrite1hTokens':
      return p.cacheWrite1h ?? (p.cacheWrite === undefined ? p.input : hourWrite(p.cacheWrite));
    case 'outputTokens':
      return p.output;
    case 'reasoningTokens':
      return p.reasoning ?? p.output;
    case 'inputAudioTokens':
      return p.inputAudio;
    case 'outputAudioTokens':
      return p.outputAudio;
  }
}
/** 8/5 of a price, rounded up to a whole nano-dollar per million. */
const hourWrite = (p: number): number => Number((BigInt(p) * 8n + 4n) / 5n);

function ratesOf(p: Prices): Rates {
  const perMillion = TOKEN_CLASSES.map((c) => priceOf(p, c) ?? UNPRICED);
  return {
    whole: perMillion.map((v) => (v === UNPRICED ? UNPRICED : Math.floor(v / MILLION))),
    millionths: perMillion.map((v) => (v === UNPRICED ? 0 : v % MILLION)),
  };
}

function compiled(entry: PriceBookEntry): PriceInForce {
  const above = [...(entry.tiers ?? [])].sort((a, b) => a.aboveContextTokens - b.aboveContextTokens);
  return {
    version: entry.effectiveFrom,
    tiers: [{ above: 0, rates: ratesOf(entry.prices) }, ...above.map((t) => ({ above: t.aboveContextTokens, rates: ratesOf(t.prices) }))],
  };
}

/** A price book made ready for the way of a call. */
export interface CompiledPrices {
  /** In force at a time (ms since 1970); null when the model is unpriced then. Entries of the future wait for their date. */
  at(ms: number): PriceInForce | null;
}
export function compilePrices(book: readonly PriceBookEntry[]): CompiledPrices {
  const changes = [...new Set(book.map((e) => Date.parse(e.effectiveFrom)))].sort((a, b) => a - b);
  const periods = changes.map((fromMs) => {
    const entry = priceInForce(book, fromMs);
    return { fromMs, price: entry ? compiled(entry) : null };
  });
  return {
    at: (ms) => {
      for (let i = periods.length - 1; i >= 0; i--) {
        const period = periods[i] as (typeof periods)[number];
        if (period.fromMs <= ms) return period.price;
      }
      return null;
    },
  };
}

/** Everything that stood before the model, cached or not: what tiers go by. */
const contextOf = (t: Readonly<Tokens>): number =>
  (t.inputTokens ?? 0) +
  (t.cacheReadTokens ?? 0) +
  (t.cacheWrite5mTokens ?? 0) +
  (t.cacheWrite1hTokens ?? 0) +
  (t.inputAudioTokens ?? 0) +
  (t.imageTokens ?? 0);

/**
 * Nano-dollars for one call: the exact sum over all classes, rounded once, half up. Null when the usage is unknown (input
 * or output is null), when there is no price, or when a class with tokens has none: never 0 for "we do not know". Above
 * `MAX_SAFE_INTEGER` (9 million dollars for one call: nonsense from an upstream) it stays at that value.
 */
export function costOf(tokens: Readonly<Tokens>, price: PriceInForce | null): number | null {
  if (price === null || tokens.inputTokens === null || tokens.outputTokens === null) return null;
  return costAt(tokens, ratesFor(tokens, price));
}

/** The rates of the tier that the call's context falls into. */
export function ratesFor(tokens: Readonly<Tokens>, price: PriceInForce): Rates {
  const context = contextOf(tokens);
  let rates = (price.tiers[0] as PriceInForce['tiers'][number]).rates;
  for (let i = 1; i < price.tiers.length; i++) {
    const tier = price.tiers[i] as PriceInForce['tiers'][number];
    if (context > tier.above) rates = tier.rates;
  }
  return rates;
}

/** As `costOf`, at given rates. */
export function costAt(tokens: Readonly<Tokens>, rates: Rates): number | null {
  let whole = 0;
  let millionths = 0;
  let exact = true;
  for (let i = 0; i < TOKEN_CLASSES.length; i++) {
    const n = tokens[TOKEN_CLASSES[i] as TokenClass];
    if (n === null || n === 0) continue;
    const rate = rates.whole[i] as number;
    if (rate === UNPRICED) return null;
    // n ≤ 9e8 keeps nine products n × millionths below 2^53; the whole part is checked as it grows
    exact &&= n <= 9e8;
    whole += n * rate;
    millionths += n * (rates.millionths[i] as number);
  }
  if (!exact || whole > Number.MAX_SAFE_INTEGER - 1e10) return exactly(tokens, rates);
  const rest = millionths % MILLION;
  return whole + (millionths - rest) / MILLION + (rest >= MILLION / 2 ? 1 : 0);
}

function exactly(tokens: Readonly<Tokens>, rates: Rates): number {
  let sum = 0n;
  for (let i = 0; i < TOKEN_CLASSES.length; i++) {
    const n = BigInt(tokens[TOKEN_CLASSES[i] as TokenClass] ?? 0);
    sum += n * (BigInt(rates.whole[i] as number) * 1_000_000n + BigInt(rates.millionths[i] as number));
  }
  const rounded = (sum + 500_000n) / 1_000_000n;
  return rounded > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(rounded);
}

/** Token classes of the hub by the keys that models.dev uses; some providers spell them in their own way. */
const CLASSES = {
  input: 'input',
  output: 'output',
  cache_read: 'cacheRead',
  cached_input: 'cacheRead',
  cache_input: 'cacheRead',
  cache_write: 'cacheWrite',
  cached_write: 'cacheWrite',
  input_audio: 'inputAudio',
  output_audio: 'outputAudio',
  reasoning: 'reasoning',
};

/** Dollars per million tokens → integer nano-dollars; nine decimals, so that 0.30000000000000004 is 0.3. */
const nano = (dollars) => Number(dollars.toFixed(9).replace('.', ''));

/** Prices of each token class; prices of anything else (an image, a request) are not per token and stay out. */
export function pricesOf(cost) {
  const prices = {};
  for (const [key, name] of Object.entries(CLASSES)) if (typeof cost[key] === 'number' && cost[key] >= 0) prices[name] ??= nano(cost[key]);
  return prices;
}

/** `{prices, tiers?}`, or undefined for an unknown price: which is not 0. */
export function priceEntryOf(cost) {
  if (!cost || typeof cost !== 'object') return undefined;
  const prices = pricesOf(cost);
  if (Object.keys(prices).length === 0) return undefined;
  const tiers = (cost.tiers ?? [])
    .filter((t) => Number.isInteger(t.tier?.size) && t.tier.size > 0)
    .map((t) => ({ aboveContextTokens: t.tier.size, prices: pricesOf(t) }))
    .sort((a, b) => a.aboveContextTokens - b.aboveContextTokens);
  return { prices, ...(tiers.length ? { tiers } : {}) };
}

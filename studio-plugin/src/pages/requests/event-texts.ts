import type { UsageEvent } from '#core/metric/schema.js';
import { TOKEN_CLASSES, type TokenClass } from '#core/metric/tokens.js';

/** The side of a call on which a class of tokens stands; images are input to every provider that we speak. */
const OUTPUT: ReadonlySet<TokenClass> = new Set<TokenClass>(['outputTokens', 'reasoningTokens', 'outputAudioTokens']);

/** All tokens of one side; null when nobody said, which is not 0. */
export function tokensOf(e: UsageEvent, side: 'input' | 'output'): number | null {
  const base = side === 'input' ? e.inputTokens : e.outputTokens;
  if (base === null) return null;
  return TOKEN_CLASSES.filter((c) => OUTPUT.has(c) === (side === 'output')).reduce((sum, c) => sum + (e[c] ?? 0), 0);
}

/** Why there is no figure for the tokens. */
export function noTokens(e: UsageEvent): string {
  if (e.status === 'lost') return 'The gateway died before the call ended.';
  if (e.status === 'limited' || e.status === 'refused') return 'No model was called.';
  if (e.status === 'error') return 'The call failed, and nobody counted tokens.';
  return 'The upstream said nothing about tokens, and they could not be estimated.';
}

/** By what a known cost was counted. */
export function costSource(e: UsageEvent): string {
  if (e.priceVersion === 'flat') return 'flat sum a call';
  if (e.priceVersion !== null) return 'by the price in force';
  return e.cost === 0 ? 'nothing was charged' : 'no price was in force';
}

/** A cost that is unknown is never 0: `word` says which kind of unknown, `reason` why. */
export function noCost(e: UsageEvent): { word: string; reason: string } {
  if (e.inputTokens === null || e.outputTokens === null) return { word: 'no data', reason: noTokens(e) };
  return { word: 'unpriced', reason: `No price of ${e.modelId} covered these tokens at the time of the call.` };
}

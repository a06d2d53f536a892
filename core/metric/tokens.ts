/**
 * Token counts of one call in classes that never overlap, so that each token is counted and priced once. Providers state
 * them in two ways: inclusive (OpenAI: cached and audio tokens are within `prompt_tokens`, reasoning within
 * `completion_tokens`) and additive (Anthropic: cache reads and writes beside `input_tokens`). `null` is what nobody said.
 */
export const TOKEN_CLASSES = [
  /** text input that was neither read from nor written to a cache */
  'inputTokens',
  'cacheReadTokens',
  'cacheWrite5mTokens',
  'cacheWrite1hTokens',
  /** output without reasoning and audio */
  'outputTokens',
  'reasoningTokens',
  'inputAudioTokens',
  'outputAudioTokens',
  'imageTokens',
] as const;
export type TokenClass = (typeof TOKEN_CLASSES)[number];
export type Tokens = Record<TokenClass, number | null>;

export const NO_TOKENS: Readonly<Tokens> = {
  inputTokens: null,
  cacheReadTokens: null,
  cacheWrite5mTokens: null,
  cacheWrite1hTokens: null,
  outputTokens: null,
  reasoningTokens: null,
  inputAudioTokens: null,
  outputAudioTokens: null,
  imageTokens: null,
};

/** All tokens of the call; null when nothing is known of either side. */
export function totalTokens(t: Readonly<Tokens>): number | null {
  if (t.inputTokens === null && t.outputTokens === null) return null;
  let sum = 0;
  for (const c of TOKEN_CLASSES) sum += t[c] ?? 0;
  return sum;
}

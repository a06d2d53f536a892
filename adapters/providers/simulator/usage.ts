import type { Ask } from './ask.js';
import { draw, textNumber } from './draw.js';
import type { Charged } from './invoice.js';
import type { Profile } from './profile.js';

/** How much a call reads and writes; the same for the same seed, model, input and limit. */
export interface Plan {
  /** when nothing has been written yet */
  input: Charged;
  /** of each choice: hidden tokens, which come before the text, and those of the text */
  reasoning: number;
  text: number;
  finish: 'stop' | 'length';
}

/** Four bytes are a token of input. The output is drawn within the profile's bounds and cut off at the caller's limit. */
export function planOf(ask: Ask, p: Profile, seed: number): Plan {
  const read = Math.max(1, Math.ceil(ask.inputBytes / 4));
  const anthropic = ask.operation === 'message';
  const generates = ask.operation !== 'embedding' && ask.operation !== 'countTokens';
  const cacheReadTokens = generates ? Math.floor(read * p.cacheReadShare) : 0;
  const cacheWrite5mTokens = anthropic ? Math.floor(read * p.cacheWrite5mShare) : 0;
  const cacheWrite1hTokens = anthropic ? Math.floor(read * p.cacheWrite1hShare) : 0;
  const { min, max } = p.outputTokens;
  const wanted = min + Math.floor(draw(seed, textNumber(ask.model), ask.inputBytes) * (max - min + 1));
  const output = generates ? Math.min(wanted, ask.maxTokens ?? wanted) : 0;
  const reasoning = anthropic ? 0 : Math.floor(output * p.reasoningShare);
  return {
    input: {
      inputTokens: read - cacheReadTokens - cacheWrite5mTokens - cacheWrite1hTokens,
      cacheReadTokens,
      cacheWrite5mTokens,
      cacheWrite1hTokens,
      outputTokens: 0,
      reasoningTokens: 0,
    },
    reasoning,
    text: output - reasoning,
    finish: output < wanted ? 'length' : 'stop',
  };
}

/** What has been used when each of `n` choices has `text` tokens of text. */
export const usedAt = ({ input, reasoning }: Plan, text: number, n: number): Charged => ({
  // named one by one: a spread costs more than all else in a call of the load upstream
  inputTokens: input.inputTokens,
  cacheReadTokens: input.cacheReadTokens,
  cacheWrite5mTokens: input.cacheWrite5mTokens,
  cacheWrite1hTokens: input.cacheWrite1hTokens,
  outputTokens: text * n,
  reasoningTokens: reasoning * n,
});

const read = (c: Charged): number => c.inputTokens + c.cacheReadTokens + c.cacheWrite5mTokens + c.cacheWrite1hTokens;
const written = (c: Charged): number => c.outputTokens + c.reasoningTokens;

/** Inclusive: cached within prompt, reasoning within completion. */
export const chatUsage = (c: Charged) => ({
  prompt_tokens: read(c),
  completion_tokens: written(c),
  total_tokens: read(c) + written(c),
  prompt_tokens_details: { cached_tokens: c.cacheReadTokens, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: c.reasoningTokens, audio_tokens: 0 },
});
export const responseUsage = (c: Charged) => ({
  input_tokens: read(c),
  input_tokens_details: { cached_tokens: c.cacheReadTokens },
  output_tokens: written(c),
  output_tokens_details: { reasoning_tokens: c.reasoningTokens },
  total_tokens: read(c) + written(c),
});
/** Additive: cache reads and writes beside input. */
export const messageUsage = (c: Charged) => ({
  input_tokens: c.inputTokens,
  cache_creation_input_tokens: c.cacheWrite5mTokens + c.cacheWrite1hTokens,
  cache_read_input_tokens: c.cacheReadTokens,
  cache_creation: { ephemeral_5m_input_tokens: c.cacheWrite5mTokens, ephemeral_1h_input_tokens: c.cacheWrite1hTokens },
  output_tokens: written(c),
  service_tier: 'standard',
});

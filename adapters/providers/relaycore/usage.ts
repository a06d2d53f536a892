import { z } from 'zod';

const n = z.number().int().nonnegative();
const openai = z.looseObject({ prompt_tokens: n, completion_tokens: n });
const anthropic = z.object({
  input_tokens: n,
  output_tokens: n,
  cache_read_input_tokens: n.nullish(),
  cache_creation_input_tokens: n.nullish(),
});

/**
 * `metadata.usage` in OpenAI's shape, which RelayCore passes on from its provider: OpenAI's as it is, Anthropic's (additive)
 * with cache reads and writes within `prompt_tokens`. A hit in RelayCore's own cache reached no provider: nothing was used.
 * Undefined for every other shape.
 */
export function usageOf(usage: unknown, fromCache: boolean): Record<string, unknown> | undefined {
  if (fromCache) return { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
  const plain = openai.safeParse(usage);
  if (plain.success) return { total_tokens: plain.data.prompt_tokens + plain.data.completion_tokens, ...plain.data };
  const additive = anthropic.safeParse(usage);
  if (!additive.success) return undefined;
  const { input_tokens: input, output_tokens: output, cache_read_input_tokens: read, cache_creation_input_tokens: written } = additive.data;
  const prompt = input + (read ?? 0) + (written ?? 0);
  return {
    prompt_tokens: prompt,
    completion_tokens: output,
    total_tokens: prompt + output,
    ...(read || written ? { prompt_tokens_details: { cached_tokens: read ?? 0, cache_write_tokens: written ?? 0 } } : {}),
  };
}

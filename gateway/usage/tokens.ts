import { NO_TOKENS, type Tokens } from '#core/metric/tokens.js';

/**
 * A provider's usage object, in whichever dialect. Inclusive (OpenAI and who speaks its dialects): classes of input are
 * within `prompt_tokens`/`input_tokens`, reasoning and audio within `completion_tokens`/`output_tokens`. Additive
 * (Anthropic): cache reads and writes stand beside `input_tokens`; thinking is within `output_tokens`.
 */
export type UsageObject = Record<string, unknown>;

const count = (v: unknown): number | null => (typeof v === 'number' && Number.isSafeInteger(v) && v >= 0 ? v : null);
const object = (v: unknown): UsageObject => (typeof v === 'object' && v !== null ? (v as UsageObject) : {});

/** JSON text to usage object; undefined for what is none. */
export function usageObject(text: string | undefined): UsageObject | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as UsageObject) : undefined;
  } catch {
    return undefined; // cut off: no figures, which the caller reports as null
  }
}

/** Takes parts out of a total, so that together they are never more than it: nonsense never makes a class negative. */
function split(total: number, parts: readonly (number | null)[]): (number | null)[] {
  let left = total;
  const taken = parts.map((part) => {
    if (part === null) return null;
    const own = Math.min(part, left);
    left -= own;
    return own;
  });
  return [left, ...taken];
}

/**
 * Disjoint classes of an inclusive usage object; undefined when it has no figures. Where parts overlap (cached audio), the
 * dearer class keeps them. `total_tokens` beyond prompt and completion is reasoning that was left out of the completion:
 * xAI and Gemini's OpenAI endpoint count so.
 */
export function inclusiveTokens(u: UsageObject): Tokens | undefined {
  let prompt = count(u['prompt_tokens']) ?? count(u['input_tokens']);
  let completion = count(u['completion_tokens']) ?? count(u['output_tokens']);
  if (prompt === null && completion === null) return undefined;
  const total = count(u['total_tokens']);
  if (total !== null && completion === null) completion = Math.max(0, total - (prompt ?? 0));
  if (total !== null && prompt === null) prompt = Math.max(0, total - (completion ?? 0));
  const ins = object(u['prompt_tokens_details'] ?? u['input_tokens_details']);
  const outs = object(u['completion_tokens_details'] ?? u['output_tokens_details']);
  const tokens: Tokens = { ...NO_TOKENS };
  if (prompt !== null) {
    const cached = count(ins['cached_tokens']) ?? count(u['prompt_cache_hit_tokens']);
    const parts = [count(ins['audio_tokens']), count(ins['image_tokens']), count(ins['cache_write_tokens']), cached];
    const [input, audio, image, written, read] = split(prompt, parts) as [number, ...(number | null)[]];
    Object.assign(tokens, {
      inputTokens: input,
      inputAudioTokens: audio,
      imageTokens: image,
      cacheWrite5mTokens: written,
      cacheReadTokens: read,
    });
  }
  if (completion === null) return tokens;
  const beside = total === null ? 0 : Math.max(0, total - (prompt ?? 0) - completion);
  const stated = count(outs['reasoning_tokens']);
  const within = stated === beside && beside > 0 ? 0 : stated;
  const [output, audio, reasoning] = split(completion, [count(outs['audio_tokens']), within]) as [number, ...(number | null)[]];
  tokens.outputTokens = output;
  tokens.outputAudioTokens = audio ?? null;
  tokens.reasoningTokens = beside > 0 ? (reasoning ?? 0) + beside : (reasoning ?? null);
  return tokens;
}

/** Disjoint classes of an additive usage object; writes whose lifetime is not stated live five minutes, Anthropic's default. */
export function additiveTokens(u: UsageObject): Tokens | undefined {
  const input = count(u['input_tokens']);
  const output = count(u['output_tokens']);
  if (input === null && output === null) return undefined;
  const lives = object(u['cache_creation']);
  const five = count(lives['ephemeral_5m_input_tokens']);
  const stated = count(lives['ephemeral_1h_input_tokens']);
  const written = count(u['cache_creation_input_tokens']) ?? (five === null && stated === null ? null : (five ?? 0) + (stated ?? 0));
  const hour = stated === null || written === null ? null : Math.min(stated, written);
  const thinking = count(object(u['output_tokens_details'])['thinking_tokens']);
  const reasoning = output === null || thinking === null ? null : Math.min(thinking, output);
  return {
    ...NO_TOKENS,
    inputTokens: input,
    cacheReadTokens: count(u['cache_read_input_tokens']),
    cacheWrite5mTokens: written === null ? null : written - (hour ?? 0),
    cacheWrite1hTokens: hour,
    outputTokens: output === null ? null : output - (reasoning ?? 0),
    reasoningTokens: reasoning,
  };
}

/** Later figures of one Anthropic stream over earlier ones: all are cumulative, and a zero or null takes nothing back. */
export function merged(earlier: UsageObject, later: UsageObject): UsageObject {
  const out: UsageObject = { ...earlier };
  for (const [name, value] of Object.entries(later)) {
    const before = out[name];
    if (typeof value === 'object' && value !== null) out[name] = merged(object(before), value as UsageObject);
    else if (typeof value === 'number') out[name] = typeof before === 'number' ? Math.max(before, value) : value;
    else out[name] ??= value;
  }
  return out;
}

/**
 * llama.cpp states `timings` on the last chunk of a stream even when nobody asked for usage: `prompt_n` tokens evaluated,
 * `cache_n` taken from the cache beside them, `predicted_n` generated (its server README).
 */
export function timingTokens(t: UsageObject): Tokens | undefined {
  const input = count(t['prompt_n']);
  const output = count(t['predicted_n']);
  if (input === null || output === null) return undefined;
  return { ...NO_TOKENS, inputTokens: input, cacheReadTokens: count(t['cache_n']), outputTokens: output };
}

import { NO_TOKENS, type Tokens } from '#core/metric/tokens.js';

interface UsageObject {
  prompt_tokens?: unknown;
  completion_tokens?: unknown;
  prompt_tokens_details?: { cached_tokens?: unknown } | null;
  completion_tokens_details?: { reasoning_tokens?: unknown } | null;
}
/** llama.cpp states these on the last chunk of a stream even when nobody asked for usage. */
interface Timings {
  prompt_n?: unknown;
  cache_n?: unknown;
  predicted_n?: unknown;
}
const count = (v: unknown): number | null => (typeof v === 'number' && Number.isSafeInteger(v) && v >= 0 ? v : null);

/**
 * The last usage figures in a piece of JSON text, whole or cut off at the front. The text `"usage"` cannot stand inside
 * a JSON string (its quotes would be escaped), so no parse of the answer is needed.
 */
export function tokensIn(text: string): Tokens | undefined {
  const usage = lastObject<UsageObject>(text, '"usage"', (u) => count(u.prompt_tokens) !== null || count(u.completion_tokens) !== null);
  if (usage)
    return {
      ...NO_TOKENS,
      inputTokens: count(usage.prompt_tokens),
      outputTokens: count(usage.completion_tokens),
      cacheReadTokens: count(usage.prompt_tokens_details?.cached_tokens),
      reasoningTokens: count(usage.completion_tokens_details?.reasoning_tokens),
    };
  const timings = lastObject<Timings>(text, '"timings"', (t) => count(t.prompt_n) !== null && count(t.predicted_n) !== null);
  if (!timings) return undefined;
  const cached = count(timings.cache_n);
  return {
    ...NO_TOKENS,
    inputTokens: (count(timings.prompt_n) ?? 0) + (cached ?? 0),
    outputTokens: count(timings.predicted_n),
    cacheReadTokens: cached,
    reasoningTokens: null,
  };
}

function lastObject<T>(text: string, name: string, fits: (value: T) => boolean): T | undefined {
  for (let at = text.lastIndexOf(name); at >= 0; at = at === 0 ? -1 : text.lastIndexOf(name, at - 1)) {
    const open = /^\s*:\s*\{/.exec(text.slice(at + name.length, at + name.length + 40));
    if (!open) continue;
    const start = at + name.length + open[0].length - 1;
    const value = parsed<T>(text.slice(start, objectEnd(text, start)));
    if (value !== undefined && fits(value)) return value;
  }
  return undefined;
}

function parsed<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined; // cut off: no figures, which the caller reports as null
  }
}

/** Offset after the object that opens at `start`; the end of the text when it is cut off. */
function objectEnd(text: string, start: number): number {
  let depth = 0;
  let quoted = false;
  for (let i = start; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c === '\\') i++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === '{') depth++;
    else if (c === '}' && --depth === 0) return i + 1;
  }
  return text.length;
}

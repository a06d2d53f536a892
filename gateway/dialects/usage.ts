import { given, isObject, type Json } from './fields.js';

/** Token counts as both dialects can say them; null is what the upstream did not say. */
const count = (v: unknown): number | null => (typeof v === 'number' && Number.isSafeInteger(v) && v >= 0 ? v : null);

/**
 * Anthropic's usage, which is additive, as OpenAI's, which is inclusive.
 * Sources: Anthropic, `Usage`: "Total input tokens in a request is the summation of `input_tokens`,
 * `cache_creation_input_tokens`, and `cache_read_input_tokens`"; OpenAI, prompt caching guide: `cached_tokens` are part of
 * `prompt_tokens`. Thinking is within the output tokens of both. Anthropic's own cache figures are kept beside them.
 * Undefined when the upstream said nothing.
 */
export function chatUsage(u: unknown): Json | undefined {
  if (!isObject(u)) return undefined;
  const input = count(u['input_tokens']);
  const output = count(u['output_tokens']);
  if (input === null && output === null) return undefined;
  const read = count(u['cache_read_input_tokens']);
  const written = count(u['cache_creation_input_tokens']);
  const details = isObject(u['output_tokens_details']) ? count(u['output_tokens_details']['thinking_tokens']) : null;
  const prompt = (input ?? 0) + (read ?? 0) + (written ?? 0);
  return {
    prompt_tokens: prompt,
    completion_tokens: output ?? 0,
    total_tokens: prompt + (output ?? 0),
    prompt_tokens_details: { cached_tokens: read ?? 0, ...(written === null ? {} : { cache_write_tokens: written }) },
    ...(details === null ? {} : { completion_tokens_details: { reasoning_tokens: details } }),
    ...(written === null ? {} : { cache_creation_input_tokens: written }),
    ...(isObject(u['cache_creation']) ? { cache_creation: u['cache_creation'] } : {}),
  };
}

/**
 * OpenAI's usage as Anthropic's: what was read from or written to a cache is taken out of the input (sources as above; for
 * written tokens openai 6.49.0 `PromptTokensDetails.cache_write_tokens`). Members that Anthropic's clients require are 0 when
 * the upstream said nothing at all; the others are null.
 */
export function messageUsage(u: unknown): Json {
  const o = isObject(u) ? u : {};
  const prompt = count(o['prompt_tokens']);
  const details = isObject(o['prompt_tokens_details']) ? o['prompt_tokens_details'] : {};
  const read = count(details['cached_tokens']);
  const written = count(details['cache_write_tokens']);
  const out = isObject(o['completion_tokens_details']) ? count(o['completion_tokens_details']['reasoning_tokens']) : null;
  return {
    input_tokens: Math.max(0, (prompt ?? 0) - (read ?? 0) - (written ?? 0)),
    output_tokens: count(o['completion_tokens']) ?? 0,
    cache_read_input_tokens: read,
    cache_creation_input_tokens: written,
    output_tokens_details: out === null ? null : { thinking_tokens: out },
    server_tool_use: null,
  };
}

/** Later figures of a stream over earlier ones; what a later event leaves out or has as null stays. */
export const mergeUsage = (earlier: Json, later: unknown): Json =>
  isObject(later) ? { ...earlier, ...Object.fromEntries(Object.entries(later).filter(([, v]) => given(v))) } : earlier;

/** Source: "Handling stop reasons" in Anthropic's documentation; OpenAI `finish_reason` of openai 6.49.0. */
const FINISH: ReadonlyMap<string, string> = new Map<string, string>([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['pause_turn', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_calls'],
  ['refusal', 'content_filter'],
]);
export const finishReason = (stop: unknown): string => FINISH.get(String(stop)) ?? 'stop';

const STOP: ReadonlyMap<string, string> = new Map<string, string>([
  ['stop', 'end_turn'],
  ['length', 'max_tokens'],
  ['tool_calls', 'tool_use'],
  ['function_call', 'tool_use'],
  ['content_filter', 'refusal'],
]);
/** OpenAI says `stop` for a call that was forced by `tool_choice`; Anthropic says `tool_use` whenever there is one. */
export const stopReason = (finish: unknown, hasTools: boolean): string => {
  const reason = STOP.get(String(finish)) ?? 'end_turn';
  return hasTools && reason === 'end_turn' ? 'tool_use' : reason;
};

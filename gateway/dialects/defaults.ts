import type { Json } from './fields.js';

/** Names of the request fields of each dialect: openai 6.49.0 `ChatCompletionCreateParamsBase`. */
export const CHAT_FIELDS: ReadonlySet<string> = new Set([
  'messages',
  'model',
  'audio',
  'frequency_penalty',
  'function_call',
  'functions',
  'logit_bias',
  'logprobs',
  'max_completion_tokens',
  'max_tokens',
  'metadata',
  'modalities',
  'moderation',
  'n',
  'parallel_tool_calls',
  'prediction',
  'presence_penalty',
  'prompt_cache_key',
  'prompt_cache_options',
  'prompt_cache_retention',
  'reasoning_effort',
  'response_format',
  'safety_identifier',
  'seed',
  'service_tier',
  'stop',
  'store',
  'stream',
  'stream_options',
  'temperature',
  'tool_choice',
  'tools',
  'top_logprobs',
  'top_p',
  'user',
  'verbosity',
  'web_search_options',
]);

/**
 * @anthropic-ai/sdk 1.12.0 `MessageCreateParamsBase`, and the sampling parameters that version 2023-06-01 of the API has
 * beside them (2026-10-21 took them out).
 */
export const MESSAGE_FIELDS: ReadonlySet<string> = new Set([
  'max_tokens',
  'messages',
  'model',
  'cache_control',
  'container',
  'diagnostics',
  'inference_geo',
  'metadata',
  'output_config',
  'service_tier',
  'speed',
  'stop_sequences',
  'stream',
  'system',
  'thinking',
  'tool_choice',
  'tools',
  'temperature',
  'top_p',
  'top_k',
]);

/** These make a call what it is: never a default. */
const NEVER = new Set(['model', 'messages', 'stream', 'stream_options']);
const SAME: ReadonlyMap<string, string> = new Map([
  ['max_tokens', 'max_completion_tokens'],
  ['max_completion_tokens', 'max_tokens'],
]);

const missing = (o: Json, key: string): boolean => !Object.hasOwn(o, key) && !Object.hasOwn(o, SAME.get(key) ?? key);

/**
 * A revision's defaults are written in its provider's dialect, as they are for a call that passes unchanged; a name that only
 * the caller's dialect knows is read in that one. So the first kind fills the translated body, the second the caller's.
 */
export function splitDefaults(defaults: Readonly<Json>, caller: ReadonlySet<string>, upstream: ReadonlySet<string>): [Json, Json] {
  const mine: Json = {};
  const theirs: Json = {};
  for (const [key, value] of Object.entries(defaults))
    if (!NEVER.has(key)) (caller.has(key) && !upstream.has(key) ? mine : theirs)[key] = value;
  return [mine, theirs];
}

/** `body` with defaults for what it leaves out; two names of one thing never stand beside each other. */
export function fill(body: Json, defaults: Json): Json {
  const filled = { ...body };
  for (const [key, value] of Object.entries(defaults)) if (missing(body, key)) filled[key] = value;
  return filled;
}

import { boolean, compact, given, type Json, list, number, object, only, openaiAt as at, refuse, text } from './fields.js';
import { toolOf, turnsOf } from './chat-messages.js';

/**
 * Anthropic wants a limit with every request, OpenAI does not. When neither the caller nor the revision names one, this one
 * is sent: an answer that reaches it says so (`finish_reason: "length"`).
 */
export const DEFAULT_MAX_TOKENS = 8192;

type Ok = (v: unknown) => boolean;
const is =
  (...values: unknown[]): Ok =>
  (v) =>
    values.includes(v);
/**
 * Fields without a counterpart that may stay out when they say what holds anyway. The cache fields are hints: they change
 * what a call costs, never what it answers (a breakpoint on a part is translated).
 */
const NEUTRAL: ReadonlyMap<string, Ok> = new Map<string, Ok>([
  ['n', is(1)],
  ['logprobs', is(false)],
  ['top_logprobs', is(0)],
  ['presence_penalty', is(0)],
  ['frequency_penalty', is(0)],
  ['logit_bias', (v) => typeof v === 'object' && Object.keys(v as object).length === 0],
  ['modalities', (v) => Array.isArray(v) && v.length === 1 && v[0] === 'text'],
  ['store', is(false)],
  ['verbosity', is('medium')],
  ['metadata', (v) => typeof v === 'object' && Object.keys(v as object).length === 0],
  ['prompt_cache_key', () => true],
  ['prompt_cache_options', () => true],
  ['prompt_cache_retention', () => true],
]);
/** fields that `messageBody` reads */
const READ = new Set([
  'model',
  'messages',
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'top_p',
  'stop',
  'stream',
  'stream_options',
  'user',
  'safety_identifier',
  'reasoning_effort',
  'response_format',
  'service_tier',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
]);

/** Whether the caller wants the usage chunk at the end of a stream. Throws `Untranslatable` for options it does not know. */
export function wantsUsage(body: Json): boolean {
  if (!given(body['stream_options'])) return false;
  const o = object(body['stream_options'], 'stream_options');
  // `include_obfuscation` asks for padding against eavesdroppers on the provider's own line
  only({ ...o, include_obfuscation: o['include_obfuscation'] || undefined }, new Set(['include_usage']), 'stream_options');
  return o['include_usage'] === true;
}

/** The body of a chat request as that of a messages request, without `max_tokens` when the caller named none. */
export function messageBody(body: Json, model: string): Json {
  for (const [key, value] of Object.entries(body)) if (given(value) && !READ.has(key) && !NEUTRAL.get(key)?.(value)) refuse(key);
  const { system, messages } = turnsOf(body['messages']);
  const format = outputFormat(body['response_format']);
  const effort = given(body['reasoning_effort']) ? text(body['reasoning_effort'], 'reasoning_effort') : undefined;
  const output = compact({ effort: effortOf(effort), format });
  return compact({
    model,
    max_tokens: limit(body),
    system: system.length === 0 ? undefined : system,
    messages,
    temperature: given(body['temperature']) ? number(body['temperature'], 'temperature', 0, 1) : undefined,
    top_p: given(body['top_p']) ? number(body['top_p'], 'top_p', 0, 1) : undefined,
    stop_sequences: stops(body['stop']),
    stream: given(body['stream']) ? boolean(body['stream'], 'stream') : undefined,
    metadata: userOf(body),
    service_tier: given(body['service_tier']) ? tierOf(body['service_tier']) : undefined,
    thinking: effort === undefined ? undefined : { type: effort === 'none' ? 'disabled' : 'adaptive' },
    output_config: Object.keys(output).length === 0 ? undefined : output,
    tools: given(body['tools']) ? list(body['tools'], 'tools').map((t, i) => toolOf(t, at('tools', i))) : undefined,
    tool_choice: choiceOf(body),
  });
}

function limit(body: Json): number | undefined {
  const field = given(body['max_completion_tokens']) ? 'max_completion_tokens' : 'max_tokens';
  const both = given(body['max_completion_tokens']) && given(body['max_tokens']) && body['max_tokens'] !== body['max_completion_tokens'];
  if (both) refuse('max_tokens', 'says something else than "max_completion_tokens"');
  return given(body[field]) ? number(body[field], field, 1, Number.MAX_SAFE_INTEGER) : undefined;
}

function stops(v: unknown): string[] | undefined {
  if (!given(v)) return undefined;
  const all = typeof v === 'string' ? [v] : list(v, 'stop').map((s, i) => text(s, at('stop', i)));
  return all.length === 0 ? undefined : all;
}

function userOf(body: Json): Json | undefined {
  const [user, safety] = [body['user'], body['safety_identifier']];
  if (given(user) && given(safety) && user !== safety) refuse('user', 'and "safety_identifier" name two users');
  const field = given(safety) ? 'safety_identifier' : 'user';
  return given(body[field]) ? { user_id: text(body[field], field) } : undefined;
}

/** `default` is standard capacity only; `auto` lets the provider use what was bought. */
function tierOf(v: unknown): string {
  if (v === 'auto') return 'auto';
  return v === 'default' ? 'standard_only' : refuse('service_tier');
}

/**
 * `low` to `max` are the levels of `output_config.effort` (openai 6.49.0 `ReasoningEffort`, @anthropic-ai/sdk 1.12.0
 * `OutputConfig`), with adaptive thinking switched on, which most Claude models have off unless asked. `none` switches
 * thinking off. `minimal` is no level there.
 */
function effortOf(effort: string | undefined): string | undefined {
  if (effort === undefined || effort === 'none') return undefined;
  if (['low', 'medium', 'high', 'xhigh', 'max'].includes(effort)) return effort;
  return refuse('reasoning_effort', 'must be none, low, medium, high, xhigh or max for a model of this provider');
}

/** The schema's name is a label without effect; its description goes where the model sees it. Anthropic is always strict. */
function outputFormat(v: unknown): Json | undefined {
  if (!given(v)) return undefined;
  const format = object(v, 'response_format');
  if (format['type'] === 'text') return undefined;
  if (format['type'] !== 'json_schema') refuse('response_format.type', 'must be "text" or "json_schema" for a model of this provider');
  only(format, new Set(['type', 'json_schema']), 'response_format');
  const o = object(format['json_schema'], 'response_format.json_schema');
  only(o, new Set(['name', 'description', 'schema', 'strict']), 'response_format.json_schema');
  const schema = object(o['schema'], 'response_format.json_schema.schema');
  if (!given(o['description'])) return { type: 'json_schema', schema };
  if (given(schema['description'])) refuse('response_format.json_schema.description', 'stands beside a description in the schema');
  return { type: 'json_schema', schema: { ...schema, description: o['description'] } };
}

function choiceOf(body: Json): Json | undefined {
  const parallel = given(body['parallel_tool_calls']) ? boolean(body['parallel_tool_calls'], 'parallel_tool_calls') : true;
  const hasTools = Array.isArray(body['tools']) && body['tools'].length > 0;
  const single = parallel ? {} : { disable_parallel_tool_use: true };
  const v = body['tool_choice'];
  if (!given(v)) return parallel || !hasTools ? undefined : { type: 'auto', ...single };
  if (v === 'none') return { type: 'none' };
  if (v === 'auto') return { type: 'auto', ...single };
  if (v === 'required') return { type: 'any', ...single };
  const o = object(v, 'tool_choice');
  if (o['type'] !== 'function') refuse('tool_choice.type');
  only(o, new Set(['type', 'function']), 'tool_choice');
  const f = object(o['function'], 'tool_choice.function');
  only(f, new Set(['name']), 'tool_choice.function');
  return { type: 'tool', name: text(f['name'], 'tool_choice.function.name'), ...single };
}

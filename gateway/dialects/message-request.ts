import { anthropicAt as at, boolean, compact, given, type Json, list, number, object, only, refuse, text } from './fields.js';
import { chatMessages, functionOf } from './message-turns.js';

/**
 * fields that `chatBody` reads, and `cache_control`. Cache marks (here and on blocks and tools) are hints: they change what a
 * call costs, never what it answers, and OpenAI's and compatible servers cache prefixes on their own, which the usage of the
 * answer shows. Nearly every Anthropic client sets them, so they are left out, not refused.
 */
const READ = new Set([
  'model',
  'messages',
  'system',
  'max_tokens',
  'temperature',
  'top_p',
  'stop_sequences',
  'stream',
  'metadata',
  'service_tier',
  'thinking',
  'output_config',
  'tools',
  'tool_choice',
  'cache_control',
]);

/** `max_tokens` has two names: OpenAI's reasoning models take only the newer, many compatible servers only the older. */
export type LimitName = 'max_tokens' | 'max_completion_tokens';

/** The body of a messages request as that of a chat request. A stream always asks for its usage. */
export function chatBody(body: Json, model: string, limitName: LimitName): Json {
  for (const [key, value] of Object.entries(body))
    if (given(value) && !READ.has(key) && !(key === 'speed' && value === 'standard')) refuse(key);
  const stream = given(body['stream']) && boolean(body['stream'], 'stream');
  const output = outputOf(body['output_config']);
  const choice = given(body['tool_choice']) ? choiceOf(body['tool_choice']) : {};
  const stops = given(body['stop_sequences']) ? list(body['stop_sequences'], 'stop_sequences') : [];
  const tools = given(body['tools']) ? list(body['tools'], 'tools') : [];
  return compact({
    model,
    messages: chatMessages(body['system'], body['messages']),
    [limitName]: given(body['max_tokens']) ? number(body['max_tokens'], 'max_tokens', 1, Number.MAX_SAFE_INTEGER) : undefined,
    temperature: given(body['temperature']) ? number(body['temperature'], 'temperature', 0, 1) : undefined,
    top_p: given(body['top_p']) ? number(body['top_p'], 'top_p', 0, 1) : undefined,
    stop: stops.length === 0 ? undefined : stops.map((s, i) => text(s, at('stop_sequences', i))),
    ...(stream ? { stream, stream_options: { include_usage: true } } : {}),
    user: given(body['metadata']) ? userOf(body['metadata']) : undefined,
    service_tier: given(body['service_tier']) ? tierOf(body['service_tier']) : undefined,
    reasoning_effort: output.effort ?? (given(body['thinking']) ? effortOf(body['thinking']) : undefined),
    response_format: output.format,
    // OpenAI refuses an empty list of tools
    tools: tools.length === 0 ? undefined : tools.map((t, i) => functionOf(t, at('tools', i))),
    ...choice,
  });
}

function userOf(v: unknown): string | undefined {
  const o = object(v, 'metadata');
  only(o, new Set(['user_id']), 'metadata');
  return given(o['user_id']) ? text(o['user_id'], 'metadata.user_id') : undefined;
}

function tierOf(v: unknown): string {
  if (v === 'auto') return 'auto';
  return v === 'standard_only' ? 'default' : refuse('service_tier');
}

/** `effort` has the same levels in both dialects; the schema is followed exactly, as Anthropic does. */
function outputOf(v: unknown): { effort?: string; format?: Json } {
  if (!given(v)) return {};
  const o = object(v, 'output_config');
  only(o, new Set(['effort', 'format']), 'output_config');
  const effort = given(o['effort']) ? { effort: text(o['effort'], 'output_config.effort') } : {};
  if (!given(o['format'])) return effort;
  const format = object(o['format'], 'output_config.format');
  if (format['type'] !== 'json_schema') refuse('output_config.format.type');
  only(format, new Set(['type', 'schema']), 'output_config.format');
  const json_schema = { name: 'answer', schema: object(format['schema'], 'output_config.format.schema'), strict: true };
  return { ...effort, format: { type: 'json_schema', json_schema } };
}

/**
 * Thinking as an effort, where no `output_config.effort` says it better. `disabled` is `none`; `adaptive` leaves the level to
 * the model. A budget of tokens has no counterpart but a level: below 4,096 low, below 16,384 medium, else high (our own
 * scale; what is thought counts against `max_tokens` in both dialects).
 */
function effortOf(v: unknown): string | undefined {
  const o = object(v, 'thinking');
  only(o, new Set(['type', 'budget_tokens', 'display']), 'thinking');
  if (given(o['display']) && o['display'] !== 'summarized') refuse('thinking.display');
  if (o['type'] === 'disabled') return 'none';
  if (o['type'] === 'adaptive') return undefined;
  if (o['type'] !== 'enabled') refuse('thinking.type');
  const budget = number(o['budget_tokens'], 'thinking.budget_tokens', 1024, Number.MAX_SAFE_INTEGER);
  if (budget < 4096) return 'low';
  return budget < 16_384 ? 'medium' : 'high';
}

function choiceOf(v: unknown): Json {
  const o = object(v, 'tool_choice');
  only(o, new Set(['type', 'name', 'disable_parallel_tool_use']), 'tool_choice');
  const single = given(o['disable_parallel_tool_use']) && boolean(o['disable_parallel_tool_use'], 'tool_choice.disable_parallel_tool_use');
  const parallel = single ? { parallel_tool_calls: false } : {};
  switch (o['type']) {
    case 'auto':
      return { tool_choice: 'auto', ...parallel };
    case 'any':
      return { tool_choice: 'required', ...parallel };
    case 'tool':
      return { tool_choice: { type: 'function', function: { name: text(o['name'], 'tool_choice.name') } }, ...parallel };
    case 'none':
      return { tool_choice: 'none' };
    default:
      return refuse('tool_choice.type');
  }
}

import { argumentsObject, stringify } from './exact-json.js';
import { isObject, type Json } from './fields.js';
import { answerObject, BadAnswer } from './message-answer.js';
import { RawJson } from './raw-json.js';
import { messageUsage, stopReason } from './usage.js';

/** Anthropic's message around its content; the members that only Anthropic can fill are null. */
export const messageOf = (id: unknown, model: unknown, content: Json[], stop: string | null, usage: unknown): Json => ({
  id: typeof id === 'string' ? id : '',
  type: 'message',
  role: 'assistant',
  model: typeof model === 'string' ? model : '',
  content,
  stop_reason: stop,
  stop_sequence: null,
  stop_details: null,
  container: null,
  diagnostics: null,
  usage: { ...messageUsage(usage), cache_creation: null, inference_geo: null, service_tier: null, speed: null },
});

/** Reasoning as text, under either name that OpenAI-compatible servers use. */
export const reasoningOf = (o: Json): string => {
  const v = o['reasoning_content'] ?? o['reasoning'];
  return typeof v === 'string' ? v : '';
};

/**
 * A whole chat completion as Anthropic's message. Thinking has an empty signature: it is not Claude's. Which stop sequence
 * ended the answer is not known, so the reason is `end_turn`.
 */
export function message(body: Buffer): string {
  const c = answerObject(body);
  const choice: unknown = Array.isArray(c['choices']) ? c['choices'][0] : undefined;
  if (!isObject(choice) || !isObject(choice['message'])) throw new BadAnswer('the provider sent something that is no chat completion');
  const m = choice['message'];
  const content: Json[] = [];
  if (Array.isArray(m['thinking_blocks'])) content.push(...(m['thinking_blocks'] as Json[]));
  else if (reasoningOf(m) !== '') content.push({ type: 'thinking', thinking: reasoningOf(m), signature: '' });
  const said = [m['content'], m['refusal']].filter((v) => typeof v === 'string' && v !== '').join('');
  if (said !== '') content.push({ type: 'text', text: said });
  const calls = Array.isArray(m['tool_calls']) ? m['tool_calls'] : [];
  for (const [i, call] of calls.entries()) content.push(toolUse(call, i, choice['finish_reason'] === 'length'));
  const refused = typeof m['refusal'] === 'string' && m['refusal'] !== '';
  const stop = refused ? 'refusal' : stopReason(choice['finish_reason'], calls.length > 0);
  return stringify(messageOf(c['id'], c['model'], content, stop, c['usage']));
}

/** @param cut the answer reached its limit: arguments that broke off are given as an empty object, the reason is `max_tokens` */
function toolUse(call: unknown, place: number, cut: boolean): Json {
  if (!isObject(call) || !isObject(call['function'])) throw new BadAnswer('the provider sent a tool call that is no function call');
  const f = call['function'];
  const input = argumentsObject(typeof f['arguments'] === 'string' ? f['arguments'] : '') ?? (cut ? new RawJson('{}') : undefined);
  if (!input) throw new BadAnswer('the provider sent a tool call whose arguments are not a JSON object');
  return { type: 'tool_use', id: callId(call['id'], place), name: f['name'], input, caller: { type: 'direct' } };
}

/** Some servers give calls no id; the results that come back need one. */
export const callId = (id: unknown, place: number): string => (typeof id === 'string' && id !== '' ? id : `call_${place}`);

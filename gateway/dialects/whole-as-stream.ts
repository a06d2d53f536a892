import { answerObject, BadAnswer } from './message-answer.js';
import { stringify } from './exact-json.js';
import { isObject, type Json } from './fields.js';
import { wantsUsage } from './chat-request.js';
import { anthropicFrame, openaiFrame } from './sse.js';

/**
 * A whole answer in the caller's dialect as the stream that the caller asked for, in one piece with its end mark: for
 * providers without streams. Throws `BadAnswer` when it is no answer.
 * @param request the caller's body: it says whether a chat wants its usage
 */
export const wholeAsStream = (operation: 'chat' | 'message', answer: string, request: Json): string =>
  operation === 'chat'
    ? chatFrames(answerObject(Buffer.from(answer)), wantsUsage(request))
    : messageFrames(answerObject(Buffer.from(answer)));

function chatFrames(c: Json, includeUsage: boolean): string {
  if (!Array.isArray(c['choices'])) throw new BadAnswer('the provider sent something that is no chat completion');
  const { choices, usage, ...rest } = c;
  const chunk = (list: Json[], u: unknown): string =>
    openaiFrame(JSON.stringify({ ...rest, object: 'chat.completion.chunk', choices: list, ...(includeUsage ? { usage: u } : {}) }));
  let out = '';
  for (const [i, choice] of (choices as unknown[]).entries()) {
    if (!isObject(choice) || !isObject(choice['message'])) throw new BadAnswer('the provider sent a choice without a message');
    const { tool_calls, ...message } = choice['message'];
    const calls = Array.isArray(tool_calls) ? { tool_calls: tool_calls.map((t: Json, index) => ({ index, ...t })) } : {};
    const index = choice['index'] ?? i;
    out += chunk([{ index, delta: { ...message, ...calls }, logprobs: choice['logprobs'] ?? null, finish_reason: null }], null);
    out += chunk([{ index, delta: {}, logprobs: null, finish_reason: choice['finish_reason'] ?? 'stop' }], null);
  }
  return `${out}${includeUsage ? chunk([], usage ?? null) : ''}${openaiFrame('[DONE]')}`;
}

function messageFrames(m: Json): string {
  if (!Array.isArray(m['content']) || !isObject(m['usage'])) throw new BadAnswer('the provider sent something that is no message');
  const { content, stop_reason, stop_sequence, ...rest } = m;
  const frame = (e: Json & { type: string }): string => anthropicFrame(e.type, JSON.stringify(e));
  let out = frame({ type: 'message_start', message: { ...rest, content: [], stop_reason: null, stop_sequence: null } });
  for (const [index, block] of (content as unknown[]).entries()) {
    if (!isObject(block)) throw new BadAnswer('the provider sent a content block that is not an object');
    const [empty, deltas] = pieces(block);
    out += frame({ type: 'content_block_start', index, content_block: empty });
    for (const delta of deltas) out += frame({ type: 'content_block_delta', index, delta });
    out += frame({ type: 'content_block_stop', index });
  }
  const delta = { stop_reason, stop_sequence, stop_details: m['stop_details'] ?? null, container: m['container'] ?? null };
  return `${out}${frame({ type: 'message_delta', delta, usage: m['usage'] })}${frame({ type: 'message_stop' })}`;
}

/** A block as it begins, and what comes then. A kind that has no deltas comes whole. */
function pieces(b: Json): [Json, Json[]] {
  if (b['type'] === 'text') return [{ ...b, text: '' }, [{ type: 'text_delta', text: b['text'] }]];
  if (b['type'] === 'tool_use') return [{ ...b, input: {} }, [{ type: 'input_json_delta', partial_json: stringify(b['input'] ?? {}) }]];
  if (b['type'] !== 'thinking') return [b, []];
  const deltas = [
    { type: 'thinking_delta', thinking: b['thinking'] },
    { type: 'signature_delta', signature: b['signature'] },
  ];
  return [{ ...b, thinking: '', signature: '' }, deltas];
}

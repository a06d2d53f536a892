import { parse, stringify } from './exact-json.js';
import { isObject, type Json } from './fields.js';
import { chatUsage, finishReason } from './usage.js';

/** An answer that is not what its dialect allows; the call fails and says so. */
export class BadAnswer extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BadAnswer';
  }
}

/** The JSON object of an answer. Throws `BadAnswer`. */
export function answerObject(body: Buffer): Json {
  let parsed: unknown;
  try {
    parsed = parse(body.toString());
  } catch {
    throw new BadAnswer('the provider sent an answer that is not JSON');
  }
  if (!isObject(parsed)) throw new BadAnswer('the provider sent an answer that is not an object');
  return parsed;
}

const textOf = (v: unknown): string => (typeof v === 'string' ? v : '');

/**
 * A whole answer of Anthropic's as a chat completion. Thinking is given as text in `reasoning_content`, the name that
 * OpenAI-compatible servers use, and with its signature in `thinking_blocks`, to be sent back with the next turn.
 * @param seconds Unix time for `created`, which Anthropic does not state
 */
export function chatCompletion(body: Buffer, seconds: number): string {
  const m = answerObject(body);
  if (m['type'] !== 'message' || !Array.isArray(m['content'])) throw new BadAnswer('the provider sent something that is no message');
  let content = '';
  let reasoning = '';
  const calls: Json[] = [];
  const thinking: Json[] = [];
  for (const block of m['content']) {
    if (!isObject(block)) throw new BadAnswer('the provider sent a content block that is not an object');
    if (block['type'] === 'text') content += textOf(block['text']);
    else if (block['type'] === 'tool_use') calls.push(toolCall(block));
    else if (block['type'] === 'thinking' || block['type'] === 'redacted_thinking') {
      reasoning += textOf(block['thinking']);
      thinking.push(block);
    } else
      throw new BadAnswer(
        `the provider sent a content block of the type "${textOf(block['type']).slice(0, 60)}", which a chat has no place for`,
      );
  }
  const message = {
    role: 'assistant',
    content: content === '' && calls.length > 0 ? null : content,
    refusal: null,
    ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
    ...(thinking.length === 0 ? {} : { thinking_blocks: thinking }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  return stringify({
    id: m['id'],
    object: 'chat.completion',
    created: seconds,
    model: m['model'],
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason(m['stop_reason']) }],
    usage: chatUsage(m['usage']),
  });
}

function toolCall(block: Json): Json {
  return { id: block['id'], type: 'function', function: { name: block['name'], arguments: stringify(block['input'] ?? {}) } };
}

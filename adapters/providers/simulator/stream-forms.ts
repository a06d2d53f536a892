/** Answers that stream, in each dialect: server-sent events before, for and after the tokens of the text. */
import type { Charged } from './invoice.js';
import { chatUsage, messageUsage, responseUsage } from './usage.js';
import { messageObject, outputItem, responseObject, STOP_REASON, type Subject, textOf, wordAt } from './whole-forms.js';

export interface StreamForm {
  /** before the first token; `used` is the input and what was thought */
  head(used: Charged): string;
  /** token number k (from 0) of each choice; `used` counts it */
  token(k: number, used: Charged): string;
  tail(used: Charged): string;
  /** whether each part says what has been used */
  tells: { head: boolean; token: boolean; tail: boolean };
}

const data = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
const event = (value: { type: string }): string => `event: ${value.type}\n${data(value)}`;

export function streamForm(s: Subject, continuous: boolean): StreamForm {
  if (s.ask.operation === 'message') return messageStream(s, continuous);
  if (s.ask.operation === 'response') return responseStream(s);
  return chatStream(s, continuous);
}

/** Chat and completion; `usage` is there when the caller asked for it, null before the last frame unless each frame tells. */
function chatStream({ ask, plan, id, created }: Subject, continuous: boolean): StreamForm {
  const chat = ask.operation === 'chat';
  const head = chat
    ? { id: `chatcmpl-${id}`, object: 'chat.completion.chunk', created, model: ask.model }
    : { id: `cmpl-${id}`, object: 'text_completion', created, model: ask.model };
  const usage = (used: Charged) => (continuous ? { usage: chatUsage(used) } : ask.includeUsage ? { usage: null } : {});
  const frames = (used: Charged, delta: { role?: string; content?: string }, finish: string | null): string => {
    let out = '';
    for (let index = 0; index < ask.n; index++) {
      const said = chat ? { delta } : { text: delta.content ?? '' };
      // with several choices only the last of them has written this token, so that no frame tells more than was written
      const told = index === ask.n - 1 ? usage(used) : ask.includeUsage ? { usage: null } : {};
      out += data({ ...head, choices: [{ index, ...said, logprobs: null, finish_reason: finish }], ...told });
    }
    return out;
  };
  const tellsAtEnd = ask.includeUsage || continuous;
  return {
    head: (used) => (chat ? frames(used, { role: 'assistant', content: '' }, null) : ''),
    token: (k, used) => frames(used, { content: wordAt(k) }, null),
    tail: (used) =>
      `${frames(used, {}, plan.finish)}${tellsAtEnd ? data({ ...head, choices: [], usage: chatUsage(used) }) : ''}data: [DONE]\n\n`,
    tells: { head: continuous && chat, token: continuous, tail: tellsAtEnd },
  };
}

function messageStream(s: Subject, continuous: boolean): StreamForm {
  const delta = (used: Charged, stop: string | null) =>
    event({ type: 'message_delta', delta: { stop_reason: stop, stop_sequence: null }, usage: messageUsage(used) } as { type: string });
  return {
    head: (used) =>
      event({ type: 'message_start', message: messageObject(s, [], null, messageUsage(used)) } as { type: string }) +
      event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } } as { type: string }) +
      event({ type: 'ping' }),
    token: (k, used) =>
      event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: wordAt(k) } } as { type: string }) +
      (continuous ? delta(used, null) : ''),
    tail: (used) =>
      event({ type: 'content_block_stop', index: 0 } as { type: string }) +
      delta(used, STOP_REASON[s.plan.finish]) +
      event({ type: 'message_stop' }),
    tells: { head: true, token: continuous, tail: true },
  };
}

function responseStream(s: Subject): StreamForm {
  let sequence = 0;
  const say = (type: string, more: object): string => event({ type, sequence_number: sequence++, ...more } as { type: string });
  const at = { item_id: `msg_${s.id}`, output_index: 0, content_index: 0 };
  const part = (text: string) => ({ type: 'output_text', text, annotations: [], logprobs: [] });
  return {
    head: () => {
      const response = responseObject(s, 'in_progress', [], null);
      return (
        say('response.created', { response }) +
        say('response.in_progress', { response }) +
        say('response.output_item.added', { output_index: 0, item: { ...outputItem(s, ''), status: 'in_progress', content: [] } }) +
        say('response.content_part.added', { ...at, part: part('') })
      );
    },
    token: (k) => say('response.output_text.delta', { ...at, delta: wordAt(k), logprobs: [] }),
    tail: (used) => {
      const text = textOf(s.plan.text);
      const status = s.plan.finish === 'stop' ? 'completed' : 'incomplete';
      const response = responseObject(s, status, [outputItem(s, text)], responseUsage(used));
      return (
        say('response.output_text.done', { ...at, text, logprobs: [] }) +
        say('response.content_part.done', { ...at, part: part(text) }) +
        say('response.output_item.done', { output_index: 0, item: outputItem(s, text) }) +
        say(`response.${status}`, { response })
      );
    },
    tells: { head: false, token: false, tail: true },
  };
}

import type { StreamTranslation } from '#adapters/providers/translator.js';
import { brokenOff } from './broken-off.js';
import { callId, messageOf, reasoningOf } from './chat-answer.js';
import { translateErrorEvent } from './errors.js';
import { isObject, type Json } from './fields.js';
import { BadAnswer } from './message-answer.js';
import { anthropicFrame, MAX_EVENT_BYTES, type SseEvent, SseSplitter } from './sse.js';
import { messageUsage, stopReason } from './usage.js';

type Open = { kind: 'text' | 'thinking' } | { kind: 'tool'; place: number } | null;
interface Waiting {
  id: string;
  name: string;
  arguments: string[];
}
const frame = (e: Json & { type: string }): string => anthropicFrame(e.type, JSON.stringify(e));
const str = (v: unknown): string => (typeof v === 'string' ? v : '');

/**
 * The chunks of a chat completion as Anthropic's events. Anthropic's blocks follow one another, OpenAI's parallel tool calls
 * may come interleaved: the first call streams, the pieces of later ones wait until it is over (16 MB at most).
 */
export class ChatToMessageStream implements StreamTranslation {
  done = false;
  private failed = false;
  private started = false;
  private readonly sse = new SseSplitter();
  private open: Open = null;
  /** place of the next block */
  private index = 0;
  private readonly waiting = new Map<number, Waiting>();
  private readonly closed = new Set<number>();
  private held = 0;
  private finish: unknown = null;
  private refused = false;
  private hasTools = false;
  private usage: unknown;

  push(chunk: Buffer): string {
    return this.all(this.sse.push(chunk));
  }
  end(): string {
    let out = this.all(this.sse.end());
    if (this.done || this.failed) return out;
    if (this.finish !== null) out += this.stop();
    return this.done ? out : `${out}${brokenOff('anthropic')}`;
  }

  private all(events: SseEvent[]): string {
    let out = '';
    for (const { data } of events) if (!this.done && !this.failed) out += this.one(data);
    return out;
  }
  private one(data: string): string {
    if (data.trim() === '[DONE]') return this.started ? this.stop() : '';
    let c: unknown;
    try {
      c = JSON.parse(data);
    } catch {
      throw new BadAnswer('the provider sent a chunk that is not JSON');
    }
    if (!isObject(c)) throw new BadAnswer('the provider sent a chunk that is not an object');
    if (isObject(c['error']) || typeof c['error'] === 'string') {
      this.failed = true;
      return translateErrorEvent('anthropic', data);
    }
    if (isObject(c['usage'])) this.usage = c['usage'];
    const choice: unknown = Array.isArray(c['choices']) ? c['choices'][0] : undefined;
    if (!isObject(choice)) return ''; // usage, or what some servers say about the prompt before they answer
    let out = '';
    if (!this.started) {
      this.started = true;
      out += frame({ type: 'message_start', message: messageOf(c['id'], c['model'], [], null, undefined) });
    }
    if (isObject(choice['delta'])) out += this.delta(choice['delta']);
    if (typeof choice['finish_reason'] === 'string') this.finish = choice['finish_reason'];
    return out;
  }
  private delta(d: Json): string {
    let out = this.words('thinking', reasoningOf(d));
    out += this.words('text', str(d['content']));
    if (str(d['refusal']) !== '') this.refused = true;
    out += this.words('text', str(d['refusal']));
    if (Array.isArray(d['tool_calls'])) for (const [i, call] of d['tool_calls'].entries()) out += this.toolDelta(call, i);
    return out;
  }
  private words(kind: 'text' | 'thinking', text: string): string {
    if (text === '') return '';
    let out = '';
    if (this.open?.kind !== kind) {
      out += this.closeAll();
      out += this.start(kind === 'text' ? { type: 'text', text: '' } : { type: 'thinking', thinking: '', signature: '' });
      this.open = { kind };
    }
    const delta = kind === 'text' ? { type: 'text_delta', text } : { type: 'thinking_delta', thinking: text };
    return out + frame({ type: 'content_block_delta', index: this.index, delta });
  }
  private toolDelta(raw: unknown, position: number): string {
    const call = isObject(raw) ? raw : {};
    const place = typeof call['index'] === 'number' ? call['index'] : position;
    const f = isObject(call['function']) ? call['function'] : {};
    const text = str(f['arguments']);
    if (this.open?.kind === 'tool') return this.open.place === place ? this.argument(text) : this.wait(place, call, str(f['name']), text);
    if (this.closed.has(place)) throw new BadAnswer('the provider went on with a tool call after it was over');
    return this.closeAll() + this.startTool(place, callId(call['id'], place), str(f['name'])) + this.argument(text);
  }
  private wait(place: number, call: Json, name: string, text: string): string {
    if (this.closed.has(place)) throw new BadAnswer('the provider went on with a tool call after it was over');
    const w = this.waiting.get(place) ?? { id: callId(call['id'], place), name, arguments: [] };
    this.waiting.set(place, w);
    w.arguments.push(text);
    this.held += text.length;
    if (this.held > MAX_EVENT_BYTES) throw new BadAnswer('the provider sent tool calls of more than 16 MB');
    return '';
  }
  private startTool(place: number, id: string, name: string): string {
    this.hasTools = true;
    this.open = { kind: 'tool', place };
    return this.start({ type: 'tool_use', id, name, input: {}, caller: { type: 'direct' } });
  }
  private argument(text: string): string {
    if (text === '') return '';
    return frame({ type: 'content_block_delta', index: this.index, delta: { type: 'input_json_delta', partial_json: text } });
  }
  private start(content_block: Json): string {
    return frame({ type: 'content_block_start', index: this.index, content_block });
  }
  /** Ends the open block, and gives out the tool calls that waited for it. */
  private closeAll(): string {
    let out = this.close();
    for (const [place, w] of [...this.waiting].sort(([a], [b]) => a - b)) {
      this.waiting.delete(place);
      out += this.startTool(place, w.id, w.name) + this.argument(w.arguments.join('')) + this.close();
    }
    this.held = 0;
    return out;
  }
  private close(): string {
    if (this.open === null) return '';
    if (this.open.kind === 'tool') this.closed.add(this.open.place);
    this.open = null;
    return frame({ type: 'content_block_stop', index: this.index++ });
  }
  private stop(): string {
    const out = this.closeAll();
    this.done = true;
    const stop_reason = this.refused ? 'refusal' : stopReason(this.finish, this.hasTools);
    const delta = { stop_reason, stop_sequence: null, stop_details: null, container: null };
    return `${out}${frame({ type: 'message_delta', delta, usage: messageUsage(this.usage) })}${frame({ type: 'message_stop' })}`;
  }
}

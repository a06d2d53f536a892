import type { StreamTranslation } from '#adapters/providers/translator.js';
import { brokenOff } from './broken-off.js';
import { translateErrorEvent } from './errors.js';
import { isObject, type Json } from './fields.js';
import { BadAnswer } from './message-answer.js';
import { openaiFrame, type SseEvent, SseSplitter } from './sse.js';
import { chatUsage, finishReason, mergeUsage } from './usage.js';

const str = (v: unknown): string => (typeof v === 'string' ? v : '');

/** Anthropic's stream events as the chunks of a chat completion. */
export class MessageToChatStream implements StreamTranslation {
  done = false;
  private failed = false;
  private readonly sse = new SseSplitter();
  private head: Json = {};
  private usage: Json = {};
  private finish = 'stop';
  /** place of a tool call among the tool calls, by the place of its block among the blocks */
  private readonly calls = new Map<unknown, number>();
  /** tool blocks of which no input came yet: a call without input has the arguments `{}` */
  private readonly silent = new Set<unknown>();
  /** thinking blocks with their signatures, by the place of the block */
  private readonly thinking = new Map<unknown, Json>();
  private readonly seconds: number;
  private readonly includeUsage: boolean;

  constructor(seconds: number, includeUsage: boolean) {
    this.seconds = seconds;
    this.includeUsage = includeUsage;
  }

  push(chunk: Buffer): string {
    return this.all(this.sse.push(chunk));
  }
  end(): string {
    const rest = this.all(this.sse.end());
    return this.done || this.failed ? rest : `${rest}${brokenOff('openai')}`;
  }

  private all(events: SseEvent[]): string {
    let out = '';
    for (const { data } of events) if (!this.done && !this.failed) out += this.one(data);
    return out;
  }
  private one(data: string): string {
    let e: unknown;
    try {
      e = JSON.parse(data);
    } catch {
      throw new BadAnswer('the provider sent an event that is not JSON');
    }
    if (!isObject(e)) throw new BadAnswer('the provider sent an event that is not an object');
    switch (e['type']) {
      case 'message_start':
        return this.start(e['message']);
      case 'content_block_start':
        return this.blockStart(e['index'], e['content_block']);
      case 'content_block_delta':
        return this.blockDelta(e['index'], e['delta']);
      case 'content_block_stop':
        return this.blockStop(e['index']);
      case 'message_delta':
        this.usage = mergeUsage(this.usage, e['usage']);
        if (isObject(e['delta'])) this.finish = finishReason(e['delta']['stop_reason']);
        return '';
      case 'message_stop':
        return this.stop();
      case 'error':
        this.failed = true;
        return translateErrorEvent('openai', data);
      default:
        return ''; // ping, and kinds of events that Anthropic says it may add
    }
  }
  private start(message: unknown): string {
    const m = isObject(message) ? message : {};
    this.head = { id: m['id'], object: 'chat.completion.chunk', created: this.seconds, model: m['model'] };
    this.usage = mergeUsage(this.usage, m['usage']);
    return this.delta({ role: 'assistant', content: '', refusal: null });
  }
  private blockStart(index: unknown, block: unknown): string {
    const b = isObject(block) ? block : {};
    switch (b['type']) {
      case 'text':
        return str(b['text']) === '' ? '' : this.delta({ content: b['text'] });
      case 'thinking':
        this.thinking.set(index, { ...b });
        return str(b['thinking']) === '' ? '' : this.delta({ reasoning_content: b['thinking'] });
      case 'redacted_thinking':
        this.thinking.set(index, { ...b });
        return '';
      case 'tool_use': {
        const place = this.calls.size;
        this.calls.set(index, place);
        this.silent.add(index);
        return this.delta({ tool_calls: [{ index: place, id: b['id'], type: 'function', function: { name: b['name'], arguments: '' } }] });
      }
      default:
        throw new BadAnswer(
          `the provider sent a content block of the type "${str(b['type']).slice(0, 60)}", which a chat has no place for`,
        );
    }
  }
  private blockDelta(index: unknown, delta: unknown): string {
    const d = isObject(delta) ? delta : {};
    const thinking = this.thinking.get(index);
    switch (d['type']) {
      case 'text_delta':
        return this.delta({ content: str(d['text']) });
      case 'thinking_delta':
        if (thinking) thinking['thinking'] = str(thinking['thinking']) + str(d['thinking']);
        return this.delta({ reasoning_content: str(d['thinking']) });
      case 'signature_delta':
        if (thinking) thinking['signature'] = str(thinking['signature']) + str(d['signature']);
        return '';
      case 'input_json_delta':
        return str(d['partial_json']) === '' ? '' : this.argument(index, str(d['partial_json']));
      default:
        return '';
    }
  }
  private argument(index: unknown, text: string): string {
    this.silent.delete(index);
    return this.delta({ tool_calls: [{ index: this.calls.get(index), function: { arguments: text } }] });
  }
  private blockStop(index: unknown): string {
    return this.silent.has(index) ? this.argument(index, '{}') : '';
  }
  private stop(): string {
    this.done = true;
    // once and whole: the clients' accumulators put lists without an index together in different ways
    const signed = this.thinking.size === 0 ? '' : this.delta({ thinking_blocks: [...this.thinking.values()] });
    const last = this.chunk([{ index: 0, delta: {}, logprobs: null, finish_reason: this.finish }], null);
    const usage = this.includeUsage ? this.chunk([], chatUsage(this.usage) ?? null) : '';
    return `${signed}${last}${usage}${openaiFrame('[DONE]')}`;
  }
  private delta(delta: Json): string {
    return this.chunk([{ index: 0, delta, logprobs: null, finish_reason: null }], null);
  }
  /** With `include_usage`, OpenAI puts `usage: null` on every chunk but the last. */
  private chunk(choices: Json[], usage: Json | null): string {
    return openaiFrame(JSON.stringify({ ...this.head, choices, ...(this.includeUsage ? { usage } : {}) }));
  }
}

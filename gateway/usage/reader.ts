import { NO_TOKENS, type Tokens } from '#core/metric/tokens.js';
import type { Operation } from '#adapters/providers/provider.js';
import { lastText, membersFromEnd, textBytes, valueAfter } from './members.js';
import { additiveTokens, inclusiveTokens, merged, timingTokens, type UsageObject, usageObject } from './tokens.js';

/** What one dialect says in its frames. Text has one character a byte (latin1): figures and names are ASCII. */
export abstract class Reader {
  /** the provider's figures so far */
  tokens: Tokens | undefined;
  /** no later frame will change them */
  final = false;
  /** as the provider named it */
  finishReason: string | null = null;
  /** the answer's own end mark has been read */
  done = false;
  /** UTF-8 bytes of text that the model wrote, as far as frames have passed */
  textBytes = 0;
  /** One `data:` line of a stream. */
  abstract frame(data: string): void;
  /** The end of a JSON answer, cut off in front when it is long. Called once. */
  abstract answer(text: string): void;
  /** Bytes of model text in an answer that broke off. */
  abstract cutAnswer(text: string): number;

  protected take(found: Tokens | undefined): void {
    if (!found) return;
    this.tokens = found;
    this.final = true;
  }
}

const USAGE = '"usage"';
const FINISH = '"finish_reason"';
const CHAT_TEXT = ['"content"', '"arguments"', '"refusal"'];
const REASONING = '"reasoning_content"';
const OTHER_REASONING = '"reasoning"';

/** Chat and text completions, embeddings: `usage` and `choices` at the top of a chunk, `[DONE]` at the end. */
class ChoicesReader extends Reader {
  private readonly operation: Operation;
  private byUsage = false;
  constructor(operation: Operation) {
    super();
    this.operation = operation;
  }
  frame(data: string): void {
    if (data.length < 12 && data.trim() === '[DONE]') {
      this.done = true;
      return;
    }
    const usage = data.lastIndexOf(USAGE);
    // with `include_usage` every chunk has `"usage":null`: only an object is worth a look
    if (usage >= 0 && data[valueAfter(data, usage + USAGE.length)] === '{') this.figures(data);
    else if (!this.byUsage && data.includes('"timings"')) this.figures(data);
    for (let at = data.indexOf(FINISH); at >= 0; at = data.indexOf(FINISH, at)) {
      at += FINISH.length;
      if (data[valueAfter(data, at)] === '"') this.finishReason = lastText(data.slice(at - FINISH.length), 'finish_reason');
    }
    this.textBytes += this.written(data, this.operation === 'chat' ? data.indexOf('"delta"') : 0);
  }
  answer(text: string): void {
    this.figures(text);
    if (this.operation === 'embedding') return;
    const choices = membersFromEnd(text, ['choices']).get('choices');
    if (choices !== undefined) this.finishReason = lastText(choices, 'finish_reason');
  }
  cutAnswer(text: string): number {
    return this.written(text, 0);
  }
  private figures(text: string): void {
    const usage = usageObject(membersFromEnd(text, ['usage']).get('usage'));
    const found = usage && inclusiveTokens(usage);
    if (found) {
      this.byUsage = true;
      // an embedding has no output, whether the provider says so or not
      this.take(this.operation === 'embedding' ? { ...found, outputTokens: found.outputTokens ?? 0 } : found);
    } else if (!this.byUsage) {
      const timings = usageObject(membersFromEnd(text, ['timings']).get('timings'));
      this.take(timings && timingTokens(timings));
    }
  }
  private written(text: string, from: number): number {
    if (this.operation === 'completion') return textBytes(text, ['"text"'], from);
    if (from < 0 || this.operation !== 'chat') return 0;
    // some servers state the same reasoning under both names
    const reasoning = textBytes(text, [REASONING], from);
    return textBytes(text, CHAT_TEXT, from) + (reasoning > 0 ? reasoning : textBytes(text, [OTHER_REASONING], from));
  }
}

const ENDS = ['"response.completed"', '"response.incomplete"', '"response.failed"'];

/** OpenAI's responses: the last event carries the whole response, and is the end mark. */
class ResponseReader extends Reader {
  frame(data: string): void {
    if (ENDS.some((e) => data.includes(e))) {
      const event = membersFromEnd(data, ['type', 'response']);
      const response = event.get('response');
      if (ENDS.includes(event.get('type') ?? '') && response !== undefined) {
        this.done = true;
        this.answer(response);
        return;
      }
    }
    this.textBytes += textBytes(data, ['"delta"'], 0);
  }
  answer(text: string): void {
    const found = membersFromEnd(text, ['usage', 'status', 'incomplete_details']);
    const usage = usageObject(found.get('usage'));
    this.take(usage && inclusiveTokens(usage));
    const reason = lastText(found.get('incomplete_details') ?? '', 'reason');
    this.finishReason = reason ?? /^"([^"\\]{1,64})"$/.exec(found.get('status') ?? '')?.[1] ?? null;
  }
  cutAnswer(text: string): number {
    return textBytes(text, ['"text"', '"arguments"', '"refusal"'], 0);
  }
}

const MESSAGE_TEXT = ['"text"', '"partial_json"', '"thinking"'];

/** Anthropic's messages: `message_start` has the input figures, each `message_delta` the cumulative output ones. */
class MessageReader extends Reader {
  private usage: UsageObject = {};
  frame(data: string): void {
    if (!data.includes('"message_')) {
      const delta = data.indexOf('"delta"');
      if (delta >= 0) this.textBytes += textBytes(data, MESSAGE_TEXT, delta);
      return;
    }
    const event = usageObject(data);
    if (event?.['type'] === 'message_stop') this.done = true;
    else if (event?.['type'] === 'message_start') this.add((event['message'] as UsageObject | undefined)?.['usage']);
    else if (event?.['type'] === 'message_delta') {
      this.add(event['usage']);
      this.final = this.tokens !== undefined;
      this.finishReason = lastText(data, 'stop_reason') ?? this.finishReason;
    } else this.textBytes += textBytes(data, MESSAGE_TEXT, Math.max(0, data.indexOf('"delta"')));
  }
  answer(text: string): void {
    const found = membersFromEnd(text, ['usage', 'stop_reason']);
    const usage = usageObject(found.get('usage'));
    this.take(usage && additiveTokens(usage));
    this.finishReason = /^"([^"\\]{1,64})"$/.exec(found.get('stop_reason') ?? '')?.[1] ?? null;
  }
  cutAnswer(text: string): number {
    return textBytes(text, MESSAGE_TEXT, 0);
  }
  private add(usage: unknown): void {
    if (typeof usage !== 'object' || usage === null) return;
    this.usage = merged(this.usage, usage as UsageObject);
    this.tokens = additiveTokens(this.usage) ?? this.tokens;
  }
}

/** Counting tokens uses none: Anthropic does not charge for it ("Token counting", "Pricing"). */
class NoUsageReader extends Reader {
  frame(): void {}
  answer(): void {
    this.take({ ...NO_TOKENS, inputTokens: 0, outputTokens: 0 });
  }
  cutAnswer(): number {
    return 0;
  }
}

export function readerFor(operation: Operation): Reader {
  switch (operation) {
    case 'chat':
    case 'completion':
    case 'embedding':
      return new ChoicesReader(operation);
    case 'response':
      return new ResponseReader();
    case 'message':
      return new MessageReader();
    case 'countTokens':
      return new NoUsageReader();
  }
}

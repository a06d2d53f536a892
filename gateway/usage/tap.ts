import { tokenEstimate } from '#core/cost/bound.js';
import { NO_TOKENS, type Tokens } from '#core/metric/tokens.js';
import type { Operation } from '#adapters/providers/provider.js';
import { type Reader, readerFor } from './reader.js';

/** For the figures that never came. */
export interface Estimate {
  /** of the request: `tokenEstimate` of its bytes, or an exact count */
  inputTokens: number;
  /** no estimate is above it: the bound that was reserved for the output; null where there is none */
  outputAtMost: number | null;
}
/** Null `source`: nobody said and nobody asked for an estimate. */
export interface Usage {
  tokens: Tokens;
  source: 'provider' | 'estimated' | null;
}

/** Looks at an answer while it passes; it never changes or delays a byte. */
export interface Tap {
  push(chunk: Buffer): void;
  /** the provider's own figures so far */
  tokens(): Tokens;
  /**
   * The provider's figures when they are complete. Else, with an estimate: input as the provider said, or as estimated;
   * output by the bytes of model text that passed, four to a token. Give null for answers that nobody charges (4xx, 5xx).
   */
  usage(estimate: Estimate | null): Usage;
  /** as the provider named it: `stop`, `length`, `end_turn`, `max_output_tokens` …; null when it has not said */
  readonly finishReason: string | null;
  /** the answer's own end mark has been seen (`[DONE]`, `message_stop`, `response.completed`) */
  readonly done: boolean;
  /** the bytes so far end between two frames */
  readonly atBoundary: boolean;
}

/** A tap for one answer; `operation` is the one whose dialect the bytes are in. */
export const tapFor = (operation: Operation, sse: boolean): Tap =>
  sse ? new SseTap(readerFor(operation)) : new JsonTap(readerFor(operation));

function usageOf(reader: Reader, textBytes: () => number, estimate: Estimate | null): Usage {
  const said = reader.tokens;
  if (said && reader.final && said.inputTokens !== null && said.outputTokens !== null) return { tokens: said, source: 'provider' };
  if (estimate === null) return { tokens: said ?? NO_TOKENS, source: said ? 'provider' : null };
  const output = Math.min(tokenEstimate(textBytes()), estimate.outputAtMost ?? Number.POSITIVE_INFINITY);
  return {
    tokens: {
      ...(said ?? NO_TOKENS),
      inputTokens: said?.inputTokens ?? estimate.inputTokens,
      outputTokens: Math.max(said?.outputTokens ?? 0, output),
    },
    source: 'estimated',
  };
}

const TAIL_BYTES = 1024 * 1024;

/** Usage stands at the end of a JSON answer: keep the last megabyte. */
class JsonTap implements Tap {
  readonly done = false;
  readonly atBoundary = true;
  private chunks: Buffer[] = [];
  private size = 0;
  private dropped = 0;
  private seen = -1;
  private readonly reader: Reader;
  constructor(reader: Reader) {
    this.reader = reader;
  }
  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.size += chunk.length;
    while (this.chunks.length > 1 && this.size - (this.chunks[0] as Buffer).length >= TAIL_BYTES) {
      const first = (this.chunks.shift() as Buffer).length;
      this.size -= first;
      this.dropped += first;
    }
  }
  tokens(): Tokens {
    this.read();
    return this.reader.tokens ?? NO_TOKENS;
  }
  usage(estimate: Estimate | null): Usage {
    this.read();
    return usageOf(this.reader, () => this.dropped + this.reader.cutAnswer(this.text()), estimate);
  }
  get finishReason(): string | null {
    this.read();
    return this.reader.finishReason;
  }
  private text(): string {
    const [only] = this.chunks;
    return (this.chunks.length === 1 && only ? only : Buffer.concat(this.chunks)).toString('latin1');
  }
  private read(): void {
    if (this.seen === this.size + this.dropped) return;
    this.seen = this.size + this.dropped;
    this.reader.answer(this.text());
  }
}

/** The event that ends a response carries all of it; a longer line cannot be read, only passed. */
const LINE_BYTES = 4 * 1024 * 1024;

/** Reads server-sent events line by line, whatever the chunk boundaries and line ends. */
class SseTap implements Tap {
  private carry: string[] = [];
  private carried = 0;
  private lastLineEmpty = true;
  private readonly reader: Reader;
  constructor(reader: Reader) {
    this.reader = reader;
  }
  get done(): boolean {
    return this.reader.done;
  }
  get finishReason(): string | null {
    return this.reader.finishReason;
  }
  get atBoundary(): boolean {
    return this.carried === 0 && this.lastLineEmpty;
  }
  push(chunk: Buffer): void {
    const text = chunk.toString('latin1');
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      const rest = text.slice(from, end);
      this.line(this.carried === 0 ? rest : this.carry.join('') + rest);
      this.carry = [];
      this.carried = 0;
      from = end + 1;
    }
    if (from === text.length) return;
    this.carried += text.length - from;
    // an endless line cannot be usage; its end is still found, its text is not kept
    if (this.carried > LINE_BYTES) this.carry = ['x'];
    else this.carry.push(text.slice(from));
  }
  tokens(): Tokens {
    return this.reader.tokens ?? NO_TOKENS;
  }
  usage(estimate: Estimate | null): Usage {
    return usageOf(this.reader, () => this.reader.textBytes, estimate);
  }
  private line(raw: string): void {
    this.lastLineEmpty = raw === '' || raw === '\r';
    if (raw.startsWith('data:')) this.reader.frame(raw.slice(5));
  }
}

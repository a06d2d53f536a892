/** One server-sent event: its name, when it has one, and its data lines joined by a line feed. */
export interface SseEvent {
  event: string | null;
  data: string;
}

/** A single event above this is not an answer of a model. */
export const MAX_EVENT_BYTES = 16 * 1024 * 1024;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/**
 * Splits a stream into events, wherever its bytes are cut (also inside a character) and with LF or CRLF line ends.
 * Lines are decoded whole. Throws when one event has more than `MAX_EVENT_BYTES`.
 */
export class SseSplitter {
  private carry: Buffer[] = [];
  private event: string | null = null;
  private data: string[] = [];
  /** bytes held for the event that is under way */
  private held = 0;

  push(chunk: Buffer): SseEvent[] {
    const events: SseEvent[] = [];
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      const rest = chunk.subarray(from, end);
      this.hold(rest.length);
      this.line(this.carry.length === 0 ? rest : Buffer.concat([...this.carry, rest]), events);
      this.carry = [];
      from = end + 1;
    }
    if (from < chunk.length) {
      this.hold(chunk.length - from);
      this.carry.push(chunk.subarray(from));
    }
    return events;
  }

  /** An event whose closing blank line never came, as servers that end abruptly leave it. */
  end(): SseEvent[] {
    const events: SseEvent[] = [];
    if (this.carry.length > 0) this.line(Buffer.concat(this.carry), events);
    this.carry = [];
    this.dispatch(events);
    return events;
  }

  private hold(bytes: number): void {
    this.held += bytes;
    if (this.held > MAX_EVENT_BYTES) throw new Error(`one event of the upstream's stream is larger than ${MAX_EVENT_BYTES} bytes`);
  }
  private line(raw: Buffer, events: SseEvent[]): void {
    const line = raw.toString('utf8', 0, raw.at(-1) === RETURN ? raw.length - 1 : raw.length);
    if (line === '') return this.dispatch(events);
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'data') this.data.push(value);
    else if (name === 'event') this.event = value;
  }
  private dispatch(events: SseEvent[]): void {
    if (this.data.length > 0) events.push({ event: this.event, data: this.data.join('\n') });
    this.event = null;
    this.data = [];
    this.held = 0;
  }
}

/** `data: …`: a frame of OpenAI's streams. */
export const openaiFrame = (data: string): string => `data: ${data}\n\n`;
/** `event: …` and `data: …`: a frame of Anthropic's streams. */
export const anthropicFrame = (event: string, data: string): string => `event: ${event}\ndata: ${data}\n\n`;

import { NO_TOKENS, type Tokens } from '#core/metric/tokens.js';
import { tokensIn } from './tokens.js';

/** Looks at an answer while it passes; it never changes or delays a byte. */
export interface Tap {
  push(chunk: Buffer): void;
  tokens(): Tokens;
  /** the answer's own end mark has been seen (`[DONE]`) */
  readonly done: boolean;
  /** the bytes so far end between two frames */
  readonly atBoundary: boolean;
}

const TAIL_BYTES = 1024 * 1024;

/** Usage stands at the end of a JSON answer: keep the last megabyte. */
export class JsonTap implements Tap {
  readonly done = false;
  readonly atBoundary = true;
  private chunks: Buffer[] = [];
  private size = 0;
  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.size += chunk.length;
    while (this.chunks.length > 1 && this.size - (this.chunks[0] as Buffer).length >= TAIL_BYTES)
      this.size -= (this.chunks.shift() as Buffer).length;
  }
  tokens(): Tokens {
    return tokensIn(Buffer.concat(this.chunks).toString()) ?? NO_TOKENS;
  }
}

const NEWLINE = 0x0a;

/** Scans server-sent events line by line, whatever the chunk boundaries; only lines that speak of usage are parsed. */
export class SseTap implements Tap {
  done = false;
  private carry: Buffer[] = [];
  private carried = 0;
  private lastLineEmpty = true;
  private found: Tokens | undefined;
  get atBoundary(): boolean {
    return this.carried === 0 && this.lastLineEmpty;
  }
  push(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      const rest = chunk.subarray(from, end);
      this.line(this.carried === 0 ? rest : Buffer.concat([...this.carry, rest]));
      this.carry = [];
      this.carried = 0;
      from = end + 1;
    }
    if (from === chunk.length) return;
    this.carry.push(chunk.subarray(from));
    this.carried += chunk.length - from;
    // an endless line cannot be usage; its end is still found, its text is not kept
    if (this.carried > TAIL_BYTES) this.carry = [Buffer.from('x')];
  }
  tokens(): Tokens {
    return this.found ?? NO_TOKENS;
  }
  private line(raw: Buffer): void {
    this.lastLineEmpty = raw.length === 0 || (raw.length === 1 && raw[0] === 0x0d);
    if (this.lastLineEmpty || raw[0] !== 0x64) return; // not `data:`
    if (raw.length < 20 && /^data:\s*\[DONE\]\s*$/.test(raw.toString('latin1'))) this.done = true;
    else if (raw.includes('"usage"') || raw.includes('"timings"')) this.found = tokensIn(raw.toString()) ?? this.found;
  }
}

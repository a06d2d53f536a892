const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const NOTHING = Buffer.alloc(0);
const FRAME_END = Buffer.from('\n\n');
const FIELD = Buffer.from('data:');
/** a usage chunk has some 600 bytes; a longer frame goes on as it is */
const HELD_BYTES = 8 * 1024;

/**
 * Takes the chunk out of a chat or completion stream that is there only because the gateway, and not the caller, asked for
 * `stream_options.include_usage`: a frame of one `data:` line whose `choices` is `[]` and whose `usage` is an object. Every
 * other byte goes on as it came. A frame is held back only until a byte shows that it is another one (for a chunk with
 * text the `{` after `"choices":[`), and never beyond 8 kB.
 */
export class UsageChunkFilter {
  /** the frame that may still be the one, from its first byte */
  private held: Buffer = NOTHING;
  /** within a frame that goes on */
  private inFrame = false;
  /** the line so far has no byte but a carriage return */
  private lineEmpty = true;

  /** What has been handed on so far ends between two frames. */
  get atBoundary(): boolean {
    return !this.inFrame;
  }

  /** What may be handed on now; the same buffer when nothing is held or taken out, an empty one when all is. */
  push(chunk: Buffer): Buffer {
    const b = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    this.held = NOTHING;
    const out: Buffer[] = [];
    let from = 0;
    for (let i = 0; i < b.length; ) {
      if (this.inFrame) {
        i = this.afterFrame(b, i);
        continue;
      }
      const end = usageFrameEnd(b, i);
      if (end > 0) {
        out.push(b.subarray(from, i));
        i = end;
        from = end;
      } else if (end === OPEN && b.length - i <= HELD_BYTES) {
        this.held = b.subarray(i);
        out.push(b.subarray(from, i));
        return Buffer.concat(out);
      } else {
        this.inFrame = true;
        this.lineEmpty = true;
      }
    }
    if (from === 0) return b;
    out.push(b.subarray(from));
    return Buffer.concat(out);
  }

  /** The stream ended in good order: what is still held, unless it is the usage chunk without its last line end. */
  end(): Buffer {
    const rest = this.held;
    this.held = NOTHING;
    return usageFrameEnd(Buffer.concat([rest, FRAME_END]), 0) > 0 ? NOTHING : rest;
  }

  private afterFrame(b: Buffer, start: number): number {
    for (let i = start; ; ) {
      const end = b.indexOf(NEWLINE, i);
      const stop = end < 0 ? b.length : end;
      this.lineEmpty &&= stop - i === 0 || (stop - i === 1 && b[i] === RETURN);
      if (end < 0) return b.length;
      i = end + 1;
      if (this.lineEmpty) {
        this.inFrame = false;
        return i;
      }
      this.lineEmpty = true;
    }
  }
}

/** the bytes end before it is clear */
const OPEN = -1;
/** another frame, or no JSON */
const OTHER = -2;

/** Offset after the frame that begins at `start` when it is a usage chunk, else `OPEN` or `OTHER`. */
function usageFrameEnd(b: Buffer, start: number): number {
  for (let n = 0; n < FIELD.length; n++) {
    if (start + n === b.length) return OPEN;
    if (b[start + n] !== FIELD[n]) return OTHER;
  }
  let i = expect(b, start + FIELD.length, OPEN_OBJECT);
  let choices = false;
  let usage = false;
  for (;;) {
    i = i < 0 ? i : expect(b, i, QUOTE);
    if (i < 0) return i;
    const nameEnd = stringEnd(b, i);
    if (nameEnd < 0) return nameEnd;
    const name = b.toString('latin1', i, nameEnd - 1);
    const value = expect(b, nameEnd, COLON);
    if (value < 0) return value;
    if (name === 'choices') {
      choices = true;
      i = expect(b, value, OPEN_ARRAY);
      i = i < 0 ? i : expect(b, i, CLOSE_ARRAY);
    } else if (name === 'usage') {
      usage = true;
      i = expect(b, value, OPEN_OBJECT);
      i = i < 0 ? i : containerEnd(b, i);
    } else i = valueEnd(b, value);
    if (i < 0) return i;
    i = space(b, i);
    if (i === b.length) return OPEN;
    const c = b[i++];
    if (c === CLOSE_OBJECT) break;
    if (c !== COMMA) return OTHER;
  }
  if (!choices || !usage) return OTHER;
  for (let lines = 0; lines < 2; lines++) {
    if (lines === 0) i = space(b, i);
    if (b[i] === RETURN) i++;
    if (i === b.length) return OPEN;
    if (b[i++] !== NEWLINE) return OTHER;
  }
  return i;
}

/** White space within a line. */
function space(b: Buffer, from: number): number {
  let i = from;
  while (b[i] === SPACE || b[i] === TAB) i++;
  return i;
}

/** Offset after the byte `c`, which comes next but for white space. */
function expect(b: Buffer, from: number, c: number): number {
  const i = space(b, from);
  return i >= b.length ? OPEN : b[i] === c ? i + 1 : OTHER;
}

/** Offset after the string whose text begins at `start`. */
function stringEnd(b: Buffer, start: number): number {
  for (let i = start; i < b.length; i++) {
    const c = b[i] as number;
    if (c === QUOTE) return i + 1;
    if (c === BACKSLASH) i++;
    else if (c === NEWLINE) return OTHER;
  }
  return OPEN;
}

/** Offset after the object or array whose inside begins at `start`. */
function containerEnd(b: Buffer, start: number): number {
  let depth = 1;
  for (let i = start; i < b.length; i++) {
    const c = b[i] as number;
    if (c === QUOTE) {
      const end = stringEnd(b, i + 1);
      if (end < 0) return end;
      i = end - 1;
    } else if (c === OPEN_OBJECT || c === OPEN_ARRAY) depth++;
    else if (c === NEWLINE) return OTHER;
    else if ((c === CLOSE_OBJECT || c === CLOSE_ARRAY) && --depth === 0) return i + 1;
  }
  return OPEN;
}

function valueEnd(b: Buffer, from: number): number {
  let i = space(b, from);
  const c = b[i];
  if (c === undefined) return OPEN;
  if (c === QUOTE) return stringEnd(b, i + 1);
  if (c === OPEN_OBJECT || c === OPEN_ARRAY) return containerEnd(b, i + 1);
  while (i < b.length && b[i] !== COMMA && b[i] !== CLOSE_OBJECT && b[i] !== NEWLINE) i++;
  return i === b.length ? OPEN : i;
}

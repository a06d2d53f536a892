/**
 * A validating scanner over the bytes of one JSON object. It finds the top-level members without building values, so that
 * 64-bit seeds keep their digits, unknown fields arrive, and a large prompt is never copied into strings.
 */
export interface Member {
  key: string;
  /** offsets of the value's first byte and of the byte after its last */
  start: number;
  end: number;
}

/** Not JSON, or not an object; `position` is the byte offset at which it went wrong. */
export class JsonFault extends Error {
  readonly position: number;
  constructor(message: string, position: number) {
    super(`${message} at byte ${position}`);
    this.name = 'JsonFault';
    this.position = position;
  }
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** deeper nesting is an attack, not a prompt */
const MAX_DEPTH = 1000;

/** Members of the top-level object, in order. Throws `JsonFault`. */
export function topLevelMembers(b: Buffer): Member[] {
  let i = space(b, 0);
  if (b[i] !== OPEN_OBJECT) throw fault(b, i, 'expected an object');
  const members: Member[] = [];
  i = space(b, i + 1);
  if (b[i] === CLOSE_OBJECT) i++;
  else
    for (;;) {
      if (b[i] !== QUOTE) throw fault(b, i, 'expected a member name in double quotes');
      const keyEnd = stringEnd(b, i);
      const key = nameOf(b, i, keyEnd);
      i = space(b, keyEnd);
      if (b[i] !== COLON) throw fault(b, i, 'expected ":"');
      const start = space(b, i + 1);
      const end = valueEnd(b, start);
      members.push({ key, start, end });
      i = space(b, end);
      if (b[i] === CLOSE_OBJECT) {
        i++;
        break;
      }
      if (b[i] !== COMMA) throw fault(b, i, 'expected "," or "}"');
      i = space(b, i + 1);
    }
  i = space(b, i);
  if (i < b.length) throw fault(b, i, 'unexpected text after the object');
  return members;
}

function fault(b: Buffer, i: number, message: string): JsonFault {
  return i >= b.length ? new JsonFault('the body ends early: ' + message, i) : new JsonFault(message, i);
}

function nameOf(b: Buffer, start: number, end: number): string {
  const raw = b.toString('utf8', start, end);
  return raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
}

function space(b: Buffer, from: number): number {
  let i = from;
  for (; i < b.length; i++) {
    const c = b[i];
    if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) break;
  }
  return i;
}

/** Offset after the string that opens at `at`. */
function stringEnd(b: Buffer, at: number): number {
  for (let i = at + 1; i < b.length; i++) {
    const c = b[i] as number;
    if (c === QUOTE) return i + 1;
    if (c < 0x20) throw new JsonFault('a control character inside a string', i);
    if (c !== BACKSLASH) continue;
    const escaped = b[++i];
    if (escaped === 0x75) {
      for (let n = 0; n < 4; n++) if (!isHex(b[++i])) throw fault(b, i, 'expected four hex digits');
    } else if (escaped === undefined || !'"\\/bfnrt'.includes(String.fromCharCode(escaped))) throw fault(b, i, 'not an escape');
  }
  throw new JsonFault('a string without its end', b.length);
}
const isHex = (c: number | undefined): boolean =>
  c !== undefined && ((c >= 0x30 && c <= 0x39) || (c >= 0x41 && c <= 0x46) || (c >= 0x61 && c <= 0x66));

/** Offset after the value that starts at `at`; a loop with its own stack, so depth cannot overflow ours. */
function valueEnd(b: Buffer, at: number): number {
  const open: number[] = [];
  let i = at;
  for (;;) {
    i = space(b, i);
    const c = b[i];
    if (c === OPEN_OBJECT || c === OPEN_ARRAY) {
      const inside = space(b, i + 1);
      if (b[inside] === (c === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY)) i = inside + 1;
      else {
        if (open.push(c) > MAX_DEPTH) throw new JsonFault(`nested deeper than ${MAX_DEPTH}`, i);
        i = c === OPEN_OBJECT ? afterName(b, inside) : inside;
        continue;
      }
    } else i = scalarEnd(b, i);
    for (;;) {
      const container = open[open.length - 1];
      if (container === undefined) return i;
      i = space(b, i);
      if (b[i] === COMMA) {
        i = container === OPEN_OBJECT ? afterName(b, space(b, i + 1)) : i + 1;
        break;
      }
      if (b[i] !== (container === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY)) throw fault(b, i, 'expected "," or a closing bracket');
      open.pop();
      i++;
    }
  }
}

function afterName(b: Buffer, i: number): number {
  if (b[i] !== QUOTE) throw fault(b, i, 'expected a member name in double quotes');
  const colon = space(b, stringEnd(b, i));
  if (b[colon] !== COLON) throw fault(b, colon, 'expected ":"');
  return colon + 1;
}

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
function scalarEnd(b: Buffer, at: number): number {
  if (b[at] === QUOTE) return stringEnd(b, at);
  let i = at;
  for (; i < b.length; i++) {
    const c = b[i] as number;
    const word = (c >= 0x30 && c <= 0x39) || (c >= 0x61 && c <= 0x7a) || c === 0x45 || c === 0x2b || c === 0x2d || c === 0x2e;
    if (!word) break;
  }
  const text = b.toString('latin1', at, i);
  if (text === 'true' || text === 'false' || text === 'null' || NUMBER.test(text)) return i;
  throw fault(b, at, 'expected a value');
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Where a value stands in the bytes: from, up to. */
export type Span = readonly [number, number];

/**
 * The members of a JSON object that stand at its top level, by name. Values are not looked into, so a body of a megabyte costs
 * little. Undefined when the bytes are not one whole object.
 */
export function membersOf(body: Buffer): Map<string, Span> | undefined {
  const found = new Map<string, Span>();
  let at = skipSpace(body, 0);
  if (body[at++] !== 0x7b) return undefined;
  at = skipSpace(body, at);
  if (body[at] === 0x7d) return found;
  while (body[at] === QUOTE) {
    const keyEnd = stringEnd(body, at);
    if (keyEnd < 0) return undefined;
    const key = textIn(body, at, keyEnd);
    at = skipSpace(body, keyEnd);
    if (body[at++] !== 0x3a) return undefined;
    at = skipSpace(body, at);
    const end = valueEnd(body, at);
    if (end <= at) return undefined;
    found.set(key, [at, end]);
    at = skipSpace(body, end);
    if (body[at] === 0x7d) return found;
    if (body[at++] !== 0x2c) return undefined;
    at = skipSpace(body, at);
  }
  return undefined;
}

/** Number of elements of the array at the span; 1 for any other value, for `input` of an embedding call. */
export function elementsOf(body: Buffer, [from, to]: Span): number {
  if (body[from] !== 0x5b) return 1;
  let n = 0;
  for (let at = skipSpace(body, from + 1); at < to - 1; ) {
    const end = valueEnd(body, at);
    if (end <= at) return n;
    n++;
    at = skipSpace(body, end);
    if (body[at] === 0x2c) at = skipSpace(body, at + 1);
  }
  return n;
}

function textIn(b: Buffer, open: number, end: number): string {
  const raw = b.toString('utf8', open + 1, end - 1);
  if (!raw.includes('\\')) return raw;
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return raw; // no JSON: it is no name that anyone looks for
  }
}

function skipSpace(b: Buffer, at: number): number {
  while (b[at] === 0x20 || b[at] === 0x0a || b[at] === 0x0d || b[at] === 0x09) at++;
  return at;
}

/** After the closing quote; -1 when there is none. */
function stringEnd(b: Buffer, open: number): number {
  for (let at = b.indexOf(QUOTE, open + 1); at >= 0; at = b.indexOf(QUOTE, at + 1)) {
    let slashes = 0;
    while (b[at - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
  return -1;
}

function valueEnd(b: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < b.length; at++) {
    const c = b[at];
    if (c === QUOTE) {
      const end = stringEnd(b, at);
      if (end < 0) return -1;
      if (depth === 0) return end;
      at = end - 1;
    } else if (c === 0x7b || c === 0x5b) depth++;
    else if (c === 0x7d || c === 0x5d) {
      if (depth === 0) return at;
      if (--depth === 0) return at + 1;
    } else if (depth === 0 && (c === 0x2c || c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09)) return at;
  }
  return -1;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACES = ' \n\r\t';

/**
 * Members of the JSON object that ends `text`, found from its end: usage stands at the end of an answer, so most of the
 * text is never looked at, and the text may be cut off in front. Only members of the outermost object are found, so
 * nothing that a model wrote is taken for the provider's word. Returns value texts by name, up to the first one missing
 * when the text is cut or no JSON; nothing when the end of the object has not come.
 * @param text one character a byte (latin1) or decoded, both do
 */
export function membersFromEnd(text: string, names: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  let i = back(text, text.length - 1);
  if (text[i] !== '}') return found;
  i = back(text, i - 1);
  while (i >= 0 && text[i] !== '{' && found.size < names.length) {
    const end = i + 1;
    const start = valueStart(text, i);
    const colon = back(text, start - 1);
    const nameEnd = back(text, colon - 1);
    if (start < 0 || text[colon] !== ':' || text[nameEnd] !== '"') break;
    const nameStart = stringStart(text, nameEnd);
    if (nameStart < 0) break;
    const name = text.slice(nameStart + 1, nameEnd);
    if (names.includes(name) && !found.has(name)) found.set(name, text.slice(start, end));
    i = back(text, nameStart - 1);
    if (text[i] !== ',') break;
    i = back(text, i - 1);
  }
  return found;
}

/** Last place at or before `i` that is not white space. */
function back(text: string, i: number): number {
  let at = i;
  while (at >= 0 && SPACES.includes(text[at] as string)) at--;
  return at;
}

function valueStart(text: string, last: number): number {
  const c = text[last];
  if (c === '"') return stringStart(text, last);
  if (c === '}' || c === ']') return containerStart(text, last);
  let i = last;
  while (i >= 0 && /[\w.+-]/.test(text[i] as string)) i--;
  return i === last ? -1 : i + 1;
}

function containerStart(text: string, last: number): number {
  let depth = 0;
  for (let i = last; i >= 0; i--) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) i = stringStart(text, i);
    else if (c === 0x7d || c === 0x5d) depth++;
    else if ((c === 0x7b || c === 0x5b) && --depth === 0) return i;
  }
  return -1;
}

/** The quote that opens the string which `last` closes: the nearest one before it that is not escaped. */
function stringStart(text: string, last: number): number {
  for (let i = last - 1; i >= 0; i--) {
    i = text.lastIndexOf('"', i);
    if (i < 0) return -1;
    let slashes = 0;
    while (text.charCodeAt(i - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return i;
  }
  return -1;
}

/** String value of the last member `name` that has one; null when every one is null or there is none. */
export function lastText(text: string, name: string): string | null {
  for (let at = text.lastIndexOf(`"${name}"`); at >= 0; at = at === 0 ? -1 : text.lastIndexOf(`"${name}"`, at - 1)) {
    const value = /^\s*:\s*"([^"\\]{1,64})"/.exec(text.slice(at + name.length + 2, at + name.length + 90));
    if (value) return value[1] as string;
  }
  return null;
}

/** What stands after `"name"` and a colon, with white space as anybody writes it: its first offset, or -1. */
export function valueAfter(text: string, nameEnd: number): number {
  let i = nameEnd;
  while (SPACES.includes(text[i] ?? 'x')) i++;
  if (text[i] !== ':') return -1;
  i++;
  while (SPACES.includes(text[i] ?? 'x')) i++;
  return i;
}

/** UTF-8 bytes of the string values of members called `names`, from `from` on. `text` has one character a byte. */
export function textBytes(text: string, names: readonly string[], from: number): number {
  let bytes = 0;
  for (const name of names) {
    for (let at = text.indexOf(name, from); at >= 0; at = text.indexOf(name, at)) {
      at += name.length;
      const open = valueAfter(text, at);
      if (open < 0 || text.charCodeAt(open) !== QUOTE) continue;
      const end = stringEnd(text, open);
      const value = text.slice(open + 1, end);
      bytes += value.includes('\\') ? unescapedBytes(value) : value.length;
      at = end;
    }
  }
  return bytes;
}

/** The quote that closes the string which `open` opens; the end of the text when it is cut off. */
function stringEnd(text: string, open: number): number {
  for (let i = text.indexOf('"', open + 1); i >= 0; i = text.indexOf('"', i + 1)) {
    let slashes = 0;
    while (text.charCodeAt(i - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return i;
  }
  return text.length;
}

function unescapedBytes(value: string): number {
  let bytes = 0;
  for (let i = 0; i < value.length; i++) {
    bytes++;
    if (value.charCodeAt(i) !== BACKSLASH) continue;
    i++;
    if (value[i] !== 'u') continue;
    const code = Number.parseInt(value.slice(i + 1, i + 5), 16);
    // a half of a surrogate pair is two of its four bytes
    if (code > 0x7f) bytes += code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 2 : 1;
    i += 4;
  }
  return bytes;
}

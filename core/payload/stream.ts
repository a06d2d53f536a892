import { redactJson, redactPlain } from './json.js';
import { redactText } from './redact.js';

/** members that carry a piece of a text which goes on in the next event: OpenAI's chat and responses, Anthropic's messages */
const PIECES = new Set([
  'content',
  'text',
  'arguments',
  'partial_json',
  'thinking',
  'reasoning',
  'reasoning_content',
  'refusal',
  'delta',
  'input',
]);
const OBJECT = /^data:\s*[[{]/;
/** after so many events that are no JSON the rest is text: each costs an exception */
const MAX_BROKEN = 100;
type Json = Record<string, unknown>;
interface Piece {
  holder: Json;
  key: string;
  line: number;
}

/**
 * Server-sent events with their data redacted. A model sends an address in pieces, one an event, so the pieces of one text
 * are joined first; where something was found the whole text stands in its first event and the others are empty.
 */
export function redactStream(text: string, cut: boolean): string {
  const lines = (cut ? text.slice(0, Math.max(text.lastIndexOf('\n\n'), text.lastIndexOf('\r\n\r\n')) + 1) : text).split('\n');
  const texts = new Map<string, Piece[]>();
  const events = new Map<number, Json>();
  let broken = 0;
  for (const [i, line] of lines.entries()) {
    const event = broken < MAX_BROKEN ? eventOf(line) : undefined;
    if (!event) {
      if (OBJECT.test(line)) broken++;
      lines[i] = redactText(line);
      continue;
    }
    lines[i] = `data: ${redactJson(line.slice(5).trim())}${line.endsWith('\r') ? '\r' : ''}`;
    events.set(i, eventOf(lines[i] as string) ?? event);
  }
  for (const [line, event] of events)
    collect(event, '', (path, holder, key) => {
      const pieces = texts.get(path) ?? [];
      texts.set(path, pieces);
      pieces.push({ holder, key, line });
    });
  const changed = new Set<number>();
  for (const pieces of texts.values()) {
    const whole = pieces.map((p) => p.holder[p.key] as string).join('');
    const clean = redactPlain(whole, cut);
    if (clean === whole) continue;
    for (const [n, { holder, key, line }] of pieces.entries()) {
      holder[key] = n === 0 ? clean : '';
      changed.add(line);
    }
  }
  for (const i of changed) lines[i] = `data: ${JSON.stringify(events.get(i))}${lines[i]?.endsWith('\r') ? '\r' : ''}`;
  return lines.join('\n');
}

function eventOf(line: string): Json | undefined {
  if (!OBJECT.test(line)) return undefined;
  try {
    const data: unknown = JSON.parse(line.slice(5));
    return typeof data === 'object' && data !== null ? (data as Json) : undefined;
  } catch {
    return undefined; // a line of text
  }
}

/** Every piece with the name of its text: where it stands, and the indexes that its objects carry. */
function collect(value: unknown, path: string, found: (path: string, holder: Json, key: string) => void): void {
  if (typeof value !== 'object' || value === null) return;
  const o = value as Json;
  const own = ['type', 'index', 'output_index', 'content_index', 'item_id']
    .map((k) => (typeof o[k] === 'string' || typeof o[k] === 'number' ? o[k] : ''))
    .join(',');
  for (const [key, v] of Object.entries(o)) {
    const at = `${path}/${own}/${Array.isArray(value) ? '' : key}`;
    if (typeof v === 'string' && PIECES.has(key)) found(at, o, key);
    else collect(v, at, found);
  }
}

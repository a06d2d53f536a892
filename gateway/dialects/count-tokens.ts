import { isObject, type Json } from './fields.js';

/** Above this, tokens are estimated from bytes: counting blocks the process for milliseconds per ten kilobytes. */
const COUNTED_BYTES = 32 * 1024;
/** Text of English prose and code has about four bytes a token in o200k_base; three leaves room for other scripts. */
const BYTES_PER_TOKEN = 3;
/**
 * Anthropic's vision guide: width × height / 750 tokens, so about 1,600 for 1,092 × 1,092 pixels, the largest square that most
 * models do not scale down. The newest take larger images and more tokens; the size of an image is not looked at here.
 */
const IMAGE_TOKENS = 1600;
/** Roles and delimiters around a turn, a tool or the system prompt: OpenAI's cookbook counts three, and one for the name. */
const FRAME_TOKENS = 4;

/**
 * The tokenizer takes time that is quadratic in the length of a word: 32 kB without a space block the process for a second.
 * Text with such a word is counted in pieces, which adds a token to a piece at most.
 */
const PIECE = 256;
const RUN = /\S{256}|\s{256}/;

type Counter = (text: string) => number;
let counter: Counter | undefined;

/** The tables take about 0.4 s and tens of megabytes to load: only a process that counts has them. */
async function load(): Promise<Counter> {
  if (counter) return counter;
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
  // the text of a special token is the caller's text like any other
  const options = { disallowedSpecial: new Set<string>() };
  counter = (text) => {
    if (!RUN.test(text)) return countTokens(text, options);
    let sum = 0;
    for (let i = 0; i < text.length; i += PIECE) sum += countTokens(text.slice(i, i + PIECE), options);
    return sum;
  };
  return counter;
}

/** All text that a model would read, and how many images and frames stand around it. */
function collect(value: unknown, into: { texts: string[]; images: number }): void {
  if (typeof value === 'string') into.texts.push(value);
  else if (Array.isArray(value)) for (const v of value) collect(v, into);
  else if (isObject(value)) {
    if (value['type'] === 'image') into.images++;
    else if (value['type'] === 'tool_use') into.texts.push(String(value['name']), JSON.stringify(value['input'] ?? {}));
    else for (const key of ['text', 'thinking', 'content']) collect(value[key], into);
  }
}

/**
 * Anthropic's answer to `count_tokens`, `{ input_tokens }`, for providers that cannot count: an estimate with the tokenizer of
 * OpenAI's newer models (o200k_base), whatever the model; other models' tokenizers differ by some tens of percent.
 */
export async function countTokens(body: Json): Promise<{ input_tokens: number }> {
  const found = { texts: [] as string[], images: 0 };
  collect(body['system'], found);
  const messages = Array.isArray(body['messages']) ? body['messages'] : [];
  for (const m of messages) if (isObject(m)) collect(m['content'], found);
  const tools = Array.isArray(body['tools']) ? body['tools'] : [];
  for (const t of tools) found.texts.push(JSON.stringify(t));
  const frames = messages.length + tools.length + (found.texts.length > 0 ? 1 : 0);
  const all = found.texts.join('\n');
  const bytes = Buffer.byteLength(all);
  const words = bytes > COUNTED_BYTES ? Math.ceil(bytes / BYTES_PER_TOKEN) : (await load())(all);
  return { input_tokens: words + frames * FRAME_TOKENS + found.images * IMAGE_TOKENS };
}

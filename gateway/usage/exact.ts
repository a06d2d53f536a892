type Encoding = 'o200k_base' | 'cl100k_base';
type Count = (text: string) => number;

/** above this size a count takes too long on the way of a call, and bytes do */
const COUNTED_BYTES = 32 * 1024;
/** Byte pair merging takes the square of a word's length: 32 kB of one letter took 1.3 s, in pieces of this size 20 ms. */
const PIECE = 512;

/** ms of counting: what may be spent at once, and the part of the time that it comes back at. Hostile text takes 30 ms a call. */
const BURST_MS = 1_000;
const SHARE = 0.1;

/** How much of the process's time goes into counting: at most a tenth, because every other call waits meanwhile. */
export class TimeShare {
  private credit = BURST_MS;
  private at = Number.NEGATIVE_INFINITY;

  /** @param now monotonic ms */
  allows(now: number): boolean {
    this.credit = Math.min(BURST_MS, this.credit + (now - this.at) * SHARE);
    this.at = now;
    return this.credit > 0;
  }
  spend(ms: number): void {
    this.credit -= ms;
  }
}
const ofThisProcess = new TimeShare();

const loaded = new Map<Encoding, Promise<Count>>();

/**
 * Tokens of a request's body, for when so little is left of an allowance that the estimate by bytes would refuse a call that
 * fits. The JSON around the texts is counted with them, as the bytes are. Null: the model's tokenizer is not known, the body is
 * above 32 KiB, or the share of time for counting is used up. The first count of an encoding loads its table: 0.4 s during which
 * the process does nothing else.
 */
export async function countInput(body: Buffer, upstreamModel: string, share = ofThisProcess): Promise<number | null> {
  const encoding = encodingOf(upstreamModel);
  if (encoding === null || body.length > COUNTED_BYTES) return null;
  const count = await tokenizer(encoding);
  const began = performance.now();
  if (!share.allows(began)) return null;
  const text = body.toString('utf8');
  let tokens = 0;
  for (let at = 0; at < text.length; ) {
    const end = pieceEnd(text, at);
    tokens += count(text.slice(at, end));
    at = end;
  }
  share.spend(performance.now() - began);
  return Math.min(tokens, body.length);
}

/** OpenAI's own models by the name under which OpenAI serves them; others have tokenizers of their own. */
function encodingOf(upstreamModel: string): Encoding | null {
  const name = upstreamModel.replace(/^openai\//, '');
  if (/^(gpt-4o|gpt-4\.1|gpt-4\.5|gpt-5|gpt-oss|chatgpt-4o|o[134])(?![a-z])/.test(name)) return 'o200k_base';
  return /^(gpt-4|gpt-3\.5|text-embedding-(3|ada))/.test(name) ? 'cl100k_base' : null;
}

function tokenizer(encoding: Encoding): Promise<Count> {
  let table = loaded.get(encoding);
  if (!table) {
    table = load(encoding);
    loaded.set(encoding, table);
  }
  return table;
}
async function load(encoding: Encoding): Promise<Count> {
  const table =
    encoding === 'o200k_base' ? await import('gpt-tokenizer/encoding/o200k_base') : await import('gpt-tokenizer/encoding/cl100k_base');
  // names of special tokens in a text are text
  const options = { disallowedSpecial: new Set<string>() };
  return (text) => table.countTokens(text, options);
}

/** Before a space between two words, where no token reaches across; in text without such a place, anywhere. */
function pieceEnd(text: string, start: number): number {
  const most = start + PIECE;
  if (most >= text.length) return text.length;
  for (let i = most; i > start + PIECE / 2; i--) if (text[i] === ' ' && /^[^\s] \p{L}$/u.test(text.slice(i - 1, i + 2))) return i;
  return most;
}

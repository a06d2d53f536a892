import type { OPERATIONS } from '#core/metric/schema.js';
import { NO_TOKENS, TOKEN_CLASSES, type TokenClass } from '#core/metric/tokens.js';
import { costAt, type PriceInForce, type Rates } from './price.js';

/** Bytes of text a token, about: OpenAI's help page "What are tokens" gives four characters of English. */
const BYTES_PER_TOKEN = 4;
/** How many tokens a text is likely to have; for token limits and for usage that nobody stated. Not a bound. */
export const tokenEstimate = (bytes: number): number => Math.ceil(bytes / BYTES_PER_TOKEN);

/**
 * What a chat template puts around the messages. Roles and separators are fewer than the bytes of the JSON around each
 * message; this is for what a template adds of its own, such as the default system prompts of open models.
 */
const TEMPLATE_TOKENS = 256;
/**
 * What a provider adds for tools: Anthropic's tool use system prompt (up to 530 tokens) and its own tools, which are named
 * in a few bytes (computer 735, text editor 700, bash 245 tokens; "Tool use", "Pricing").
 */
const TOOL_TOKENS = 2_304;
/** Largest published for one image, but for the one below: Qwen-VL's `max_pixels` of 16,384 tokens. */
const IMAGE_TOKENS = 16_384;
/** gpt-4o-mini counts images by 33.3: 2,833 and 5,667 for each of at most 8 tiles (OpenAI, "Images and vision"). */
const IMAGE_TOKENS_4O_MINI = 48_169;

/** What a call asks for, as far as its body says. */
export interface Demand {
  operation: (typeof OPERATIONS)[number];
  /** of the body as it goes to the upstream */
  bodyBytes: number;
  /** output limit in the request, tokens of one answer; null when it names none */
  maxOutput: number | null;
  /** answers that are generated: `n` or `best_of`, times the prompts of a completion */
  answers: number;
  images: number;
  tools: boolean;
  /** the body has audio, or asks for it */
  audio: boolean;
  /** it writes into a cache for an hour */
  hourCache: boolean;
  /** predicted output: what does not fit is charged on top */
  prediction: boolean;
  /** it refers to input that is not in it (files, earlier responses, pages a tool will fetch): its bytes bound nothing */
  elsewhere: boolean;
}
export interface ModelLimits {
  /** tokens; null or 0 when the catalog does not know */
  contextWindow: number | null;
  outputLimit: number | null;
  /** the provider's own model id */
  upstreamModel: string;
}
/** The most tokens that an attempt can use; null where nothing bounds it. */
export interface TokenBound {
  input: number | null;
  output: number | null;
}

/**
 * The most tokens that one attempt can be charged for. Input: a byte-level tokenizer makes at most one token of a byte, so
 * the bytes of the body are a bound, plus what template, tools and images add; a model never takes in more than its
 * context window (embeddings take it for each text, so there it bounds nothing). Output: what the request allows, else the
 * model's own limit, else its context window, for each answer. Tools that the provider runs can read a window several
 * times in one call; they are bounded by one window. A tokenizer that rewrites text first (SentencePiece with NFKC) can make
 * more tokens than bytes of a few rare characters; only old embedding models have one.
 */
export function tokenBound(d: Demand, m: ModelLimits): TokenBound {
  if (d.operation === 'countTokens') return { input: 0, output: 0 };
  const window = m.contextWindow || null;
  const perImage = /4o-mini/.test(m.upstreamModel) ? IMAGE_TOKENS_4O_MINI : IMAGE_TOKENS;
  const measured = d.bodyBytes + (d.operation === 'embedding' ? 0 : TEMPLATE_TOKENS) + (d.tools ? TOOL_TOKENS : 0) + d.images * perImage;
  const input = d.elsewhere ? window : d.operation === 'embedding' ? measured : Math.min(measured, window ?? measured);
  if (d.operation === 'embedding') return { input, output: 0 };
  const each = d.maxOutput === null ? m.outputLimit || window : Math.min(d.maxOutput, window ?? d.maxOutput);
  return { input, output: each === null ? null : (each + (d.prediction ? d.bodyBytes : 0)) * d.answers };
}

const INPUT: readonly TokenClass[] = ['inputTokens', 'cacheReadTokens', 'cacheWrite5mTokens', 'imageTokens'];
const OUTPUT: readonly TokenClass[] = ['outputTokens', 'reasoningTokens'];

/**
 * The most nano-dollars that an attempt within `bound` can cost: every token in the dearest class and the dearest tier that
 * it can come to. Null when the bound is open, or input or output has no price at all: such a call ends unpriced.
 */
export function costBound(d: Pick<Demand, 'audio' | 'hourCache'>, bound: TokenBound, price: PriceInForce | null): number | null {
  if (price === null || bound.input === null || bound.output === null) return null;
  const inputs = [...INPUT, ...(d.hourCache ? (['cacheWrite1hTokens'] as const) : []), ...(d.audio ? (['inputAudioTokens'] as const) : [])];
  const outputs = d.audio ? [...OUTPUT, 'outputAudioTokens' as const] : OUTPUT;
  let most: number | null = null;
  for (const { above, rates } of price.tiers) {
    if (above >= bound.input && above > 0) break;
    const tokens = { ...NO_TOKENS };
    if (bound.input > 0) tokens[dearest(rates, inputs)] = bound.input;
    if (bound.output > 0) tokens[dearest(rates, outputs)] = bound.output;
    const cost = costAt(tokens, rates);
    if (cost === null) return null;
    most = Math.max(most ?? 0, cost);
  }
  return most;
}

/** The class with the highest price among those that have one; the first when none has. */
function dearest(rates: Rates, classes: readonly TokenClass[]): TokenClass {
  const price = (c: TokenClass): number => {
    const i = TOKEN_CLASSES.indexOf(c);
    return (rates.whole[i] as number) * 1_000_000 + (rates.millionths[i] as number);
  };
  return classes.reduce((best, c) => (price(c) > price(best) ? c : best));
}

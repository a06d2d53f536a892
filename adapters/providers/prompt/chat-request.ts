import { Untranslatable } from '../translator.js';
import { promptOf } from './prompt.js';

/** Values that ask for nothing: what every provider does anyway. */
const NEUTRAL: Readonly<Record<string, (v: unknown) => boolean>> = {
  n: (v) => v === 1,
  response_format: (v) => (v as { type?: unknown }).type === 'text',
  presence_penalty: (v) => v === 0,
  frequency_penalty: (v) => v === 0,
  logprobs: (v) => v === false,
  top_logprobs: (v) => v === 0,
  tools: empty,
  stop: empty,
  logit_bias: (v) => Object.keys(v as object).length === 0,
  tool_choice: (v) => v === 'none',
  modalities: (v) => Array.isArray(v) && v.every((m) => m === 'text'),
  store: (v) => v === false,
};
function empty(v: unknown): boolean {
  return Array.isArray(v) && v.length === 0;
}

/** What a provider of one prompt can be asked for. */
export interface PlainChat {
  prompt: string;
  maxTokens?: number;
  temperature?: number;
  topP?: number;
  /** who the caller says it is, and what it attached: `user` and `metadata` */
  context?: Record<string, unknown>;
  /** fields that only this provider has, unchecked */
  own: Record<string, unknown>;
}

/**
 * A chat request reduced to a prompt and three parameters. Throws `Untranslatable` naming the first field that the provider
 * `who` cannot express, unless its value asks for nothing.
 * @param own names of the provider's own fields, which pass
 */
export function plainChat(
  who: string,
  body: Record<string, unknown>,
  defaults: Readonly<Record<string, unknown>>,
  own: readonly string[],
): PlainChat {
  const chat: PlainChat = { prompt: promptOf(body['messages']), own: {} };
  const context: Record<string, unknown> = {};
  for (const [field, value] of Object.entries({ ...defaults, ...body })) {
    if (value === null || value === undefined || field === 'model' || field === 'messages') continue;
    if (field === 'stream' || field === 'stream_options') continue; // how the answer is handed over is not the provider's affair
    if (field === 'max_tokens' || field === 'max_completion_tokens') chat.maxTokens = limit(chat.maxTokens, field, value);
    else if (field === 'temperature') chat.temperature = number(field, value);
    else if (field === 'top_p') chat.topP = number(field, value);
    else if (field === 'user' || field === 'metadata') context[field] = value;
    else if (own.includes(field)) chat.own[field] = value;
    else if (!(Object.hasOwn(NEUTRAL, field) && NEUTRAL[field]?.(value)))
      throw new Untranslatable(field, `${who} takes a prompt and answers with a text; it has nothing for "${field}"`);
  }
  if (Object.keys(context).length > 0) chat.context = context;
  return chat;
}

function number(field: string, value: unknown): number {
  if (typeof value !== 'number') throw new Untranslatable(field, `"${field}" must be a number`);
  return value;
}
/** Of two names for the same limit the smaller one holds. */
function limit(other: number | undefined, field: string, value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 1) throw new Untranslatable(field, `"${field}" must be a whole number from 1`);
  return Math.min(other ?? Number.POSITIVE_INFINITY, value as number);
}

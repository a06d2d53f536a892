import type { Operation } from '../provider.js';
import { elementsOf, membersOf, type Span } from './scan.js';

/** What a request asks for, as far as the simulator cares. */
export interface Ask {
  operation: Operation;
  model: string;
  stream: boolean;
  maxTokens: number | null;
  n: number;
  /** `stream_options` of OpenAI's dialect; `continuous_usage_stats` is vLLM's */
  includeUsage: boolean;
  continuousUsage: boolean;
  /** bytes of everything that the model reads: a gateway that adds parameters or another name does not change it */
  inputBytes: number;
  /** embeddings only */
  inputs: number;
  dimensions: number;
  base64: boolean;
}

const READ = ['messages', 'prompt', 'input', 'system', 'instructions', 'tools'];
const LIMITS = ['max_tokens', 'max_completion_tokens', 'max_output_tokens'];

/** Reads a request body; a text says what is wrong with it. */
export function askOf(operation: Operation, body: Buffer): Ask | string {
  const members = membersOf(body);
  if (!members) return 'the body is not a JSON object';
  const value = (name: string): unknown => {
    const span = members.get(name);
    return span && parsed(body, span);
  };
  const model = value('model');
  if (typeof model !== 'string' || model === '') return '"model" must be a text';
  const read = READ.map((name) => members.get(name)).filter((s) => s !== undefined);
  if (read.length === 0) return 'there is nothing to read: no "messages", "prompt" or "input"';
  const limits = LIMITS.map(value).filter((v) => typeof v === 'number');
  if (limits.some((v) => !Number.isSafeInteger(v) || v < 1)) return 'the limit of tokens must be a whole number from 1';
  const n = value('n') ?? 1;
  if (typeof n !== 'number' || !Number.isSafeInteger(n) || n < 1 || n > 128) return '"n" must be a whole number from 1 to 128';
  const dimensions = value('dimensions') ?? 256;
  if (typeof dimensions !== 'number' || !Number.isSafeInteger(dimensions) || dimensions < 1 || dimensions > 4096)
    return '"dimensions" must be a whole number from 1 to 4096';
  const options = (value('stream_options') ?? {}) as { include_usage?: unknown; continuous_usage_stats?: unknown };
  const input = members.get('input');
  return {
    operation,
    model,
    stream: value('stream') === true,
    maxTokens: limits.length > 0 ? Math.min(...limits) : null,
    n: operation === 'chat' || operation === 'completion' ? n : 1,
    includeUsage: options.include_usage === true,
    continuousUsage: options.continuous_usage_stats === true,
    inputBytes: read.reduce((sum, [from, to]) => sum + to - from, 0),
    inputs: operation === 'embedding' && input ? elementsOf(body, input) : 1,
    dimensions,
    base64: operation === 'embedding' && value('encoding_format') === 'base64',
  };
}

function parsed(body: Buffer, [from, to]: Span): unknown {
  try {
    return JSON.parse(body.toString('utf8', from, to)) as unknown;
  } catch {
    return undefined; // as if it were not there; what is needed is then missed by name
  }
}

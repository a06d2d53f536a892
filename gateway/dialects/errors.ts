import type { Operation } from '#adapters/providers/provider.js';
import { isObject } from './fields.js';
import { anthropicFrame, openaiFrame } from './sse.js';

export type Dialect = 'openai' | 'anthropic';

export const dialectOf = (operation: Operation): Dialect =>
  operation === 'message' || operation === 'countTokens' ? 'anthropic' : 'openai';

export interface CallError {
  /** HTTP status that the caller gets */
  status: number;
  /** OpenAI's kind of error; Anthropic's follows from the status */
  type: string;
  code: string | null;
  message: string;
  /** the request's field that is at fault */
  param?: string | null;
  requestId?: string | null;
}

/** Source: "Errors" in Anthropic's API documentation, and `ErrorType` of @anthropic-ai/sdk 1.12.0. */
const ANTHROPIC_TYPES: ReadonlyMap<number, string> = new Map<number, string>([
  [400, 'invalid_request_error'],
  [401, 'authentication_error'],
  [402, 'billing_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [408, 'timeout_error'],
  [409, 'conflict_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [500, 'api_error'],
  [503, 'overloaded_error'],
  [504, 'timeout_error'],
  [529, 'overloaded_error'],
]);
export const anthropicErrorType = (status: number): string =>
  ANTHROPIC_TYPES.get(status) ?? (status >= 400 && status < 500 ? 'invalid_request_error' : 'api_error');

const OPENAI_TYPES: ReadonlyMap<number, string> = new Map<number, string>([
  [401, 'authentication_error'],
  [403, 'permission_error'],
  [429, 'rate_limit_error'],
]);
export const openaiErrorType = (status: number): string =>
  OPENAI_TYPES.get(status) ?? (status >= 400 && status < 500 ? 'invalid_request_error' : 'server_error');

/** Source: "Errors" in Anthropic's API documentation: an error inside a stream comes after the status 200. */
const STATUS_OF_CODE: ReadonlyMap<string, number> = new Map<string, number>([
  ['invalid_request_error', 400],
  ['authentication_error', 401],
  ['billing_error', 402],
  ['permission_error', 403],
  ['not_found_error', 404],
  ['conflict_error', 409],
  ['request_too_large', 413],
  ['rate_limit_error', 429],
  // OpenAI's codes for the same
  ['rate_limit_exceeded', 429],
  ['insufficient_quota', 429],
  ['api_error', 500],
  ['timeout_error', 504],
  ['overloaded_error', 529],
]);

/** An error body as JSON text. Anthropic's form has no place for a field, so its message names it. */
export function errorBodyFor(dialect: Dialect, e: CallError): string {
  if (dialect === 'openai') return JSON.stringify({ error: { message: e.message, type: e.type, param: e.param ?? null, code: e.code } });
  const message = e.param && !e.message.includes(e.param) ? `${e.param}: ${e.message}` : e.message;
  return JSON.stringify({ type: 'error', error: { type: anthropicErrorType(e.status), message }, request_id: e.requestId ?? null });
}

/** An error as the last event of a stream that has already begun. */
export const errorEventFor = (dialect: Dialect, e: CallError): string =>
  dialect === 'openai' ? openaiFrame(errorBodyFor('openai', e)) : anthropicFrame('error', errorBodyFor('anthropic', e));

export const MAX_MESSAGE_CHARS = 2000;

/**
 * What an upstream said in its error body, whatever its form: OpenAI's and Anthropic's `error` object, the flat forms of
 * inference servers (`message`, `detail`, `error` as text), or plain text. The message has at most 2000 characters.
 */
export function upstreamError(status: number, body: Buffer): CallError {
  const parsed = parse(body);
  const inner = isObject(parsed) && isObject(parsed['error']) ? parsed['error'] : parsed;
  const o = isObject(inner) ? inner : {};
  const said = [o['message'], o['detail'], o['error']].find((v) => typeof v === 'string' && v !== '') ?? plain(parsed, body);
  const string = (v: unknown): string | null => (typeof v === 'string' && v !== '' ? v : null);
  const requestId = isObject(parsed) ? string(parsed['request_id']) : null;
  return {
    status,
    type: openaiErrorType(status),
    code: string(o['code']) ?? string(o['type']),
    message: clip(typeof said === 'string' ? said : `The provider answered ${status} without a message.`),
    param: string(o['param']),
    requestId,
  };
}

/** An upstream's error body in the caller's dialect. */
export const translateError = (dialect: Dialect, status: number, body: Buffer): string =>
  errorBodyFor(dialect, upstreamError(status, body));

/** An upstream's error event in the middle of a stream, in the caller's dialect. */
export function translateErrorEvent(dialect: Dialect, data: string): string {
  const e = upstreamError(500, Buffer.from(data));
  const status = STATUS_OF_CODE.get(e.code ?? '') ?? 500;
  return errorEventFor(dialect, { ...e, status, type: openaiErrorType(status) });
}

const clip = (s: string): string => (s.length > MAX_MESSAGE_CHARS ? `${s.slice(0, MAX_MESSAGE_CHARS - 1)}…` : s);

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined; // plain text or a proxy's page
  }
}

/** Text that was meant to be read; a proxy's HTML page says nothing to the caller. */
function plain(parsed: unknown, body: Buffer): string | undefined {
  if (typeof parsed === 'string') return parsed;
  if (parsed !== undefined) return undefined;
  const raw = body.toString('utf8', 0, MAX_MESSAGE_CHARS * 4).trim();
  return raw === '' || raw.startsWith('<') ? undefined : raw;
}

import type { IncomingHttpHeaders } from 'node:http';

/** Of one connection, not of the message (RFC 9110 section 7.6.1). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** Between the provider and us: a cookie or a transport policy of the provider is nothing for our callers. */
const PROVIDERS_OWN = new Set(['set-cookie', 'alt-svc', 'strict-transport-security']);
/** What of a caller's headers an upstream may see. */
const FORWARDED = ['accept', 'openai-beta', 'anthropic-beta', 'anthropic-version', 'traceparent', 'tracestate'] as const;

/** The upstream's headers for the client. */
export function answerHeaders(upstream: IncomingHttpHeaders): Record<string, string | string[]> {
  const out: Record<string, string | string[]> = {};
  const named = upstream.connection
    ?.toLowerCase()
    .split(',')
    .map((s) => s.trim());
  for (const name in upstream) {
    const value = upstream[name];
    if (value === undefined || HOP_BY_HOP.has(name) || PROVIDERS_OWN.has(name) || name.startsWith('x-modelhub-') || named?.includes(name))
      continue;
    out[name] = typeof value === 'string' ? sendable(value) : value.map(sendable);
  }
  return out;
}

/** Node takes Latin-1 only, and throws for more; an upstream may send UTF-8. */
const sendable = (s: string): string => (UNSENDABLE.test(s) ? s.replace(UNSENDABLE_ALL, '?') : s);
const UNSENDABLE = /[^\t\x20-\x7e\x80-\xff]/;
const UNSENDABLE_ALL = new RegExp(UNSENDABLE, 'gu');

/** Headers of the upstream call; the caller's own credential never goes on. */
export function upstreamHeaders(
  caller: IncomingHttpHeaders,
  credential: Record<string, string>,
  requestId: string,
  traceparent?: string,
): Record<string, string> {
  const out: Record<string, string> = {
    'content-type': 'application/json',
    // compressed answers would hide the usage figures from us
    'accept-encoding': 'identity',
    'user-agent': 'auterity-model-hub',
    'x-request-id': requestId,
    ...credential,
  };
  for (const name of FORWARDED) {
    const value = caller[name];
    if (typeof value === 'string') out[name] = value;
  }
  if (traceparent !== undefined) out['traceparent'] = traceparent;
  return out;
}

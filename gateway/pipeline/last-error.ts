import type { ServerResponse } from 'node:http';
import { hide } from '#adapters/providers/error-text.js';
import { type Dialect, translateError } from '../dialects/errors.js';
import { answerHeaders } from '../http/headers.js';
import type { Outcome } from './outcome.js';
import type { Address } from './targets.js';

/**
 * The upstream's last error answer for the caller: as it came where both speak one dialect, else translated.
 * @param status for the caller; the upstream's own unless that is no error
 * @param said what was chosen and why, as headers
 */
export function sendLastError(
  res: ServerResponse,
  dialect: Dialect,
  address: Address,
  failed: Extract<Outcome, { kind: 'failed' }>,
  status: number,
  said: Record<string, string>,
): void {
  // a redirect is not followed, and not the caller's to follow
  const headers = failed.status >= 400 ? answerHeaders(failed.headers) : {};
  for (const name in headers) headers[name] = [headers[name] ?? []].flat().map((v) => hide(v, address.secret));
  const out = Object.assign(headers, said);
  const native = address.translator === 'native' && failed.status >= 400;
  const told = withoutSecret(failed.body, address.secret);
  const body = native ? told : Buffer.from(translateError(dialect, status, told));
  if (!native) out['content-type'] = 'application/json';
  out['content-length'] = String(body.length);
  res.writeHead(status, out);
  res.end(body);
}

/** Byte for byte, unless the upstream repeats the credential that it was called with. */
function withoutSecret(body: Buffer, secret: string | null): Buffer {
  const text = body.toString();
  const hidden = hide(text, secret);
  return hidden === text ? body : Buffer.from(hidden);
}

import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { may } from '#core/identity/permissions.js';
import { wellFormed } from '#store/identity.js';
import { Refusal } from '../http/refusal.js';
import type { Deps } from './deps.js';

/** Who calls, within which walls, and into which environment. */
export interface Caller {
  tenant: string;
  scope: string;
  key: string;
  environment: string;
  purpose: string;
  /** may name a revision */
  mayPin: boolean;
  /** what the caller says about itself, for counting and for the ledger; never a permission */
  said: Said;
}
export interface Said {
  user: string | null;
  workflow: string | null;
  run: string | null;
  node: string | null;
}

const unauthenticated = (code: string, message: string): Refusal =>
  new Refusal(401, 'authentication_error', code, message, { headers: { 'www-authenticate': 'Bearer' } });
const text = (v: string | string[] | undefined): string | undefined => (typeof v === 'string' && v !== '' ? v : undefined);
const short = (v: string | string[] | undefined): string | null => text(v)?.slice(0, 200) ?? null;

/** `Authorization: Bearer …` as OpenAI's clients send it, or `x-api-key` as Anthropic's do. */
function tokenIn(headers: IncomingHttpHeaders): string | undefined {
  const { authorization } = headers;
  if (authorization === undefined) return text(headers['x-api-key'])?.trim();
  return /^Bearer\s+(\S+)\s*$/i.exec(authorization)?.[1];
}

const saidIn = (headers: IncomingHttpHeaders): Said => ({
  user: short(headers['x-modelhub-user']) ?? short(headers['x-user-id']),
  workflow: short(headers['x-modelhub-workflow']),
  run: short(headers['x-modelhub-run']),
  node: short(headers['x-modelhub-node']),
});

/** The first step of a call: key by hash from memory, expiry against the clock. Throws a `Refusal`. */
export function identify(deps: Pick<Deps, 'memory' | 'internalHash' | 'keysValidMs'>, headers: IncomingHttpHeaders, now: number): Caller {
  const token = tokenIn(headers);
  if (!token) throw unauthenticated('missing_api_key', 'Send your API key as "Authorization: Bearer mhk_…" or as "x-api-key: mhk_…".');
  const hashed = hash('sha256', token);
  const environment = text(headers['x-modelhub-environment']);
  const key = deps.memory.keyByHash(hashed);
  if (!key) {
    if (timingSafeEqual(Buffer.from(hashed, 'hex'), deps.internalHash)) return internal(headers, environment);
    if (wellFormed(token)) throw unauthenticated('invalid_api_key', 'This API key is not known here.');
    throw unauthenticated('malformed_api_key', 'This is not a whole API key; check for a typo or a truncated paste.');
  }
  if (key.revokedAt) throw unauthenticated('revoked_api_key', 'This API key has been revoked.');
  if (key.expiresAt && Date.parse(key.expiresAt) <= now) throw unauthenticated('expired_api_key', 'This API key has expired.');
  if (now - deps.memory.confirmedAt > deps.keysValidMs)
    throw new Refusal(
      503,
      'server_error',
      'keys_unconfirmed',
      'The gateway has had no word from its database for too long to trust keys.',
      { headers: { 'retry-after': '5' } },
    );
  if (!may(key.role, key.permissions, 'gateway:call'))
    throw new Refusal(403, 'permission_error', 'not_permitted', 'This API key may not call models (gateway:call).');
  return {
    tenant: key.tenant,
    scope: key.scope,
    key: key.id,
    environment: environment ?? key.scope.split('/')[2] ?? 'production',
    purpose: 'user',
    mayPin: may(key.role, key.permissions, 'deployment:deploy'),
    said: saidIn(headers),
  };
}

/** The hub's own calls: they say for whom and what for. */
function internal(headers: IncomingHttpHeaders, environment: string | undefined): Caller {
  const tenant = text(headers['x-modelhub-tenant']);
  if (!tenant || !environment)
    throw new Refusal(
      400,
      'invalid_request_error',
      'internal_call',
      'A call with the internal key names x-modelhub-tenant and x-modelhub-environment.',
    );
  return {
    tenant,
    scope: '',
    key: 'internal',
    environment,
    purpose: text(headers['x-modelhub-purpose'])?.slice(0, 40) ?? 'user',
    mayPin: true,
    said: saidIn(headers),
  };
}

/** The hub's own parts, by the internal key. */
export function isInternal(deps: Pick<Deps, 'internalHash'>, req: IncomingMessage): boolean {
  return timingSafeEqual(hash('sha256', tokenIn(req.headers) ?? '', 'buffer'), deps.internalHash);
}

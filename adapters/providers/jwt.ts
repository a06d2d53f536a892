import { createHmac } from 'node:crypto';

const LIFETIME_SECONDS = 300;
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A JSON Web Token (RFC 7519) signed with HMAC-SHA256, good for five minutes from `now` (ms since 1970). */
export function signedToken(secret: string, claims: Record<string, string>, now: number): string {
  const iat = Math.floor(now / 1000);
  const text = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded({ ...claims, iat, exp: iat + LIFETIME_SECONDS })}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

/**
 * Bearer header for systems that check tokens signed with a shared secret. A credential `secret:<shared secret>` signs a fresh
 * token for each call, so that the secret itself is never sent; any other credential is a token and is sent as it is.
 */
export function bearerOrSigned(credential: string | null, claims: Record<string, string>): Record<string, string> {
  if (credential === null) return {};
  const token = credential.startsWith('secret:') ? signedToken(credential.slice('secret:'.length), claims, Date.now()) : credential;
  return { authorization: `Bearer ${token}` };
}

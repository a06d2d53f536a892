import { createHmac, timingSafeEqual } from 'node:crypto';

/** The claims of a bearer token that is signed with HS256 by this secret and has not expired; undefined for every other. */
export function claimsOf(authorization: string | undefined, secret: string): Record<string, unknown> | undefined {
  const [, head = '', claims = '', signature = ''] = /^Bearer ([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(authorization ?? '') ?? [];
  const wanted = createHmac('sha256', secret).update(`${head}.${claims}`).digest();
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
  const decoded = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>;
  return typeof decoded['exp'] === 'number' && decoded['exp'] * 1000 > Date.now() ? decoded : undefined;
}

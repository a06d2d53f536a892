import { createHmac } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { bearerOrSigned, signedToken } from './jwt.js';

const decoded = (part = ''): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());

it('signs claims with HS256 for five minutes', () => {
  const [head, claims, signature] = signedToken('s3cret', { sub: 'model-hub' }, 1_700_000_000_999).split('.');
  expect(decoded(head)).toEqual({ alg: 'HS256', typ: 'JWT' });
  expect(decoded(claims)).toEqual({ sub: 'model-hub', iat: 1_700_000_000, exp: 1_700_000_300 });
  expect(signature).toBe(createHmac('sha256', 's3cret').update(`${head}.${claims}`).digest('base64url'));
});

it('sends a token as it is, and makes one only from a shared secret', () => {
  expect(bearerOrSigned('a.b.c', { sub: 'x' })).toEqual({ authorization: 'Bearer a.b.c' });
  expect(bearerOrSigned(null, { sub: 'x' })).toEqual({});
  expect(bearerOrSigned('secret:a', { sub: 'x' })['authorization']).toMatch(/^Bearer eyJ[\w-]+\.[\w-]+\.[\w-]+$/);
});

import { z } from 'zod';
import { iso, name } from '../shared/schema.js';

export const CONNECTION_KINDS = ['openai', 'anthropic', 'custom', 'local', 'neuroweaver', 'relaycore', 'simulator'] as const;

/** A key is sent in a header: a pasted line break would break the request, or worse. Messages never repeat the value. */
const credential = z
  .string()
  .min(1)
  .max(8000)
  .regex(/^[\x21-\x7e]+$/, 'use printable characters without spaces or line breaks');
const baseUrl = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .refine(
    (v) => !/^https?:\/\/[^/]*@|[?#]/i.test(v),
    'leave out user, password, query and fragment; a credential belongs into `credential`',
  );

/** `credential` is write-only: no answer, log, error or workflow history ever carries it. */
export const connectionInput = z
  .strictObject({
    name,
    kind: z.enum(CONNECTION_KINDS),
    /** provider id of the catalog that this connection reaches; the kind's own unless told */
    provider: z.string().max(80).optional(),
    /** with its version (`…/v1`) where the API has one; required where the kind has no address of its own */
    baseUrl: baseUrl.optional(),
    credential: credential.optional(),
  })
  .superRefine((v, ctx) => {
    if (v.kind === 'custom' && v.baseUrl === undefined)
      ctx.addIssue({ code: 'custom', path: ['baseUrl'], message: 'a custom connection needs the base URL of an OpenAI-compatible API' });
    if ((v.kind === 'neuroweaver' || v.kind === 'relaycore') && v.baseUrl === undefined)
      ctx.addIssue({ code: 'custom', path: ['baseUrl'], message: `a ${v.kind} connection needs its base URL, without a path` });
    if ((v.kind === 'openai' || v.kind === 'anthropic') && v.credential === undefined)
      ctx.addIssue({ code: 'custom', path: ['credential'], message: `an ${v.kind} connection needs its API key` });
  });
export const connectionPatch = z.strictObject({
  baseUrl: baseUrl.optional(),
  credential: credential.optional(),
});

export const connectionView = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(CONNECTION_KINDS),
  provider: z.string(),
  baseUrl: z.string(),
  hasCredential: z.boolean(),
  /** last four characters, so that people can tell two keys apart; absent for short ones */
  credentialHint: z.string().optional(),
  createdAt: iso,
  updatedAt: iso,
});
export type ConnectionView = z.output<typeof connectionView>;

/** Envelope of a sealed credential: AES-256-GCM data key wrapped by the key `kek`; base64 members. */
export const sealed = z.object({
  v: z.literal(1),
  alg: z.literal('A256GCM'),
  kek: z.string(),
  wrappedDek: z.string(),
  iv: z.string(),
  tag: z.string(),
  ct: z.string(),
});
export type Sealed = z.output<typeof sealed>;

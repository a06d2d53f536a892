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
const region = z.string().trim().min(1).max(60);

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
    /** where the provider computes, in the organisation's own words (`eu-central-1`, `EU`); policies may ask for it */
    region: region.optional(),
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
  /** null takes it away */
  region: region.nullable().optional(),
});

export const connectionView = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(CONNECTION_KINDS),
  provider: z.string(),
  baseUrl: z.string(),
  region: z.string().optional(),
  hasCredential: z.boolean(),
  /** last four characters, so that people can tell two keys apart; absent for short ones */
  credentialHint: z.string().optional(),
  createdAt: iso,
  updatedAt: iso,
});
export type ConnectionView = z.output<typeof connectionView>;

/** What the API asks the gateway: `POST /internal/check-connection`. `updatedAt`: it waits for this state of the record. */
export const checkQuestion = z.object({ tenant: z.string(), name: z.string(), updatedAt: iso });
export type CheckQuestion = z.output<typeof checkQuestion>;
/** Whether address and credential work now, by the provider's word; `message` never has the credential in it. */
export const connectionCheck = z.object({
  ok: z.boolean(),
  /** what to mend; absent when it works */
  message: z.string().optional(),
  /** the provider's own names of the models that the credential reaches; absent when it does not list them */
  models: z.array(z.string()).optional(),
  /** how long the provider took, milliseconds */
  ms: z.number().nonnegative(),
});
export type ConnectionCheck = z.output<typeof connectionCheck>;

/** What the API asks the gateway: `POST /internal/health`. */
export const healthQuestion = z.object({ tenant: z.string() });
export type HealthQuestion = z.output<typeof healthQuestion>;
/** What one gateway has seen of one model behind a connection since it started. */
export const connectionHealth = z.object({
  connection: z.string(),
  modelId: z.string(),
  breaker: z.enum(['closed', 'open', 'half-open']),
  /** what opened the breaker; null while closed */
  reason: z.string().nullable(),
  openUntil: iso.nullable(),
  /** milliseconds of a usual answer and share of failed calls, both decaying means; null before the first call */
  latencyMs: z.number().nonnegative().nullable(),
  errorRate: z.number().min(0).max(1).nullable(),
  /** calls that they rest on */
  n: z.number().int().nonnegative(),
});
export type ConnectionHealth = z.output<typeof connectionHealth>;
export const connectionHealthList = z.object({ health: z.array(connectionHealth) });

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

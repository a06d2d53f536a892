import { z } from 'zod';
import { LIMIT_SUBJECTS, LIMIT_UNITS } from '#core/limit/schema.js';
import { OPERATIONS } from '#core/metric/schema.js';
import { name } from '#core/shared/schema.js';
import { STRATEGIES } from '../schema.js';

/** Names of deployments, or ids of models: what stands behind a name may be meant by either. */
const named = z.array(z.string().min(1).max(240)).min(1).max(20);
const headers = z
  .record(z.string().regex(/^[A-Za-z0-9-]{1,100}$/, 'is not the name of a header'), z.string().max(2000))
  .refine((h) => Object.keys(h).length <= 50, 'at most 50 headers')
  .transform((h) => Object.fromEntries(Object.entries(h).map(([k, v]) => [k.toLowerCase(), v])))
  .default({});
const walls = {
  environment: name,
  /** what the call would send beside its body; conditions see `x-modelhub-meta-*` of them */
  headers,
  /** as seen by a key of this scope; the caller's own unless told, and never wider */
  scope: z.string().max(360).optional(),
};
/** The body of a call as the gateway would get it, and which operation it is. */
const request = z.looseObject({ model: z.string().min(1).max(400), operation: z.enum(OPERATIONS).default('chat') });

/** The specification's `intelligentRouting(request)`. */
export const explainInput = z.strictObject({ ...walls, request });
/** The specification's `fallbackRouting(request, failedModel)`; `failedModel` is a deployment's name or a model's id. */
export const fallbackInput = z.strictObject({ ...walls, request, failedModel: z.string().min(1).max(240) });
/** The specification's `loadBalancing(models)`: names of deployments or ids of models. */
export const balanceInput = z.strictObject({ ...walls, models: named });

/** What the API asks the gateway: `POST /internal/explain`, for the tenant and scope of `x-modelhub-tenant` and `-scope`. */
export const explainQuestion = z.object({
  environment: z.string(),
  operation: z.enum(OPERATIONS),
  /** exactly the body of the call. With `among` its `model` may be the first of those */
  request: z.looseObject({ model: z.string() }),
  /** lower-case names */
  headers: z.record(z.string(), z.string()),
  /** not these deployments or models */
  exclude: z.array(z.string()).optional(),
  /** only these deployments or models, as the candidates of a policy with equal weights and no rules */
  among: z.array(z.string()).optional(),
  /** id of the key for which the question is asked: limits and conditions go by it */
  key: z.string(),
});
export type ExplainQuestion = z.output<typeof explainQuestion>;

const choice = z.object({
  deployment: z.string(),
  /** digest */
  revision: z.string(),
  provider: z.string(),
  /** id of the offering */
  model: z.string(),
  /** in words, with the figures that decided */
  reason: z.string(),
  /** lower is better: adaptive score, milliseconds or nano-dollars by strategy; null where nothing is compared */
  score: z.number().nullable().default(null),
});

/** What the gateway would do with a call now, by its own code and its own memory; nothing is sent upstream and nothing counted. */
export const explanation = z.object({
  /** the first of `order`; null when nothing can take the call */
  deployment: z.string().nullable(),
  policy: z.string().nullable(),
  strategy: z.enum(STRATEGIES),
  /** the rule whose condition held */
  rule: z.string().nullable(),
  /** in the order in which they would be tried */
  order: z.array(choice),
  excluded: z.array(z.object({ deployment: z.string(), revision: z.string().optional(), code: z.string(), message: z.string() })),
  /** what the call asks of whoever takes it; null when the name is a deployment's and nothing is compared */
  needs: z
    .object({
      input: z.array(z.string()),
      tools: z.boolean(),
      structuredOutput: z.boolean(),
      inputTokens: z.number(),
      maxOutputTokens: z.number().nullable(),
      regions: z.array(z.string()).optional(),
      securityLevels: z.array(z.string()).optional(),
    })
    .nullable(),
  /** limits that the call would count against at the first of `order` */
  limits: z.array(
    z.object({
      name: z.string(),
      per: z.enum(LIMIT_SUBJECTS),
      /** id of what is counted */
      subject: z.string(),
      unit: z.enum(LIMIT_UNITS),
      window: z.enum(['minute', 'day']).nullable(),
      /** as configured, and as dynamic rules have it now */
      amount: z.number(),
      inForce: z.number(),
      /** what this gateway knows to be left; null when it does not know */
      left: z.number().nullable(),
    }),
  ),
});
export type Explanation = z.output<typeof explanation>;

/** The specification's `ModelSelection`: the first choice, why, and who would be tried after it. */
export const modelSelection = choice.extend({
  policy: z.string().nullable(),
  strategy: z.enum(STRATEGIES),
  rule: z.string().nullable(),
  alternatives: z.array(choice),
});
export type ModelSelection = z.output<typeof modelSelection>;

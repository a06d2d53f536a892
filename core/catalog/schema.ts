import { z } from 'zod';
import { iso, many, name, nano, offeringId, pagination, paging } from '../shared/schema.js';

export const MODEL_TYPES = ['text', 'vision', 'multimodal', 'embedding', 'image', 'audio', 'video'] as const;
export const MODEL_STATUSES = ['active', 'deprecated', 'experimental'] as const;
export const SECURITY_LEVELS = ['public', 'internal', 'restricted'] as const;
export const MODALITIES = ['text', 'image', 'pdf', 'video', 'audio'] as const;
export const SORTS = ['relevance', 'name', 'newest', 'price', 'context'] as const;

/** Token classes that are priced apart; nano-dollars per million tokens. A missing class has no price of its own. */
export const prices = z.strictObject({
  input: nano.optional(),
  output: nano.optional(),
  cacheRead: nano.optional(),
  cacheWrite: nano.optional(),
  /** writes that live for an hour; `cacheWrite` is for five minutes */
  cacheWrite1h: nano.optional(),
  inputAudio: nano.optional(),
  outputAudio: nano.optional(),
  reasoning: nano.optional(),
});
/** Prices from a date on; `tiers` replace them above a context size. An empty price book means `unpriced`. */
export const priceBookEntry = z.strictObject({
  effectiveFrom: iso,
  prices,
  tiers: z.array(z.strictObject({ aboveContextTokens: z.number().int().positive(), prices })).optional(),
});

/** How a version is run by a `local` target: argv with `{port}`, no shell. */
export const serving = z.strictObject({
  command: z.array(z.string().min(1).max(2000)).min(1).max(60),
  healthPath: z.string().startsWith('/').max(200).default('/health'),
  startTimeoutSeconds: z.number().int().min(1).max(3600).default(60),
  env: z.record(z.string().regex(/^[A-Z_][A-Z0-9_]*$/), z.string().max(2000)).optional(),
  /** model name that the server expects; the offering's own when absent */
  upstreamModel: z.string().max(200).optional(),
});
const versionName = z
  .string()
  .min(1)
  .max(80)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._+-]*$/);

export const modelVersion = z.object({
  version: z.string(),
  createdAt: iso,
  createdBy: z.string(),
  notes: z.string().optional(),
  status: z.enum(MODEL_STATUSES),
  /** id or version that replaces a deprecated one */
  successor: z.string().optional(),
  serving: serving.optional(),
  contextWindow: z.number().int().nonnegative(),
  maxTokens: z.number().int().nonnegative(),
  capabilities: z.array(z.string()),
});

/** Measured figures, or why there are none. */
export const baseline = z.union([
  z.object({ state: z.literal('absent'), reason: z.string() }),
  z.object({
    state: z.literal('measured'),
    n: z.number().int(),
    from: iso,
    to: iso,
    avgLatency: z.number(),
    successRate: z.number(),
    costPer1kTokens: z.number().nullable(),
  }),
]);

/** The specification's `ModelRegistry`, widened: one offering, at its current version. */
export const catalogModel = z.object({
  id: offeringId,
  name: z.string(),
  version: z.string(),
  provider: z.string(),
  providerName: z.string(),
  /** what somebody made; several offerings may serve it */
  model: z.string(),
  family: z.string().optional(),
  modelType: z.enum(MODEL_TYPES),
  capabilities: z.array(z.string()),
  supportedTasks: z.array(z.string()),
  modalities: z.object({ input: z.array(z.string()), output: z.array(z.string()) }),
  maxTokens: z.number().int(),
  contextWindow: z.number().int(),
  baselineMetrics: baseline,
  /** derived from the price book in force: 3 parts input, 1 part output, dollars per thousand tokens; null when unpriced */
  costPer1kTokens: z.number().nullable(),
  pricing: z.enum(['priced', 'unpriced']),
  /** in force now; null when unpriced */
  prices: prices.nullable(),
  status: z.enum(MODEL_STATUSES),
  successor: z.string().optional(),
  securityLevel: z.enum(SECURITY_LEVELS),
  compliance: z.array(z.string()),
  releasedOn: z.string().optional(),
  openWeights: z.boolean(),
  licence: z.string().optional(),
  owner: z.enum(['catalog', 'tenant']),
  /** legal targets of a deployment */
  targets: z.array(z.enum(['hosted', 'local'])),
});
export type CatalogModel = z.output<typeof catalogModel>;

/** What is stored of an offering; the rest of `catalogModel` follows from it and the time. */
export const offeringRecord = catalogModel
  .omit({ id: true, baselineMetrics: true, costPer1kTokens: true, pricing: true, prices: true, targets: true })
  .extend({
    /** the provider's own model id */
    upstreamModel: z.string(),
    /** provider id of who made the model, where that is known */
    maker: z.string().optional(),
    description: z.string().optional(),
    knowledgeCutoff: z.string().optional(),
    docUrl: z.string().optional(),
    attribution: z.string().optional(),
    priceBook: z.array(priceBookEntry),
    /** its current version says how it is run */
    served: z.boolean(),
  });
export type OfferingRecord = z.output<typeof offeringRecord>;
export type PriceBookEntry = z.output<typeof priceBookEntry>;
export type Prices = z.output<typeof prices>;
export type ModelVersion = z.output<typeof modelVersion>;

/** What an organisation has decided about a model of the shared catalog. */
export const governance = z.object({
  modelId: z.string(),
  securityLevel: z.enum(SECURITY_LEVELS).optional(),
  compliance: z.array(z.string()).optional(),
  status: z.enum(MODEL_STATUSES).optional(),
  successor: z.string().optional(),
  changedAt: iso,
  changedBy: z.string(),
});
export type Governance = z.output<typeof governance>;

export const alias = z.object({ alias: name, version: z.string(), movedAt: iso, movedBy: z.string() });

export const modelDetail = catalogModel.extend({
  description: z.string().optional(),
  knowledgeCutoff: z.string().optional(),
  docUrl: z.string().optional(),
  priceBook: z.array(priceBookEntry),
  versions: z.array(modelVersion),
  aliases: z.array(alias),
  /** the same model from other providers */
  offerings: z.array(z.object({ id: offeringId, provider: z.string(), providerName: z.string(), prices: prices.nullable() })),
  /** connections of this tenant that can serve it */
  connections: z.array(z.object({ id: z.string(), name: z.string(), kind: z.string() })),
  deployments: z.array(z.object({ environment: z.string(), name: z.string(), phase: z.string() })),
  attribution: z.string().optional(),
});
export type ModelDetail = z.output<typeof modelDetail>;

export const catalogQuery = z.strictObject({
  q: z.string().max(200).optional(),
  provider: many.optional(),
  modelType: many.optional(),
  capability: many.optional(),
  task: many.optional(),
  status: many.optional(),
  securityLevel: many.optional(),
  compliance: many.optional(),
  modality: many.optional(),
  owner: many.optional(),
  /** dollars per million input tokens, at most; unpriced offerings do not match */
  maxPrice: z.coerce.number().nonnegative().optional(),
  minContext: z.coerce.number().int().nonnegative().optional(),
  sort: z.enum(SORTS).optional(),
  order: z.enum(['asc', 'desc']).optional(),
  ...paging,
});
export type CatalogQuery = z.output<typeof catalogQuery>;

export const FACETS = [
  'provider',
  'modelType',
  'capability',
  'task',
  'status',
  'securityLevel',
  'compliance',
  'modality',
  'owner',
] as const;
export type Facet = (typeof FACETS)[number];
const facetCounts = z.array(z.object({ value: z.string(), label: z.string().optional(), count: z.number().int() }));

export const catalogResponse = z.object({
  models: z.array(catalogModel),
  pagination,
  /** counts of each facet under all other filters; `performance` as the specification has it */
  filters: z.object({
    providers: z.array(z.string()),
    capabilities: z.array(z.string()),
    facets: z.record(z.enum(FACETS), facetCounts),
    performance: z.object({ minRating: z.number().nullable(), maxCost: z.number().nullable(), maxLatency: z.number().nullable() }),
  }),
});
export type CatalogResponse = z.output<typeof catalogResponse>;

export const versionInput = z.strictObject({
  version: versionName,
  notes: z.string().max(4000).optional(),
  serving: serving.optional(),
});
export const registerModel = z.strictObject({
  id: offeringId,
  name: z.string().min(1).max(120),
  description: z.string().max(4000).optional(),
  modelType: z.enum(MODEL_TYPES),
  capabilities: z.array(z.string().max(60)).max(40).default([]),
  supportedTasks: z.array(z.string().max(60)).max(40).default([]),
  modalities: z
    .strictObject({ input: z.array(z.enum(MODALITIES)).min(1), output: z.array(z.enum(MODALITIES)).min(1) })
    .default({ input: ['text'], output: ['text'] }),
  contextWindow: z.number().int().positive(),
  maxTokens: z.number().int().positive(),
  status: z.enum(['active', 'experimental']).default('active'),
  securityLevel: z.enum(SECURITY_LEVELS).default('internal'),
  compliance: z.array(z.string().max(60)).max(20).default([]),
  licence: z.string().max(200).optional(),
  openWeights: z.boolean().default(false),
  priceBook: z.array(priceBookEntry).max(50).default([]),
  version: versionInput,
});
export const deprecate = z.strictObject({ version: z.string().optional(), successor: z.string().max(240).optional() });
export const govern = z
  .strictObject({ securityLevel: z.enum(SECURITY_LEVELS).optional(), compliance: z.array(z.string().max(60)).max(20).optional() })
  .refine((v) => v.securityLevel !== undefined || v.compliance !== undefined, { message: 'name at least one field to change' });
export const moveAlias = z.strictObject({ version: z.string(), expected: z.string().optional() });
export const versionDiff = z.object({
  id: offeringId,
  from: z.string(),
  to: z.string(),
  changes: z.array(z.object({ path: z.string(), before: z.unknown(), after: z.unknown() })),
});

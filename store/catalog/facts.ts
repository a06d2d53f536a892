import type { z } from 'zod';
import { offeringRecord } from '#core/catalog/schema.js';

const facts = offeringRecord.pick({
  provider: true,
  modelType: true,
  status: true,
  securityLevel: true,
  modalities: true,
  capabilities: true,
  contextWindow: true,
  maxTokens: true,
  priceBook: true,
});
/** What a gateway needs of an offering: what it can do, who may use it, what it costs. */
export type OfferingFacts = z.output<typeof facts>;

/** Reads no more than these from the database. */
export const FACTS_PROJECTION: Readonly<Record<string, 1>> = Object.fromEntries(
  ['tenant', ...Object.keys(facts.shape)].map((field) => [field, 1 as const]),
);
/** A raw document, whole or projected; throws when it is not an offering. */
export const factsOf = (doc: Record<string, unknown>): OfferingFacts => facts.parse(doc);

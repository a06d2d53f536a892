import { costPer1kTokens, priceInForce } from './price.js';
import type { CatalogModel, Governance, OfferingRecord } from './schema.js';

/** Why no figure is given: an invented one would be worse than none. */
export const NO_BASELINE = { state: 'absent' as const, reason: 'No call of this model has been measured here yet.' };

/** The organisation's decisions stand above what the shared catalog says. */
export function applyGovernance<R extends OfferingRecord>(record: R, g: Governance | undefined): R {
  if (!g) return record;
  return {
    ...record,
    ...(g.securityLevel ? { securityLevel: g.securityLevel } : {}),
    ...(g.compliance ? { compliance: g.compliance } : {}),
    ...(g.status ? { status: g.status } : {}),
    ...(g.successor ? { successor: g.successor } : {}),
  };
}

/** One offering as answers show it, with the prices in force at `nowMs`. */
export function modelView(id: string, r: OfferingRecord, nowMs: number): CatalogModel {
  const prices = priceInForce(r.priceBook, nowMs)?.prices ?? null;
  return {
    id,
    name: r.name,
    version: r.version,
    provider: r.provider,
    providerName: r.providerName,
    model: r.model,
    ...(r.family === undefined ? {} : { family: r.family }),
    modelType: r.modelType,
    capabilities: r.capabilities,
    supportedTasks: r.supportedTasks,
    modalities: r.modalities,
    maxTokens: r.maxTokens,
    contextWindow: r.contextWindow,
    baselineMetrics: NO_BASELINE,
    costPer1kTokens: costPer1kTokens(prices),
    pricing: prices ? 'priced' : 'unpriced',
    prices,
    status: r.status,
    ...(r.successor === undefined ? {} : { successor: r.successor }),
    securityLevel: r.securityLevel,
    compliance: r.compliance,
    ...(r.releasedOn === undefined ? {} : { releasedOn: r.releasedOn }),
    openWeights: r.openWeights,
    ...(r.licence === undefined ? {} : { licence: r.licence }),
    owner: r.owner,
    targets: targetsOf(r),
  };
}

/** The usual target first. Weights that nobody can have cannot be run here. */
function targetsOf(r: OfferingRecord): CatalogModel['targets'] {
  if (r.owner === 'catalog') return r.openWeights ? ['hosted', 'local'] : ['hosted'];
  return r.served ? ['local', 'hosted'] : ['hosted', 'local'];
}

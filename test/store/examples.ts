import { specOf, T0 } from '#core/deployment/fixtures.test-support.js';

const at = new Date(T0).toISOString();
const named = { environment: 'production', name: 'chat' };
const revision = { digest: 'd1', number: 1, spec: specOf(1), state: 'stable', createdAt: at, createdBy: 'k', endpoints: [] };

/** One valid record of each collection, without id and walls. The wall suite fails for a collection that has none here. */
export const EXAMPLES: Record<string, Record<string, unknown>> = {
  auditEntries: { at, actor: 'k', action: 'key:write', target: 'key:1', requestId: 'r' },
  tenants: { name: 'T', environments: ['production'], createdAt: at },
  apiKeys: { name: 'k', prefix: 'mhk_abc', hash: 'h', role: 'viewer', createdAt: at, createdBy: 'k' },
  connections: { name: 'c', kind: 'openai', provider: 'openai', baseUrl: 'https://x/v1', createdAt: at, updatedAt: at },
  routingPolicies: { ...named, candidates: [{ deployment: 'chat' }], createdAt: at, updatedAt: at, updatedBy: 'k' },
  limits: { name: 'l', per: 'key', unit: 'requests', window: 'minute', amount: 1, createdAt: at, updatedAt: at, updatedBy: 'k' },
  gatewaySettings: { ...named, unpriced: 'block', updatedAt: at, updatedBy: 'k' },
  deployments: {
    ...named,
    token: 1,
    phase: 'live',
    phaseSince: at,
    createdAt: at,
    revisions: [revision],
    history: [],
    routeVersion: 1,
    legal: [],
    workflowId: 'w',
    updatedAt: at,
  },
  routes: { ...named, version: 1, weights: [], revisions: [], publishedAt: at },
  routeOverrides: { ...named, overrideId: 'o', digest: 'd1', reason: 'r', by: 'k', at },
  gateways: { at, startedAt: at, routes: {}, draining: {} },
  // in the future: the server removes old ones while the suite runs
  idempotencyRecords: { digest: 'd', status: 0, body: '', requestId: 'r', createdAt: new Date(T0 + 1e12) },
  usageEvents: {
    at,
    ...{
      environment: 'production',
      deployment: 'chat',
      revision: 'd1',
      modelId: 'a/b',
      modelVersion: '1',
      provider: 'a',
      key: 'k',
      operation: 'chat',
      stream: false,
      purpose: 'user',
      status: 'ok',
    },
    ...{
      httpStatus: 200,
      error: null,
      inputTokens: 1,
      outputTokens: 1,
      cacheReadTokens: null,
      reasoningTokens: null,
      latencyMs: 1,
      firstByteMs: 1,
      attempts: 1,
    },
  },
  payloads: {
    ...{ environment: 'production', deployment: 'chat', at, removeAt: new Date(T0 + 1e12) },
    ...{ request: { text: '{}', bytes: 2, truncated: false }, answer: { text: '', bytes: 0, truncated: false } },
    ...{ httpStatus: 200, complete: true },
  },
  offerings: {
    ...{ name: 'M', version: '1', provider: 'a', providerName: 'A', model: 'm', upstreamModel: 'm', modelType: 'text' },
    ...{ capabilities: [], supportedTasks: [], modalities: { input: ['text'], output: ['text'] }, maxTokens: 1, contextWindow: 1 },
    ...{ status: 'active', securityLevel: 'internal', compliance: [], openWeights: false, owner: 'tenant', priceBook: [], served: false },
  },
  modelVersions: {
    ...{ modelId: 'a/m', version: '1', createdAt: at, createdBy: 'k', status: 'active' },
    ...{ contextWindow: 1, maxTokens: 1, capabilities: [] },
  },
  modelAliases: { modelId: 'a/m', alias: 'champion', version: '1', movedAt: at, movedBy: 'k' },
  governance: { modelId: 'a/m', compliance: [], changedAt: at, changedBy: 'k' },
  ledger: { at: T0, spent: [], leases: [], removeAt: new Date(T0 + 1e12) },
  ticks: { segment: '1', offset: 0, at, applied: 0 },
};

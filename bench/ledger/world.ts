/** What the calls of a ledger run go to: models with odd prices, the same in the simulator's table and in the catalog. */
import { openKeyring } from '#adapters/keys/local.js';
import { draw } from '#adapters/providers/simulator/draw.js';
import type { PriceRow } from '#adapters/providers/simulator/invoice.js';
import type { SimulatorOptions } from '#adapters/providers/simulator/server.js';
import type { Prices } from '#core/catalog/schema.js';
import { routingPolicyInput } from '#core/routing/schema.js';
import { offerings } from '#store/catalog/collections.js';
import { connections, credentialPlace } from '#store/connection.js';
import { createKey } from '#store/identity.js';
import type { Store } from '#store/kit/connect.js';
import { routes } from '#store/routing.js';
import { routingPolicies } from '#store/routing-policy.js';

export const MODELS = Array.from({ length: 12 }, (_, i) => `ledger-${i}`);
/** name → its candidates; what is called by another name is one deployment */
export const POLICIES: Readonly<Record<string, readonly string[]>> = {
  'any-of-six': MODELS.slice(0, 6),
  'any-of-four': MODELS.slice(6, 10),
  'first-of-three': [MODELS[10], MODELS[11], MODELS[0]] as string[],
};
export const CONTEXT_WINDOW = 32_768;
export const OUTPUT_LIMIT = 4_096;
const TENANT = 'acme';
const SCOPE = 'default/default/production';
const CTX = { tenant: TENANT, scope: '', actor: 'ledger', requestId: 'ledger' };

/** Nano-dollars a million tokens, down to the last digit that a price book holds. */
function nanoPrices(model: number) {
  const price = (what: number, most: number): number => 1 + Math.floor(draw(977, model, what) * most);
  return {
    input: price(1, 3e9),
    output: price(2, 15e9),
    cacheRead: price(3, 3e8),
    cacheWrite: price(4, 4e9),
    cacheWrite1h: price(5, 6e9),
    reasoning: price(6, 15e9),
  };
}
export const PRICES: Readonly<Record<string, ReturnType<typeof nanoPrices>>> = Object.fromEntries(MODELS.map((m, i) => [m, nanoPrices(i)]));

/** Nano-dollars as the decimal text of dollars, digit by digit: no floating point comes between the two tables. */
const dollars = (nano: number): string => `${Math.floor(nano / 1e9)}.${String(nano % 1e9).padStart(9, '0')}`;
function row(model: string): PriceRow {
  const p = PRICES[model] as ReturnType<typeof nanoPrices>;
  return {
    inputTokens: dollars(p.input),
    cacheReadTokens: dollars(p.cacheRead),
    cacheWrite5mTokens: dollars(p.cacheWrite),
    cacheWrite1hTokens: dollars(p.cacheWrite1h),
    outputTokens: dollars(p.output),
    reasoningTokens: dollars(p.reasoning),
  };
}

/** Faults of about an eighth of the calls. A 429 asks for no wait: it closes one candidate for a second as it is. */
export const simulatorOptions = (seed: number): SimulatorOptions => ({
  port: 0,
  seed,
  keepLines: 1_000_000,
  prices: { '*': row(MODELS[0] as string), ...Object.fromEntries(MODELS.map((m) => [m, row(m)])) },
  profiles: Object.fromEntries(
    MODELS.map((m, i) => [
      m,
      {
        ...{ baseMs: 4, perTokenMs: 0.5, jitter: 0.5, slowMs: 300, retryAfterSeconds: 0, outputTokens: { min: 5, max: 70 } },
        ...{ cacheReadShare: i % 3 === 0 ? 0.4 : 0, cacheWrite5mShare: i % 4 === 0 ? 0.2 : 0, cacheWrite1hShare: i % 4 === 0 ? 0.1 : 0 },
        ...{ reasoningShare: i % 2 === 0 ? 0.3 : 0, continuousUsage: i % 3 === 1 },
        faults: { rateLimit: 0.01, error: 0.02, overloaded: 0.01, reset: 0.02, cut: 0.03, slow: 0.01, malformed: 0.02 },
      },
    ]),
  ),
});

/** A key, a connection to the simulator, and a deployment and an offering for each model. Returns the key. */
export async function provide(store: Store, o: { keyringFile: string; simulator: string }): Promise<string> {
  const at = new Date().toISOString();
  const { key } = await createKey(store, CTX, { name: 'ledger', role: 'developer', scope: '' });
  const sealed = openKeyring(o.keyringFile).seal('sk-ledger', credentialPlace(TENANT, 'sim'));
  const where = { kind: 'simulator' as const, provider: 'simulator', baseUrl: `${o.simulator}/v1` };
  await connections(store).insert(CTX, { id: 'sim', name: 'sim', ...where, createdAt: at, updatedAt: at, sealed });
  for (const model of MODELS) {
    const id = `sim/${model}`;
    await offerings(store).insert(CTX, {
      ...{ id, name: id, version: '1', provider: 'simulator', providerName: 'Simulator', model: id, upstreamModel: model },
      ...{ modelType: 'text' as const, capabilities: [], supportedTasks: [], modalities: { input: ['text'], output: ['text'] } },
      ...{ maxTokens: OUTPUT_LIMIT, contextWindow: CONTEXT_WINDOW, status: 'active' as const, securityLevel: 'internal' as const },
      ...{ compliance: [], openWeights: false, owner: 'tenant' as const, served: false },
      priceBook: [{ effectiveFrom: '2020-01-01T00:00:00.000Z', prices: PRICES[model] as Prices }],
    });
    await routes(store).putNewer(
      CTX,
      {
        ...{ id: `production/${model}`, scope: SCOPE, environment: 'production', name: model, version: 1, publishedAt: at },
        weights: [{ digest: `d-${model}`, weight: 100 }],
        revisions: [
          {
            ...{ digest: `d-${model}`, number: 1, modelId: id, modelVersion: '1', provider: 'simulator', upstreamModel: model },
            ...{ connection: 'sim', endpoints: [], slots: null, parameters: {} },
          },
        ],
      },
      'version',
    );
  }
  for (const [name, candidates] of Object.entries(POLICIES))
    await routingPolicies(store).insert(CTX, {
      ...routingPolicyInput.parse({
        ...{ name, environment: 'production', strategy: name === 'first-of-three' ? 'priority' : 'weighted' },
        ...{ candidates: candidates.map((deployment) => ({ deployment })), retry: { baseMs: 1, maxMs: 20 } },
      }),
      ...{ id: `production/${name}`, scope: SCOPE, createdAt: at, updatedAt: at, updatedBy: 'ledger' },
    });
  return key;
}

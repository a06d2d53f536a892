import type { z } from 'zod';
import { limitRecord } from '#core/limit/schema.js';
import { routingPolicyInput } from '#core/routing/schema.js';
import type { Prices } from '#core/catalog/schema.js';
import { offerings } from '#store/catalog/collections.js';
import { limits } from '#store/limit.js';
import { routingPolicies } from '#store/routing-policy.js';
import { ctx, type Hub, until } from './hub.js';

const at = new Date().toISOString();
const stamp = { createdAt: at, updatedAt: at, updatedBy: 't' };

/** A policy of the test's tenant in production. */
export async function policy(hub: Hub, name: string, o: Partial<z.input<typeof routingPolicyInput>>): Promise<void> {
  const record = routingPolicyInput.parse({ name, environment: 'production', candidates: [{ deployment: name }], ...o });
  await routingPolicies(hub.store).insert(ctx(), { ...record, ...stamp, id: `production/${name}`, scope: 'default/default/production' });
}
/** A limit of the test's tenant. */
export async function limit(hub: Hub, name: string, o: Partial<z.input<typeof limitRecord>>, tenant?: string): Promise<void> {
  const fields = { name, per: 'key', unit: 'requests', window: 'minute', amount: 1, ...o } as z.input<typeof limitRecord>;
  await limits(hub.store).insert(ctx(tenant), { ...limitRecord.parse({ ...fields, ...stamp }), id: name });
}
/** An offering of the test's tenant. */
export async function offering(
  hub: Hub,
  id: string,
  o: {
    prices?: Prices;
    capabilities?: string[];
    input?: string[];
    contextWindow?: number;
    securityLevel?: 'public' | 'internal' | 'restricted';
  } = {},
): Promise<void> {
  await offerings(hub.store).insert(ctx(), {
    ...{ id, name: id, version: '1', provider: 'one', providerName: 'One', model: id, upstreamModel: 'm', modelType: 'text' as const },
    ...{ capabilities: o.capabilities ?? [], supportedTasks: [], modalities: { input: o.input ?? ['text'], output: ['text'] } },
    ...{ maxTokens: 0, contextWindow: o.contextWindow ?? 0, status: 'active' as const, securityLevel: o.securityLevel ?? 'internal' },
    ...{ compliance: [], openWeights: false, owner: 'tenant' as const, served: false },
    priceBook: o.prices ? [{ effectiveFrom: '2020-01-01T00:00:00.000Z', prices: o.prices }] : [],
  });
}
/** The one event of a call, once it is in MongoDB. */
export async function eventOf(hub: Hub, r: Response) {
  const id = r.headers.get('x-modelhub-request-id');
  const read = () => hub.events({ _id: `acme/${id}` });
  await until(async () => (await read()).length === 1);
  return (await read())[0];
}
export const codeOf = async (r: Response): Promise<string> => ((await r.json()) as { error: { code: string } }).error.code;

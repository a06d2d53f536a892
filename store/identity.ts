import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { ROLES, type Role } from '#core/identity/permissions.js';
import type { KeyView } from '#core/identity/schema.js';
import { HubError } from '#core/shared/problem.js';
import { type Ctx, contains, SEEDED_ENVIRONMENTS } from '#core/shared/scope.js';
import { audited } from './audit.js';
import { collection, type Stored } from './kit/collection.js';
import type { Store } from './kit/connect.js';

const tenantFields = z.object({ name: z.string(), environments: z.array(z.string()), createdAt: z.string() });
/** One record a tenant, with the id `self`. */
export const tenants = collection({ name: 'tenants', writer: 'api', schema: tenantFields });

const keyFields = z.object({
  name: z.string(),
  prefix: z.string(),
  /** SHA-256 of the whole key; keys have 256 random bits, so no slow hash is needed */
  hash: z.string(),
  role: z.enum(ROLES),
  permissions: z.array(z.string()).optional(),
  createdAt: z.string(),
  createdBy: z.string(),
  expiresAt: z.string().optional(),
  revokedAt: z.string().optional(),
  lastUsedAt: z.string().optional(),
});
export const apiKeys = collection({
  name: 'apiKeys',
  writer: 'api',
  schema: keyFields,
  indexes: [{ key: { hash: 1 }, unique: true }, { key: { tenant: 1, createdAt: -1 } }],
});
export type StoredKey = Stored<typeof keyFields>;

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const base62 = (bytes: Buffer): string => [...bytes].map((b) => ALPHABET[b % 62]).join('');
const checksum = (body: string): string => base62(createHash('sha256').update(`modelhub:${body}`).digest()).slice(0, 6);
export const hashKey = (key: string): string => createHash('sha256').update(key).digest('hex');

/** `mhk_` + 43 random characters + 6 of checksum: a typo or a truncated paste is told without a look-up. */
export function newKey(): string {
  const body = base62(randomBytes(43));
  return `mhk_${body}${checksum(body)}`;
}
export function wellFormed(key: string): boolean {
  return /^mhk_[0-9A-Za-z]{49}$/.test(key) && checksum(key.slice(4, 47)) === key.slice(47);
}

export function keyViewOf(k: StoredKey): KeyView {
  const { hash: _hash, tenant: _tenant, ...view } = k;
  return view;
}

export interface KeyInput {
  name: string;
  role: Role;
  permissions?: string[] | undefined;
  scope: string;
  expiresAt?: string | undefined;
}
/** Creates a key; the plain key is in this answer and nowhere else. */
export function createKey(store: Store, ctx: Ctx, input: KeyInput, key: string = newKey()): Promise<{ key: string; view: KeyView }> {
  if (!contains(ctx.scope, input.scope)) throw new HubError('forbidden', `Your own key is limited to "${ctx.scope}".`);
  return audited(store, ctx, async () => {
    const stored = await apiKeys(store).insert(ctx, {
      id: `key_${randomBytes(8).toString('hex')}`,
      name: input.name,
      prefix: key.slice(0, 10),
      hash: hashKey(key),
      role: input.role,
      scope: input.scope,
      createdAt: new Date().toISOString(),
      createdBy: ctx.actor,
      ...(input.permissions ? { permissions: input.permissions } : {}),
      ...(input.expiresAt ? { expiresAt: input.expiresAt } : {}),
    });
    const view = keyViewOf(stored);
    return { result: { key, view }, mutation: { action: 'key:write', target: `key:${view.id}`, after: view } };
  });
}

export async function listKeys(store: Store, ctx: Ctx): Promise<KeyView[]> {
  return (await apiKeys(store).find(ctx, {}, { sort: ['createdAt', -1] })).items.map(keyViewOf);
}

/** Revoking twice is no error: the first time stands. */
export function revokeKey(store: Store, ctx: Ctx, id: string): Promise<void> {
  return audited(store, ctx, async () => {
    const before = keyViewOf(await apiKeys(store).get(ctx, id));
    if (!before.revokedAt) await apiKeys(store).update(ctx, id, { revokedAt: new Date().toISOString() });
    return { result: undefined, mutation: { action: 'key:write', target: `key:${id}`, before, note: 'revoked' } };
  });
}

/** The key's record whatever its state, or undefined: the only look-up by secret, across tenants by nature. */
export async function findKey(store: Store, key: string): Promise<StoredKey | undefined> {
  return (await apiKeys(store).acrossTenants('a key names its tenant', { hash: hashKey(key) }))[0];
}

/** Usable now? Says why not. */
export function keyRefusal(k: Pick<StoredKey, 'revokedAt' | 'expiresAt'>, now: number): 'revoked' | 'expired' | undefined {
  if (k.revokedAt) return 'revoked';
  return k.expiresAt && Date.parse(k.expiresAt) <= now ? 'expired' : undefined;
}

/** Notes the use at most once a minute a key. */
export async function noteKeyUse(store: Store, k: StoredKey, now: Date): Promise<void> {
  if (k.lastUsedAt && now.getTime() - Date.parse(k.lastUsedAt) < 60_000) return;
  await apiKeys(store).update({ tenant: k.tenant, scope: '', actor: k.id, requestId: '' }, k.id, { lastUsedAt: now.toISOString() });
}

export const getTenant = (store: Store, ctx: Ctx) => tenants(store).get({ ...ctx, scope: '' }, 'self');

export async function addEnvironment(store: Store, ctx: Ctx, environment: string): Promise<string[]> {
  return audited(store, ctx, async () => {
    const before = (await getTenant(store, ctx)).environments;
    const after = before.includes(environment) ? before : [...before, environment];
    await tenants(store).update(ctx, 'self', { environments: after });
    return { result: after, mutation: { action: 'tenant:write', target: `environment:${environment}`, before, after } };
  });
}

/** A tenant with its seeded environments; a no-op when it exists. */
export async function ensureTenant(store: Store, ctx: Ctx, name: string): Promise<void> {
  if (await tenants(store).find1(ctx, { id: 'self' })) return;
  await tenants(store).insert(ctx, { id: 'self', name, environments: [...SEEDED_ENVIRONMENTS], createdAt: new Date().toISOString() });
}

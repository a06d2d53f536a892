import { apiKeys, createKey, ensureTenant } from './identity.js';
import { openStore } from './kit/connect.js';

/** The first tenant of an installation. */
export const FIRST_TENANT = 'default';

/**
 * First run: the tenant `default` and its admin key. `adminKey` is in the answer only when this call created it.
 * @param uri MongoDB URI with the database in its path
 * @param offered the key to use; a caller that has written it down first cannot lose it by a crash in between
 */
export async function ensureBootstrap(uri: string, offered?: string): Promise<{ adminKey?: string }> {
  const store = await openStore(uri, { waitMs: 30_000 });
  try {
    const ctx = { tenant: FIRST_TENANT, scope: '', actor: 'bootstrap', requestId: 'bootstrap' };
    await ensureTenant(store, ctx, 'Default organisation');
    const admins = await apiKeys(store).count(ctx, { role: 'admin' });
    if (admins > 0) return {};
    const { key } = await createKey(store, ctx, { name: 'first admin', role: 'admin', scope: '' }, offered);
    return { adminKey: key };
  } finally {
    await store.close();
  }
}

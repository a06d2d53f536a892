import type { identityContracts } from '#core/identity/contract.js';
import { may, PERMISSIONS, type Role } from '#core/identity/permissions.js';
import { HubError } from '#core/shared/problem.js';
import { auditEntries } from '#store/audit.js';
import { addEnvironment, apiKeys, createKey, getTenant, listKeys, revokeKey } from '#store/identity.js';
import type { ApiDeps } from '../deps.js';
import type { Handlers } from '../kit/route.js';

export function identityRoutes(deps: ApiDeps): Handlers<keyof typeof identityContracts> {
  const { store } = deps;
  return {
    'me.get': async ({ ctx, permissions, keyId }) => {
      const [tenant, key] = await Promise.all([getTenant(store, ctx), apiKeys(store).get({ ...ctx, scope: '' }, keyId)]);
      return {
        tenant: ctx.tenant,
        tenantName: tenant.name,
        scope: ctx.scope,
        role: key.role,
        permissions: [...permissions],
        keyId,
        environments: tenant.environments,
        links: { gateway: deps.links.gateway, docs: '/api/docs', ...(deps.links.temporalUi ? { temporalUi: deps.links.temporalUi } : {}) },
      };
    },
    'environments.create': async ({ ctx, body }) => ({ environments: await addEnvironment(store, ctx, body.name) }),
    'keys.list': async ({ ctx }) => ({ keys: await listKeys(store, ctx) }),
    'keys.create': async ({ ctx, body, permissions }) => {
      assertNotWider(body.role, body.permissions, permissions);
      if (body.expiresAt && Date.parse(body.expiresAt) <= deps.now().getTime())
        throw new HubError('invalid-request', 'expiresAt: lies in the past', {
          errors: [{ path: 'expiresAt', message: 'must lie in the future' }],
        });
      const { key, view } = await createKey(store, ctx, body);
      return { ...view, key };
    },
    'keys.revoke': async ({ ctx, params }) => {
      await revokeKey(store, ctx, params.id);
      return { ok: true };
    },
    'audit.list': async ({ ctx, query }) => {
      const page = await auditEntries(store).find(ctx, query.target ? { target: query.target } : {}, {
        sort: ['at', -1],
        limit: query.limit,
        cursor: query.cursor,
      });
      return { entries: page.items, ...(page.next ? { next: page.next } : {}) };
    },
  };
}

/** Nobody hands out more than they have. */
function assertNotWider(role: Role, only: string[] | undefined, own: ReadonlySet<string>): void {
  const wider = PERMISSIONS.filter((p) => may(role, only, p) && !own.has(p));
  if (wider.length) throw new HubError('forbidden', `The new key would have permissions that yours lacks: ${wider.join(', ')}.`);
}

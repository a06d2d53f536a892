import { providerOf } from '#adapters/providers/registry.js';
import type { connectionContracts } from '#core/connection/contract.js';
import type { ConnectionView, Sealed } from '#core/connection/schema.js';
import { badField, HubError } from '#core/shared/problem.js';
import { contains, type Ctx } from '#core/shared/scope.js';
import { audited } from '#store/audit.js';
import { connections, connectionViewOf, credentialPlace } from '#store/connection.js';
import { deployments } from '#store/deployment.js';
import type { ApiDeps } from '../deps.js';
import type { Handlers } from '../kit/route.js';

export function connectionRoutes(deps: ApiDeps): Handlers<keyof typeof connectionContracts> {
  const { store, keyring } = deps;
  const all = connections(store);
  const seal = (ctx: Ctx, name: string, credential: string): { sealed: Sealed; credentialHint?: string } => ({
    sealed: keyring.seal(credential, credentialPlace(ctx.tenant, name)),
    ...(credential.length >= 16 ? { credentialHint: credential.slice(-4) } : {}),
  });
  const writable = async (ctx: Ctx, name: string) => {
    const c = await all.get(ctx, name);
    if (!contains(ctx.scope, c.scope))
      throw new HubError(
        'forbidden',
        `The connection ${name} belongs to ${c.scope || 'the whole organisation'}; your key is limited to ${ctx.scope}.`,
      );
    return c;
  };
  /** Deployments of the whole organisation count, also those that the caller cannot see. */
  const assertUnused = async (ctx: Ctx, name: string): Promise<void> => {
    const inUse = { $elemMatch: { 'spec.target.connection': name, state: { $in: ['candidate', 'stable', 'standby', 'draining'] } } };
    const { items } = await deployments(store).find({ ...ctx, scope: '' }, { phase: { $ne: 'retired' }, revisions: inUse }, { limit: 5 });
    if (items.length === 0) return;
    const users = items.map((d) => `${d.name} (${d.environment})`).join(', ');
    throw new HubError('conflict', `The connection ${name} is used by ${users}; retire them or move them to another connection first.`);
  };
  return {
    'connections.list': async ({ ctx }) => ({ connections: (await all.find(ctx)).items.map(connectionViewOf) }),
    'connections.get': async ({ ctx, params }) => connectionViewOf(await all.get(ctx, params.name)),
    'connections.create': async ({ ctx, body }) => {
      const baseUrl = body.baseUrl ?? providerOf(body.kind).defaultBaseUrl;
      if (baseUrl === null) throw badField('baseUrl', `a ${body.kind} connection needs its base URL`);
      assertAllowed(deps, baseUrl);
      return await audited(store, ctx, async () => {
        const at = deps.now().toISOString();
        const stored = await all.insert(ctx, {
          id: body.name,
          name: body.name,
          kind: body.kind,
          provider: body.provider ?? body.kind,
          baseUrl,
          createdAt: at,
          updatedAt: at,
          ...(body.credential ? seal(ctx, body.name, body.credential) : {}),
        });
        const view = connectionViewOf(stored);
        return { result: view, mutation: { action: 'connection:write', target: `connection:${body.name}`, after: view } };
      });
    },
    'connections.update': async ({ ctx, params, body }) => {
      return await audited(store, ctx, async () => {
        const before = connectionViewOf(await writable(ctx, params.name));
        assertGoesNowhereElse(before, body);
        if (body.baseUrl !== undefined) assertAllowed(deps, body.baseUrl);
        const fresh = body.credential === undefined ? undefined : seal(ctx, params.name, body.credential);
        await all.update(
          ctx,
          params.name,
          { updatedAt: deps.now().toISOString(), ...(body.baseUrl === undefined ? {} : { baseUrl: body.baseUrl }), ...fresh },
          {},
          // the old key's hint must not stand beside a new key that is too short for one
          fresh && !fresh.credentialHint ? ['credentialHint'] : [],
        );
        const after = connectionViewOf(await all.get(ctx, params.name));
        return { result: after, mutation: { action: 'connection:write', target: `connection:${params.name}`, before, after } };
      });
    },
    'connections.delete': async ({ ctx, params }) => {
      return await audited(store, ctx, async () => {
        const before = connectionViewOf(await writable(ctx, params.name));
        await assertUnused(ctx, params.name);
        await all.remove(ctx, params.name);
        return { result: { ok: true as const }, mutation: { action: 'connection:write', target: `connection:${params.name}`, before } };
      });
    },
  };
}

/** A name is judged when it is connected to, by what it leads to then; an address can be told at once. */
function assertAllowed({ guard }: ApiDeps, baseUrl: string): void {
  const refusal = guard.refusalOfUrl(baseUrl);
  if (refusal !== undefined) throw badField('baseUrl', refusal);
}

/** Who may set an address could else have the old key sent to a server of their own. */
function assertGoesNowhereElse(before: ConnectionView, patch: { baseUrl?: string | undefined; credential?: string | undefined }): void {
  if (!patch.baseUrl || !before.hasCredential || patch.credential !== undefined || before.baseUrl === '') return;
  if (new URL(patch.baseUrl).origin !== new URL(before.baseUrl).origin)
    throw badField('credential', 'the new address is another server: give its credential too, the sealed one is only for the old address');
}

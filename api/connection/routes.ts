import { providerOf } from '#adapters/providers/registry.js';
import type { connectionContracts } from '#core/connection/contract.js';
import {
  type CheckQuestion,
  connectionCheck,
  connectionHealthList,
  type ConnectionView,
  type HealthQuestion,
  type Sealed,
} from '#core/connection/schema.js';
import { badField, HubError } from '#core/shared/problem.js';
import type { Ctx } from '#core/shared/scope.js';
import { audited } from '#store/audit.js';
import { connections, connectionViewOf, credentialPlace } from '#store/connection.js';
import { deployments } from '#store/deployment.js';
import type { ApiDeps } from '../deps.js';
import type { Handlers } from '../kit/route.js';
import { assertWritable } from '../kit/walls.js';

/** the provider itself has 5 s, and the gateway may have to hear of the connection first */
const CHECK_TIMEOUT_MS = 8_000;

export function connectionRoutes(deps: ApiDeps): Handlers<keyof typeof connectionContracts> {
  const { store, keyring } = deps;
  const all = connections(store);
  const seal = (ctx: Ctx, name: string, credential: string): { sealed: Sealed; credentialHint?: string } => ({
    sealed: keyring.seal(credential, credentialPlace(ctx.tenant, name)),
    ...(credential.length >= 16 ? { credentialHint: credential.slice(-4) } : {}),
  });
  const writable = async (ctx: Ctx, name: string) => {
    const c = await all.get(ctx, name);
    assertWritable(ctx, c.scope, `The connection ${name}`);
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
          ...(body.region === undefined ? {} : { region: body.region }),
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
          {
            updatedAt: deps.now().toISOString(),
            ...(body.baseUrl === undefined ? {} : { baseUrl: body.baseUrl }),
            ...(typeof body.region === 'string' ? { region: body.region } : {}),
            ...fresh,
          },
          {},
          [
            // the old key's hint must not stand beside a new key that is too short for one
            ...(fresh && !fresh.credentialHint ? ['credentialHint'] : []),
            ...(body.region === null ? ['region'] : []),
          ],
        );
        const after = connectionViewOf(await all.get(ctx, params.name));
        return { result: after, mutation: { action: 'connection:write', target: `connection:${params.name}`, before, after } };
      });
    },
    'connections.check': async ({ ctx, params }) => {
      const { name, updatedAt } = await all.get(ctx, params.name);
      const question: CheckQuestion = { tenant: ctx.tenant, name, updatedAt };
      return await deps.gateway.ask(ctx, 'check-connection', question, connectionCheck, { timeoutMs: CHECK_TIMEOUT_MS });
    },
    'connections.health': async ({ ctx, params }) => {
      const { name } = await all.get(ctx, params.name);
      const question: HealthQuestion = { tenant: ctx.tenant };
      const { health } = await deps.gateway.ask(ctx, 'health', question, connectionHealthList);
      return { health: health.filter((h) => h.connection === name) };
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

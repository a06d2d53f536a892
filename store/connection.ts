import { z } from 'zod';
import { CONNECTION_KINDS, type ConnectionView, sealed, type Sealed } from '#core/connection/schema.js';
import { badField, HubError } from '#core/shared/problem.js';
import type { Ctx } from '#core/shared/scope.js';
import { collection, type Stored } from './kit/collection.js';
import type { Store } from './kit/connect.js';

const fields = z.object({
  name: z.string(),
  kind: z.enum(CONNECTION_KINDS),
  provider: z.string(),
  baseUrl: z.string(),
  region: z.string().optional(),
  sealed: sealed.optional(),
  credentialHint: z.string().optional(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
/** A tenant's ways to reach providers; id = name. The credential is stored sealed only. */
export const connections = collection({
  name: 'connections',
  writer: 'api',
  schema: fields,
  indexes: [{ key: { tenant: 1, provider: 1 } }],
});
export type StoredConnection = Stored<typeof fields>;

/** Where a sealed credential belongs: it opens nowhere else. */
export const credentialPlace = (tenant: string, name: string): string[] => [tenant, 'connections', name, 'credential'];

/** What may be shown: everything but the credential. */
export function connectionViewOf(c: StoredConnection): ConnectionView {
  const { sealed: credential, tenant: _tenant, scope: _scope, ...view } = c;
  return { ...view, hasCredential: credential !== undefined };
}

/** Opens the credential, or null when there is none. */
export const openCredential = (c: StoredConnection, open: (s: Sealed, place: string[]) => string): string | null =>
  c.sealed ? open(c.sealed, credentialPlace(c.tenant, c.name)) : null;

/** A connection without a provider of the catalog (`custom`) may stand before anything: who names it knows. */
export const reaches = (c: Pick<StoredConnection, 'provider'>, provider: string): boolean =>
  c.provider === provider || c.provider === 'custom';

/** The connection that a deployment asks for by name, or the only one that reaches the provider. */
export async function connectionFor(
  store: Store,
  ctx: Ctx,
  wanted: { provider: string; connection?: string | undefined },
): Promise<StoredConnection> {
  if (wanted.connection !== undefined) {
    const named = await connections(store).find1(ctx, { id: wanted.connection });
    if (!named) throw badField('target.connection', `there is no connection "${wanted.connection}"; GET /api/v1/connections lists them`);
    if (!reaches(named, wanted.provider))
      throw badField(
        'target.connection',
        `"${named.name}" reaches ${named.provider}, but the model is offered by ${wanted.provider}; name a connection to ${wanted.provider}, or add one`,
      );
    return named;
  }
  const { items } = await connections(store).find(ctx, { provider: wanted.provider });
  const [only, ...more] = items;
  if (!only)
    throw new HubError(
      'unprocessable',
      `No connection reaches the provider "${wanted.provider}"; add one with its API key under Connections.`,
      {
        errors: [{ path: 'target.connection', message: `add a connection for ${wanted.provider}` }],
      },
    );
  if (more.length)
    throw badField('target.connection', `several connections reach ${wanted.provider}: name one of ${items.map((c) => c.name).join(', ')}`);
  return only;
}

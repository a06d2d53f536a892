import type { Request } from 'express';
import { may, type Permission, PERMISSIONS, type Role } from '#core/identity/permissions.js';
import { HubError } from '#core/shared/problem.js';
import { findKey, keyRefusal, noteKeyUse, wellFormed } from '#store/identity.js';
import type { ApiDeps } from '../deps.js';

export interface Caller {
  tenant: string;
  scope: string;
  role: Role;
  keyId: string;
  permissions: ReadonlySet<Permission>;
}

/** Who calls, by `Authorization: Bearer mhk_…`. Throws `unauthenticated` with what to do. */
export async function authenticate(deps: ApiDeps, req: Request): Promise<Caller> {
  const header = req.get('authorization');
  const key = /^Bearer\s+(\S+)$/i.exec(header ?? '')?.[1];
  if (!key) throw new HubError('unauthenticated', 'Send your API key as "Authorization: Bearer mhk_…".');
  if (!wellFormed(key)) throw new HubError('unauthenticated', 'This is not a key of this hub; it may be mistyped or cut off.');
  const found = await findKey(deps.store, key);
  if (!found) throw new HubError('unauthenticated', 'This key is not known here.');
  const now = deps.now();
  const no = keyRefusal(found, now.getTime());
  if (no) throw new HubError('unauthenticated', `This key is ${no}. Ask an administrator for a new one.`);
  await noteKeyUse(deps.store, found, now);
  return {
    tenant: found.tenant,
    scope: found.scope,
    role: found.role,
    keyId: found.id,
    permissions: new Set(PERMISSIONS.filter((p) => may(found.role, found.permissions, p))),
  };
}

import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { auditEntry } from '#core/audit/schema.js';
import { canonicalJson } from '#core/shared/canonical.js';
import type { Ctx } from '#core/shared/scope.js';
import { collection } from './kit/collection.js';
import type { Store } from './kit/connect.js';

export const auditEntries = collection({
  name: 'auditEntries',
  writer: 'api',
  schema: auditEntry.omit({ id: true, scope: true }).extend({ note: z.string().optional() }),
  indexes: [{ key: { tenant: 1, at: -1, _id: -1 } }, { key: { tenant: 1, target: 1, at: -1 } }],
});

export interface Mutation {
  /** `feature:verb` */
  action: string;
  target: string;
  before?: unknown;
  after?: unknown;
  note?: string | undefined;
  scope?: string;
}

/** sha-256 of the canonical JSON, or nothing for nothing. */
export const digestOf = (value: unknown): string | undefined =>
  value === undefined ? undefined : createHash('sha256').update(canonicalJson(value)).digest('hex');

/** Writes one entry; call it inside the transaction that makes the change. `id` makes a repeat harmless. */
export async function audit(store: Store, ctx: Ctx, m: Mutation, id: string = randomUUID()): Promise<void> {
  const before = digestOf(m.before);
  const after = digestOf(m.after);
  await auditEntries(store).insert(ctx, {
    id,
    at: new Date().toISOString(),
    actor: ctx.actor,
    action: m.action,
    target: m.target,
    requestId: ctx.requestId,
    scope: m.scope ?? ctx.scope,
    ...(before ? { before } : {}),
    ...(after ? { after } : {}),
    ...(m.note ? { note: m.note } : {}),
  });
}

/** Change and audit entry, both or neither. `work` returns what to record beside its result. */
export function audited<T>(store: Store, ctx: Ctx, work: () => Promise<{ result: T; mutation: Mutation }>): Promise<T> {
  return store.transaction(async () => {
    const { result, mutation } = await work();
    await audit(store, ctx, mutation);
    return result;
  });
}

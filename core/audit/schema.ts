import { z } from 'zod';
import { iso, paging } from '#core/shared/schema.js';

export const auditEntry = z.object({
  id: z.string(),
  at: iso,
  actor: z.string(),
  /** `feature:verb`, the words of the permission table */
  action: z.string(),
  target: z.string(),
  scope: z.string(),
  requestId: z.string(),
  /** sha-256 of the canonical JSON; absent when there was nothing */
  before: z.string().optional(),
  after: z.string().optional(),
  note: z.string().optional(),
});
export type AuditEntry = z.output<typeof auditEntry>;
export const auditQuery = z.strictObject({ target: z.string().max(300).optional(), limit: paging.limit, cursor: paging.cursor });
export const auditPage = z.object({ entries: z.array(auditEntry), next: z.string().optional() });

import { z } from 'zod';
import { iso, name } from '#core/shared/schema.js';
import { PERMISSIONS, ROLES } from './permissions.js';

export const keyInput = z.strictObject({
  name: z.string().min(1).max(120),
  role: z.enum(ROLES),
  /** narrows the role to these permissions */
  permissions: z
    .array(z.enum(PERMISSIONS as [string, ...string[]]))
    .max(60)
    .optional(),
  /** `workspace/project/environment` or a prefix; '' is the whole organisation */
  scope: z.string().max(360).default(''),
  expiresAt: iso.optional(),
});
export const keyView = z.object({
  id: z.string(),
  name: z.string(),
  /** `mhk_` and the first characters: enough to recognise, not to use */
  prefix: z.string(),
  role: z.enum(ROLES),
  permissions: z.array(z.string()).optional(),
  scope: z.string(),
  createdAt: iso,
  createdBy: z.string(),
  expiresAt: iso.optional(),
  revokedAt: iso.optional(),
  lastUsedAt: iso.optional(),
});
export type KeyView = z.output<typeof keyView>;
/** the only answer that ever carries the key itself */
export const keyCreated = keyView.extend({ key: z.string() });

export const whoami = z.object({
  tenant: z.string(),
  tenantName: z.string(),
  scope: z.string(),
  role: z.enum(ROLES),
  permissions: z.array(z.string()),
  keyId: z.string(),
  environments: z.array(z.string()),
  links: z.object({ temporalUi: z.string().optional(), gateway: z.string(), docs: z.string() }),
});
export const environmentInput = z.strictObject({ name });

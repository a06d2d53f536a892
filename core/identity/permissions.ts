import { DEPLOYMENT_VERBS, type DeploymentVerb } from '#core/deployment/verbs.js';

export const ROLES = ['admin', 'operator', 'developer', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

const READ = ['catalog:read', 'connection:read', 'deployment:read', 'routing:read', 'limit:read', 'usage:read', 'tenant:read'] as const;
const DEVELOP = ['catalog:register', 'gateway:call', 'deployment:deploy'] as const;
const OPERATE = [
  'catalog:deprecate',
  'catalog:alias',
  'connection:write',
  'routing:write',
  'limit:write',
  'deployment:breakGlass',
  'audit:read',
] as const;
const ADMIN = ['key:read', 'key:write', 'tenant:write', 'catalog:govern', 'payload:read'] as const;

export type Permission =
  | (typeof READ)[number]
  | (typeof DEVELOP)[number]
  | (typeof OPERATE)[number]
  | (typeof ADMIN)[number]
  | `deployment:${DeploymentVerb}`;

const verbs = (Object.keys(DEPLOYMENT_VERBS) as DeploymentVerb[]).map((v): Permission => `deployment:${v}`);

/** The one permission table, `feature:verb` by role. Each role has all that the next has. */
export const ROLE_PERMISSIONS: Record<Role, ReadonlySet<Permission>> = {
  viewer: new Set<Permission>(READ),
  developer: new Set<Permission>([...READ, ...DEVELOP]),
  operator: new Set<Permission>([...READ, ...DEVELOP, ...verbs, ...OPERATE]),
  admin: new Set<Permission>([...READ, ...DEVELOP, ...verbs, ...OPERATE, ...ADMIN]),
};

export const PERMISSIONS: readonly Permission[] = [...ROLE_PERMISSIONS.admin];

/** What a key may do: its role, narrowed to `only` when the key lists permissions. */
export function may(role: Role, only: readonly string[] | undefined, permission: Permission): boolean {
  return ROLE_PERMISSIONS[role].has(permission) && (only === undefined || only.includes(permission));
}

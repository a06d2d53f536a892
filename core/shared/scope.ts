/**
 * Tenant and scope. The tenant is the wall; a scope is a path below it: `workspace/project/environment`,
 * any prefix of it, or '' for the whole tenant.
 */

/** Records that every tenant may read (the seeded catalog); nobody but the import may write them. */
export const PUBLIC_TENANT = 'public';
export const SEEDED_ENVIRONMENTS = ['development', 'staging', 'production'] as const;

/** Who acts, and within which walls. First argument of every store function. */
export interface Ctx {
  tenant: string;
  scope: string;
  /** key id or `workflow:<id>`; goes into the audit trail */
  actor: string;
  requestId: string;
}

export const scopeOf = (workspace: string, project: string, environment: string): string => `${workspace}/${project}/${environment}`;

/** True when `inner` is `outer` or lies below it. */
export const contains = (outer: string, inner: string): boolean => outer === '' || inner === outer || inner.startsWith(`${outer}/`);

/** '' and every prefix of the path, itself included: `a/b` gives ['', 'a', 'a/b']. */
export function ancestors(scope: string): string[] {
  if (scope === '') return [''];
  const parts = scope.split('/');
  return ['', ...parts.map((_, i) => parts.slice(0, i + 1).join('/'))];
}

import type { ModelVersion } from './schema.js';

const RANK = { active: 2, experimental: 1, deprecated: 0 } as const;

/** Newest first; the name breaks ties, so that the order is the same everywhere. */
export function newestFirst<V extends Pick<ModelVersion, 'version' | 'createdAt'>>(versions: readonly V[]): V[] {
  return [...versions].sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt) || (a.version < b.version ? 1 : -1));
}

/** What runs when nobody names a version: the newest active one, else the newest experimental one. */
export function newestActive<V extends Pick<ModelVersion, 'version' | 'createdAt' | 'status'>>(versions: readonly V[]): V | undefined {
  return newestFirst(versions)
    .filter((v) => v.status !== 'deprecated')
    .sort((a, b) => RANK[b.status] - RANK[a.status])[0];
}

import type { Dialect } from './errors.js';

export interface ListedModel {
  id: string;
  /** Unix time in seconds */
  created: number;
  ownedBy: string;
  displayName?: string;
}

/** The whole list of models as JSON text, in the form of the dialect. */
export function modelListFor(dialect: Dialect, entries: readonly ListedModel[]): string {
  if (dialect === 'openai')
    return JSON.stringify({
      object: 'list',
      data: entries.map((m) => ({ id: m.id, object: 'model', created: m.created, owned_by: m.ownedBy })),
    });
  return JSON.stringify({
    data: entries.map((m) => ({
      type: 'model',
      id: m.id,
      display_name: m.displayName ?? m.id,
      created_at: new Date(m.created * 1000).toISOString(),
    })),
    has_more: false,
    first_id: entries[0]?.id ?? null,
    last_id: entries.at(-1)?.id ?? null,
  });
}

/**
 * Providers with their models as lists, from either shape of a models.dev file: the snapshot `{source, providers: [...]}`
 * or its own api.json, an object of providers whose `models` is an object too.
 */
export function readProviders(file) {
  if (Array.isArray(file.providers)) return { source: file.source, providers: file.providers };
  const providers = Object.entries(file).map(([id, p]) => ({
    ...p,
    id,
    models: Object.entries(p.models ?? {}).map(([mid, m]) => ({ ...m, id: mid })),
  }));
  return { source: undefined, providers };
}

/** Throws when a file has another shape, before anything is written. */
export function assertModelsDev({ providers }) {
  if (!Array.isArray(providers) || providers.length === 0) throw new Error('This is not a models.dev file: it names no providers.');
  for (const p of providers)
    if (typeof p.id !== 'string' || !Array.isArray(p.models))
      throw new Error(`This is not a models.dev file: the provider ${JSON.stringify(p.id)} has no models.`);
}

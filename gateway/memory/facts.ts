import type { KnownOffering } from './state.js';

/**
 * Thousands of offerings have a few hundred different lists of abilities between them: equal ones are kept once. What is
 * kept here is bounded by the distinct values of the catalog.
 */
const lists = new Map<string, string[]>();
const words = new Map<string, string>();

function word<T extends string>(w: T): T {
  const known = words.get(w);
  if (known !== undefined) return known as T;
  words.set(w, w);
  return w;
}
function list(values: string[]): string[] {
  const key = values.join('\n');
  let known = lists.get(key);
  if (!known) {
    known = values.map(word);
    lists.set(key, known);
  }
  return known;
}

/** The same facts, with the parts that are equal among offerings shared. Do not change what it returns. */
export const sharedFacts = (o: KnownOffering): KnownOffering => ({
  ...o,
  provider: word(o.provider),
  modelType: word(o.modelType),
  status: word(o.status),
  securityLevel: word(o.securityLevel),
  modalities: { input: list(o.modalities.input), output: list(o.modalities.output) },
  capabilities: list(o.capabilities),
});

/** The embedded Temporal gets its search attributes by flags; an external one must be given them once. */
import { Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '#core/deployment/workflow.js';
import type { TemporalSettings } from './temporal-settings.js';

/** `Keyword` in Temporal's IndexedValueType. */
const KEYWORD = 2;

/** Adds what is missing; returns lines for the person at the terminal (nothing when all is well). */
export async function ensureSearchAttributes({ address, namespace, tls, apiKey }: TemporalSettings): Promise<string[]> {
  const connection = await Connection.connect({ address, ...(tls ? { tls } : {}), ...(apiKey ? { apiKey } : {}), connectTimeout: '10s' });
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = SEARCH_ATTRIBUTES.filter((name) => !(name in (customAttributes ?? {})));
    if (missing.length === 0) return [];
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, KEYWORD])),
    });
    return [`Added search attributes to Temporal: ${missing.join(', ')}`];
  } catch (error) {
    // Temporal Cloud keeps this right for its own tool; then an administrator has to do it.
    const command = `temporal operator search-attribute create ${SEARCH_ATTRIBUTES.map((name) => `--name ${name} --type Keyword`).join(' ')}`;
    return [
      `Note: search attributes could not be checked (${error instanceof Error ? error.message : String(error)}). If they are missing: ${command}`,
    ];
  } finally {
    await connection.close();
  }
}

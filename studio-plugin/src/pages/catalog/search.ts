import { z } from 'zod';
import { SORTS } from '#core/catalog/schema.js';
import { list, number, oneOf, pageNumber, text } from '../../app/search-fields.js';

/** The URL of the catalog is the source of truth: what can be seen can be bookmarked. */
export const catalogSearch = z.object({
  q: text,
  provider: list,
  modelType: list,
  capability: list,
  task: list,
  status: list,
  securityLevel: list,
  compliance: list,
  modality: list,
  owner: list,
  maxPrice: number,
  minContext: number,
  sort: oneOf(SORTS),
  order: oneOf(['asc', 'desc']),
  page: pageNumber,
});
export type CatalogSearch = z.output<typeof catalogSearch>;

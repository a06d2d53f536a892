import { z } from 'zod';
import { list, pageNumber, text } from '../../app/search-fields.js';

export const deploymentsSearch = z.object({ environment: list, phase: list, modelId: text, page: pageNumber });
export type DeploymentsSearch = z.output<typeof deploymentsSearch>;

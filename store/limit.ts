import { limitRecord } from '#core/limit/schema.js';
import { collection } from './kit/collection.js';

/** A tenant's limits on calls; id = name. The gateways read them and count in the ledger. */
export const limits = collection({ name: 'limits', writer: 'api', schema: limitRecord });

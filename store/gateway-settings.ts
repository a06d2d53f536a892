import { z } from 'zod';
import { gatewaySettings as settings } from '#core/routing/schema.js';
import { collection, type Stored } from './kit/collection.js';

const fields = z.object({
  ...settings.shape,
  environment: z.string(),
  name: z.string(),
  updatedAt: z.string(),
  updatedBy: z.string(),
});
/** What the gateway does with the calls of one deployment; id `<environment>/<name>` and scope of the deployment. */
export const gatewaySettings = collection({ name: 'gatewaySettings', writer: 'api', schema: fields });
export type StoredSettings = Stored<typeof fields>;

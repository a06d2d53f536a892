import { gatewaySettingsRecord } from '#core/routing/schema.js';
import { collection } from './kit/collection.js';

/** What the gateway does with the calls of a deployment beside routing them; id `<environment>/<name>`. */
export const gatewaySettings = collection({ name: 'gatewaySettings', writer: 'api', schema: gatewaySettingsRecord });

import { deploymentView } from '#core/deployment/schema.js';
import { collection } from './kit/collection.js';

/** The read copy of each deployment workflow's state; id `<environment>/<name>`. Only `saveView` writes it. */
export const deployments = collection({
  name: 'deployments',
  writer: 'workflow',
  schema: deploymentView.omit({ scope: true }).extend({ updatedAt: deploymentView.shape.createdAt }),
  indexes: [{ key: { tenant: 1, updatedAt: -1, _id: -1 } }, { key: { tenant: 1, environment: 1, name: 1 } }],
});

import { expect, test } from '@jest/globals';
import { openStore } from '#store/kit/connect.js';
import { migrate } from '#store/migrate.js';
import { testDatabase } from '../support/servers.js';

test('an index of the request log that a longer one replaces is dropped, once', async () => {
  const uri = testDatabase('migrations');
  const store = await openStore(uri);
  const events = store.db.collection('usageEvents');
  const names = async () => (await events.indexes()).map((i) => i.name);
  await events.createIndex({ tenant: 1, environment: 1, deployment: 1, at: -1 });
  await migrate(uri, { seed: false });
  expect(await names()).not.toContain('tenant_1_environment_1_deployment_1_at_-1');
  expect(await names()).toContain('tenant_1_environment_1_deployment_1_at_-1__id_-1');
  await migrate(uri, { seed: false });
  await store.close();
});

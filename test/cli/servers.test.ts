import { expect, test } from '@jest/globals';
import { Connection } from '@temporalio/client';
import { mongo } from 'mongoose';
import { ensureSearchAttributes } from '#cli/search-attributes.js';
import { launchBrowser } from '../support/browser.js';
import { testDatabase, testServers } from '../support/servers.js';

test('the embedded MongoDB commits a transaction, and refuses who has no password', async () => {
  const uri = testDatabase('servers');
  const client = await mongo.MongoClient.connect(uri);
  await client.withSession((session) => session.withTransaction(() => client.db().collection('things').insertOne({ a: 1 }, { session })));
  expect(await client.db().collection('things').countDocuments()).toBe(1);
  await client.close();
  const stranger = new URL(uri);
  stranger.username = '';
  stranger.password = '';
  const refused = await mongo.MongoClient.connect(stranger.toString());
  await expect(refused.db().collection('things').countDocuments()).rejects.toThrow(/authentication/i);
  await refused.close();
});

test('the embedded Temporal has its search attributes', async () => {
  const connection = await Connection.connect({ address: testServers().temporalAddress });
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
  expect(Object.keys(customAttributes ?? {})).toEqual(expect.arrayContaining(['Tenant', 'Deployment', 'Phase', 'ModelId']));
  await connection.close();
  expect(await ensureSearchAttributes({ address: testServers().temporalAddress, namespace: 'default' })).toEqual([]);
});

test('the browser renders a page', async () => {
  const browser = await launchBrowser();
  const page = await browser.newPage();
  await page.setContent('<h1>Model Hub</h1>');
  expect(await page.textContent('h1')).toBe('Model Hub');
  await browser.close();
});

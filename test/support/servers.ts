/** The servers of this test run, started once by global-setup.ts. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { TestRun } from './global-setup.js';

/** Addresses of the one mongod and the one Temporal, and the one workflow bundle. */
export function testServers(): TestRun {
  const file = process.env['HUB_TEST_RUN'];
  if (!file) throw new Error('No test servers: run integration tests with npm test, or npx jest --selectProjects integration.');
  return JSON.parse(readFileSync(file, 'utf8')) as TestRun;
}

/** URI of a fresh database for one test file. */
export function testDatabase(name: string): string {
  const uri = new URL(testServers().mongodbUri);
  uri.pathname = `/t_${name.replace(/[^a-z0-9]+/gi, '_').slice(0, 40)}_${randomBytes(4).toString('hex')}`;
  return uri.toString();
}

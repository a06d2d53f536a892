/** Do the servers and parts answer? Only asked when they should be running. */
import { Connection } from '@temporalio/client';
import { mongo } from 'mongoose';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockHolder } from '../data-lock.js';
import type { Settings } from '../settings.js';
import type { TemporalSettings } from '../temporal-settings.js';
import { type Check, type Finding, note, ok, wrong } from './finding.js';

const LOOK_AT_LOGS = 'Look at the logs in the data folder, or restart the hub.';

/** Checks of everything that answers over a port. */
export function serverChecks(settings: Settings): Check[] {
  const running = lockHolder(settings.dataDir) !== undefined;
  const checks: Check[] = [];
  if (running || settings.mongodbUri) checks.push({ name: 'MongoDB', look: () => mongodb(mongodbUri(settings)) });
  if (running || settings.temporal) checks.push({ name: 'Temporal', look: () => temporal(temporalSettings(settings)) });
  if (!running) return [...checks, { name: 'hub', look: () => note('is not running; npm start starts it') }];
  checks.push({ name: 'gateway', look: () => ready(`${settings.gatewayUrl}/readyz`) });
  checks.push({ name: 'API', look: () => ready(`${settings.publicUrl}/readyz`) });
  if (settings.temporalUiUrl) checks.push({ name: 'Temporal UI', look: () => ready(settings.temporalUiUrl ?? '') });
  return checks;
}

function mongodbUri(settings: Settings): string {
  if (settings.mongodbUri) return settings.mongodbUri;
  const file = join(settings.dataDir, 'mongodb', 'password');
  const password = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  return `mongodb://hub:${password}@127.0.0.1:${settings.ports.mongodb}/modelhub?replicaSet=hub&authSource=admin`;
}

function temporalSettings(settings: Settings): TemporalSettings {
  return settings.temporal ?? { address: `127.0.0.1:${settings.ports.temporal}`, namespace: 'default' };
}

async function mongodb(uri: string): Promise<Finding> {
  const client = new mongo.MongoClient(uri, { serverSelectionTimeoutMS: 5_000 });
  try {
    const [hello, info] = await Promise.all([client.db().command({ hello: 1 }), client.db().command({ buildInfo: 1 })]);
    if (!hello['setName'])
      return wrong('is not a replica set', 'The hub needs transactions: start MongoDB with --replSet and initiate it.');
    return ok(`${String(info['version'])}, replica set ${String(hello['setName'])}, authenticated`);
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error), LOOK_AT_LOGS);
  } finally {
    await client.close();
  }
}

async function temporal({ address, namespace, tls, apiKey }: TemporalSettings): Promise<Finding> {
  try {
    const connection = await Connection.connect({ address, ...(tls ? { tls } : {}), ...(apiKey ? { apiKey } : {}), connectTimeout: '5s' });
    try {
      const began = Date.now();
      await connection.withDeadline(began + 5_000, () => connection.workflowService.describeNamespace({ namespace }));
      return ok(`${address}, namespace ${namespace}, answers in ${Date.now() - began} ms`);
    } finally {
      await connection.close();
    }
  } catch (error) {
    return wrong(`${address}: ${error instanceof Error ? error.message : String(error)}`, LOOK_AT_LOGS);
  }
}

async function ready(url: string): Promise<Finding> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    return response.ok ? ok(`${url} is ready`) : wrong(`${url} answers ${response.status}`, LOOK_AT_LOGS);
  } catch {
    return wrong(`${url} does not answer`, LOOK_AT_LOGS);
  }
}

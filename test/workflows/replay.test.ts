import { describe, expect, test } from '@jest/globals';
import { Worker } from '@temporalio/worker';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testServers } from '../support/servers.js';
import './world.js'; // quiets the runtime's log

/** Histories of the real server, one per branch; files are added and never changed or removed. */
const DIR = join(__dirname, '../histories/deployment');
const files = readdirSync(DIR).filter((f) => f.endsWith('.json'));

describe('recorded histories', () => {
  test('are there', () => expect(files.length).toBeGreaterThanOrEqual(4));
  test.each(files)('%s replays with today’s workflow', async (file) => {
    const history = JSON.parse(readFileSync(join(DIR, file), 'utf8')) as object;
    await Worker.runReplayHistory({ workflowBundle: { codePath: testServers().bundlePath } }, history, file.replace('.json', ''));
  });
  test('a history that does not fit is noticed', async () => {
    const file = files[0] ?? '';
    const text = readFileSync(join(DIR, file), 'utf8').replaceAll('validateRevision', 'somethingElse');
    await expect(
      Worker.runReplayHistory({ workflowBundle: { codePath: testServers().bundlePath } }, JSON.parse(text), 'x'),
    ).rejects.toThrow(/[Nn]ondeterminism/);
  });
});

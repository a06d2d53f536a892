import { expect, test } from '@jest/globals';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { helpText } from './help.js';
import { loadSettings, SETTINGS } from './settings.js';

test('without any setting the documented defaults hold', () => {
  const settings = loadSettings({});
  expect(settings.ports).toEqual({ api: 4310, gateway: 4311, temporal: 4312, temporalUi: 4313, mongodb: 4314 });
  expect(settings.dataDir).toBe(join(settings.projectDir, '.modelhub'));
  expect(settings.publicUrl).toBe('http://127.0.0.1:4310');
  expect(settings.temporal).toBeUndefined();
});

test('every wrong setting is named in one error, with what is expected', () => {
  const load = (): unknown => loadSettings({ MODELHUB_API_PORT: 'many', MODELHUB_LOG_LEVEL: 'loud', MODELHUB_MONGODB_URI: 'http://x' });
  expect(load).toThrow(/MODELHUB_API_PORT="many".*port of pages and API/);
  expect(load).toThrow(/MODELHUB_LOG_LEVEL="loud"/);
  // A URI may hold a password.
  expect(load).toThrow(/MODELHUB_MONGODB_URI=\(hidden\).*must start with mongodb:/);
});

test('two servers cannot share a port', () => {
  expect(() => loadSettings({ MODELHUB_GATEWAY_PORT: '4310' })).toThrow('port 4310 is given to both api and gateway');
});

test('connections reach this machine and its network only where nobody else reaches the hub, or where the operator says so', () => {
  const allowed = (env: Record<string, string>): readonly string[] => loadSettings(env).allowedHosts;
  for (const host of ['127.0.0.1', 'localhost', '::1', '127.0.0.9'])
    expect(allowed({ MODELHUB_HOST: host })).toEqual(['loopback', 'private']);
  for (const host of ['0.0.0.0', '::', '192.168.1.5', '127.0.0.1.evil.test']) expect(allowed({ MODELHUB_HOST: host })).toEqual([]);
  expect(allowed({ MODELHUB_ALLOWED_HOSTS: 'none' })).toEqual([]);
  expect(allowed({ MODELHUB_HOST: '0.0.0.0', MODELHUB_ALLOWED_HOSTS: '10.0.0.0/8, models.corp.test' })).toEqual([
    '10.0.0.0/8',
    'models.corp.test',
  ]);
  expect(() => allowed({ MODELHUB_ALLOWED_HOSTS: '10.0.0.0/8,http://x' })).toThrow(/MODELHUB_ALLOWED_HOSTS.*"http:\/\/x" is neither/);
});

test('the journal’s policy and the drain of a gateway', () => {
  expect(loadSettings({})).toMatchObject({ journalFull: 'refuse', gatewayDrainMs: 1_000 });
  expect(loadSettings({ MODELHUB_JOURNAL_FULL: 'serve', MODELHUB_GATEWAY_DRAIN_MS: '0' })).toMatchObject({
    ...{ journalFull: 'serve', gatewayDrainMs: 0 },
  });
  expect(() => loadSettings({ MODELHUB_JOURNAL_FULL: 'drop', MODELHUB_GATEWAY_DRAIN_MS: '60000' })).toThrow(
    /MODELHUB_JOURNAL_FULL="drop".*\n.*MODELHUB_GATEWAY_DRAIN_MS="60000"/,
  );
});

test('a misspelt setting is a warning', () => {
  expect(loadSettings({ MODELHUB_APIPORT: '1' }).warnings).toEqual([expect.stringContaining('MODELHUB_APIPORT is not a setting')]);
});

test('a secret may come by file, and only once', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'modelhub-settings-')), 'key');
  writeFileSync(file, 'a-secret-that-is-long-enough\n');
  expect(loadSettings({ MODELHUB_INTERNAL_KEY_FILE: file }).internalKey).toBe('a-secret-that-is-long-enough');
  expect(() => loadSettings({ MODELHUB_INTERNAL_KEY_FILE: file, MODELHUB_INTERNAL_KEY: 'another-secret-long-enough' })).toThrow('both set');
  expect(() => loadSettings({ MODELHUB_INTERNAL_KEY_FILE: '/nowhere/key' })).toThrow(/cannot be read \(ENOENT\)/);
});

test("Temporal's own variables name an external server", () => {
  const { temporal, temporalUiUrl } = loadSettings({
    TEMPORAL_ADDRESS: 'temporal.example:7233',
    TEMPORAL_NAMESPACE: 'hub',
    TEMPORAL_API_KEY: 'k',
  });
  expect(temporal).toMatchObject({ address: 'temporal.example:7233', namespace: 'hub', apiKey: 'k', tls: expect.anything() });
  expect(temporalUiUrl).toBeUndefined();
});

test('the help lists every setting', () => {
  const text = helpText();
  for (const name of Object.keys(SETTINGS)) expect(text).toContain(name);
});

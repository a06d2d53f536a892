import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import Ajv2020 from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { SETTINGS } from '#cli/settings.js';
import { PART_NAMES } from '#cli/part-plan.js';
import { SEARCH_ATTRIBUTES } from '#core/deployment/workflow.js';

interface Service {
  image?: string;
  command?: string[];
  entrypoint?: string[];
  environment?: Record<string, string>;
  secrets?: string[];
  volumes?: string[];
  hostname?: string;
  healthcheck?: object;
  depends_on?: Record<string, { condition: string }>;
  deploy?: { replicas?: number };
}
interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
  secrets: Record<string, { file: string }>;
  configs: Record<string, { content: string }>;
}
const root = join(__dirname, '..', '..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const text = read('docker-compose.yml');
const compose = parse(text, { merge: true }) as Compose;
const services = Object.entries(compose.services);
const oursOf = (part: string): Service[] => services.map(([, s]) => s).filter((s) => s.command?.join(' ') === part);

/** Names of settings, and of secrets given by file. */
const known = new Set(
  Object.entries(SETTINGS as Record<string, { secret?: true }>).flatMap(([name, row]) => (row.secret ? [name, `${name}_FILE`] : [name])),
);

describe('docker-compose.yml', () => {
  test('is valid by the Compose Specification’s schema', () => {
    const schema = JSON.parse(read('test/compose/compose-spec.json')) as object;
    const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
    const valid = ajv.validate(schema, compose);
    expect(ajv.errors ?? []).toEqual([]);
    expect(valid).toBe(true);
    // the check itself can fail
    expect(ajv.validate(schema, { services: { a: { image: 'x', portz: [] } } })).toBe(false);
  });

  test('uses only settings that exist', () => {
    const used = [...`${text}\n${read('Dockerfile')}\n${read('docs/compose.md')}`.matchAll(/MODELHUB_[A-Z_]+/g)].map((m) => m[0]);
    expect(used.length).toBeGreaterThan(5);
    expect([...new Set(used)].filter((name) => !known.has(name))).toEqual([]);
  });

  test('has api, two gateways, two workers, a migration, and only commands that exist', () => {
    expect(oursOf('part api')).toHaveLength(1);
    expect(oursOf('part gateway')).toHaveLength(2);
    expect(oursOf('part worker').map((s) => s.deploy?.replicas)).toEqual([2]);
    expect(oursOf('migrate')).toHaveLength(1);
    const parts = services.flatMap(([, s]) => (s.command?.[0] === 'part' ? [s.command[1]] : []));
    expect(parts.filter((p) => !PART_NAMES.some((name) => name === p))).toEqual([]);
  });

  test('names every image with a version', () => {
    for (const [, { image }] of services) expect(image).toMatch(/^[\w./-]+:\d+\.\d+(\.\d+)?(-\w+)?$/);
  });

  test('gives each gateway a name and a volume of its own, by which it finds its journal again', () => {
    const gateways = oursOf('part gateway');
    expect(new Set(gateways.map((g) => g.hostname)).size).toBe(2);
    expect(new Set(gateways.flatMap((g) => g.volumes ?? [])).size).toBe(2);
  });

  test('refers only to services, secrets and volumes that are declared, and uses all of them', () => {
    const needed = services.flatMap(([, s]) => Object.keys(s.depends_on ?? {}));
    expect(needed.filter((name) => !(name in compose.services))).toEqual([]);
    expect(new Set(services.flatMap(([, s]) => s.secrets ?? []))).toEqual(new Set(Object.keys(compose.secrets)));
    const volumes = services.flatMap(([, s]) => s.volumes ?? []).map((v) => v.split(':')[0]);
    expect(new Set(volumes)).toEqual(new Set(Object.keys(compose.volumes)));
    const files = services.flatMap(([, s]) => Object.values(s.environment ?? {})).filter((v) => v.startsWith('/run/secrets/'));
    expect(files.filter((f) => !(f.slice('/run/secrets/'.length) in compose.secrets))).toEqual([]);
  });

  test('waits for a healthy service only where there is a health check', () => {
    for (const [name, s] of services)
      for (const [other, { condition }] of Object.entries(s.depends_on ?? {}))
        if (condition === 'service_healthy')
          expect([name, other, compose.services[other]?.healthcheck]).toEqual([name, other, expect.anything()]);
  });

  test('holds no secret, and every secret’s file is described', () => {
    expect(text).not.toMatch(/(PASSWORD|PWD|KEY|URI):\s*\S/);
    const described = read('docs/compose.md');
    for (const { file } of Object.values(compose.secrets)) expect(described).toContain(file.replace('./', ''));
  });

  test('registers the search attributes that the workflow writes, and the queue settings of the embedded server', () => {
    const init = compose.services['temporal-init']?.entrypoint?.join('\n') ?? '';
    for (const name of SEARCH_ATTRIBUTES) expect(init).toMatch(new RegExp(`\\b${name}\\b`));
    const embedded = [...read('cli/embedded/temporal.ts').matchAll(/'((?:history|matching)\.\w+)=/g)].map((m) => m[1]);
    expect(embedded.length).toBeGreaterThan(3);
    for (const name of embedded) expect(compose.configs['temporal_dynamic']?.content).toContain(`${name}:`);
  });
});

test('the README lists every setting with its default', () => {
  const readme = read('README.md');
  for (const [name, row] of Object.entries(SETTINGS as Record<string, { fallback?: string }>))
    expect(readme).toMatch(new RegExp(`\\| \`${name}\`[ *]* \\| ${row.fallback === undefined ? '–' : `\`${row.fallback}\``} *\\|`));
});

test('the Dockerfile copies only what is there', () => {
  const copied = [...read('Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap((m) => (m[1] ?? '').split(' '));
  expect(copied.filter((path) => path !== '.' && !existsSync(join(root, path)))).toEqual([]);
});

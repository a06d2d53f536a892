import { describe, expect, test } from '@jest/globals';
import { chmodSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKeyring } from './local.js';

const path = (): string => join(mkdtempSync(join(tmpdir(), 'keyring-')), 'keyring.json');
const HERE = ['t1', 'connections', 'openai', 'credential'];

describe('the local keyring', () => {
  test('is made at the first start, for its owner only, and stays the same', () => {
    const p = path();
    const sealed = openKeyring(p).seal('sk-secret', HERE);
    expect(statSync(p).mode & 0o777).toBe(0o600);
    expect(openKeyring(p).open(sealed, HERE)).toBe('sk-secret');
    expect(JSON.stringify(sealed)).not.toContain('sk-secret');
  });
  test.each([
    ['another tenant', ['t2', 'connections', 'openai', 'credential']],
    ['another record', ['t1', 'connections', 'other', 'credential']],
    ['another field', ['t1', 'connections', 'openai', 'header']],
    ['parts cut elsewhere', ['t1', 'connections', 'openaicredential', '']],
  ])('a secret that was moved to %s does not open', (_what, there) => {
    const ring = openKeyring(path());
    const sealed = ring.seal('sk-secret', HERE);
    expect(() => ring.open(sealed, there)).toThrow(/changed, moved/);
  });
  test.each(['wrappedDek', 'iv', 'tag', 'ct'] as const)('a changed %s does not open, and the error tells no secret', (field) => {
    const ring = openKeyring(path());
    const sealed = ring.seal('sk-secret', HERE);
    const bytes = Buffer.from(sealed[field], 'base64');
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    expect(() => ring.open({ ...sealed, [field]: bytes.toString('base64') }, HERE)).toThrow(/^((?!sk-secret).)*$/);
  });
  test('another installation’s key is missed by name', () => {
    const sealed = openKeyring(path()).seal('x', HERE);
    expect(() => openKeyring(path()).open(sealed, HERE)).toThrow(/not in/);
  });
  test('an older key still opens after a new one became current', () => {
    const p = path();
    const sealed = openKeyring(p).seal('old', HERE);
    const ring = JSON.parse(readFileSync(p, 'utf8')) as { current: string; keys: Record<string, string> };
    const other = path();
    openKeyring(other);
    const fresh = JSON.parse(readFileSync(other, 'utf8')) as typeof ring;
    writeFileSync(p, JSON.stringify({ current: fresh.current, keys: { ...ring.keys, ...fresh.keys } }));
    const both = openKeyring(p);
    expect(both.open(sealed, HERE)).toBe('old');
    expect(both.seal('new', HERE).kek).toBe(fresh.current);
  });
  test('a file that others can read, and a key that was typed, are refused', () => {
    const p = path();
    openKeyring(p);
    chmodSync(p, 0o640);
    expect(() => openKeyring(p)).toThrow(/chmod 600/);
    const weak = path();
    writeFileSync(weak, JSON.stringify({ current: 'a', keys: { a: Buffer.alloc(32, 'x').toString('base64') } }), { mode: 0o600 });
    expect(() => openKeyring(weak)).toThrow(/random/);
  });
});

import { describe, expect, test } from '@jest/globals';
import { contracts } from '#core/contracts.js';
import { openApi } from '#api/openapi.js';

describe('the API description', () => {
  const d = openApi('1') as { openapi: string; paths: Record<string, Record<string, { operationId: string; description: string }>> };
  test('describes every contract under its method and path, with its permission', () => {
    expect(d.openapi).toBe('3.1.0');
    for (const [id, c] of Object.entries(contracts)) {
      expect(d.paths[c.path]?.[c.method.toLowerCase()]).toMatchObject({
        operationId: id,
        description: expect.stringContaining(c.permission),
      });
    }
  });
  test('is plain JSON', () => expect(JSON.parse(JSON.stringify(d))).toEqual(d));
});

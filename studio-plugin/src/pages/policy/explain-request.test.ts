import { describe, expect, test } from '@jest/globals';
import { askedOf, sampleRequest } from './explain-request.js';

describe('what is asked of the explanation', () => {
  test('is the request as it stands, with its headers', () => {
    expect(askedOf(sampleRequest('support'), 'x-modelhub-meta-team: legal: eu\n\n X-Other :1')).toMatchObject({
      ok: true,
      request: { model: 'support', max_tokens: 500 },
      headers: { 'x-modelhub-meta-team': 'legal: eu', 'X-Other': '1' },
    });
  });
  test.each([
    ['{', '', 'request', 'not JSON'],
    ['[]', '', 'request', 'JSON object'],
    ['{"messages":[]}', '', 'request', 'model'],
    ['{"model":"a"}', 'team', 'headers', '"team" has no colon'],
  ])('%j with %j is faulty in its %s', (request, headers, field, message) => {
    const asked = askedOf(request, headers);
    expect(asked).toMatchObject({ ok: false, field });
    expect(asked.ok ? '' : asked.message).toContain(message);
  });
});

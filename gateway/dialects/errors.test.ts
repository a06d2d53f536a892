import { describe, expect, it } from '@jest/globals';
import { dialectOf, errorBodyFor, errorEventFor, MAX_MESSAGE_CHARS, translateError, translateErrorEvent, upstreamError } from './errors.js';
import { modelListFor } from './model-list.js';

const error = { status: 400, type: 'invalid_request_error', code: 'untranslatable', message: '"seed" has no counterpart.', param: 'seed' };

describe('errors in the dialect of the caller', () => {
  it('has OpenAI’s form', () =>
    expect(JSON.parse(errorBodyFor('openai', error))).toEqual({
      error: { message: '"seed" has no counterpart.', type: 'invalid_request_error', param: 'seed', code: 'untranslatable' },
    }));
  it('has Anthropic’s form, with the field in the message', () => {
    const body = JSON.parse(
      errorBodyFor('anthropic', { ...error, message: 'must be a number', param: 'top_k', requestId: 'req_1' }),
    ) as unknown;
    expect(body).toEqual({
      type: 'error',
      error: { type: 'invalid_request_error', message: 'top_k: must be a number' },
      request_id: 'req_1',
    });
  });
  // Anthropic's API documentation, "Errors"
  it.each([
    [400, 'invalid_request_error'],
    [401, 'authentication_error'],
    [402, 'billing_error'],
    [403, 'permission_error'],
    [404, 'not_found_error'],
    [413, 'request_too_large'],
    [418, 'invalid_request_error'],
    [429, 'rate_limit_error'],
    [500, 'api_error'],
    [502, 'api_error'],
    [503, 'overloaded_error'],
    [504, 'timeout_error'],
    [529, 'overloaded_error'],
  ])('calls %i %s for Anthropic’s clients', (status, type) =>
    expect(JSON.parse(errorBodyFor('anthropic', { ...error, status }))).toMatchObject({ error: { type } }),
  );
  it('ends a stream with an error event', () => {
    expect(errorEventFor('openai', error)).toMatch(/^data: \{"error":.*\}\n\n$/);
    expect(errorEventFor('anthropic', error)).toMatch(/^event: error\ndata: \{"type":"error",.*\}\n\n$/);
  });
  it('knows whose operation it is', () =>
    expect((['chat', 'completion', 'response', 'embedding', 'message', 'countTokens'] as const).map(dialectOf)).toEqual([
      'openai',
      'openai',
      'openai',
      'openai',
      'anthropic',
      'anthropic',
    ]));
});

describe('upstream errors', () => {
  it.each([
    ['{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_9"}', 'Overloaded', 'overloaded_error'],
    [
      '{"error":{"message":"No such model","type":"invalid_request_error","param":"model","code":"model_not_found"}}',
      'No such model',
      'model_not_found',
    ],
    ['{"error":"model is loading"}', 'model is loading', null],
    ['{"object":"error","message":"too long","type":"BadRequestError","code":400}', 'too long', 'BadRequestError'],
    ['{"detail":"Not Found"}', 'Not Found', null],
    ['upstream connect error', 'upstream connect error', null],
    ['<html><body>502 Bad Gateway</body></html>', 'The provider answered 503 without a message.', null],
    ['', 'The provider answered 503 without a message.', null],
    ['{"error":{}}', 'The provider answered 503 without a message.', null],
  ])('reads %s', (body, message, code) => expect(upstreamError(503, Buffer.from(body))).toMatchObject({ status: 503, message, code }));
  it('keeps at most 2000 characters', () => {
    const long = upstreamError(500, Buffer.from(JSON.stringify({ error: { message: 'x'.repeat(9000) } }))).message;
    expect([long.length, long.endsWith('…')]).toEqual([MAX_MESSAGE_CHARS, true]);
  });
  it('goes both ways', () => {
    const theirs = Buffer.from('{"type":"error","error":{"type":"rate_limit_error","message":"slow down"},"request_id":"req_1"}');
    expect(JSON.parse(translateError('openai', 429, theirs))).toEqual({
      error: { message: 'slow down', type: 'rate_limit_error', param: null, code: 'rate_limit_error' },
    });
    const openai = Buffer.from('{"error":{"message":"bad key","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}');
    expect(JSON.parse(translateError('anthropic', 401, openai))).toEqual({
      type: 'error',
      error: { type: 'authentication_error', message: 'bad key' },
      request_id: null,
    });
  });
  it('keeps the kind of an error in the middle of a stream, whose status is 200', () => {
    const overloaded = '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}';
    expect(translateErrorEvent('openai', overloaded)).toContain('"type":"server_error","param":null,"code":"overloaded_error"');
    expect(translateErrorEvent('anthropic', '{"error":{"message":"quota","code":"insufficient_quota"}}')).toContain('"rate_limit_error"');
  });
});

describe('the list of models', () => {
  const models = [
    { id: 'a', created: 1_700_000_000, ownedBy: 'openai' },
    { id: 'b', created: 1_700_000_001, ownedBy: 'anthropic', displayName: 'B' },
  ];
  it('has both forms', () => {
    expect(JSON.parse(modelListFor('openai', models))).toEqual({
      object: 'list',
      data: [
        { id: 'a', object: 'model', created: 1_700_000_000, owned_by: 'openai' },
        { id: 'b', object: 'model', created: 1_700_000_001, owned_by: 'anthropic' },
      ],
    });
    expect(JSON.parse(modelListFor('anthropic', models))).toEqual({
      data: [
        { type: 'model', id: 'a', display_name: 'a', created_at: '2023-11-14T22:13:20.000Z' },
        { type: 'model', id: 'b', display_name: 'B', created_at: '2023-11-14T22:13:21.000Z' },
      ],
      has_more: false,
      first_id: 'a',
      last_id: 'b',
    });
    expect(JSON.parse(modelListFor('anthropic', []))).toEqual({ data: [], has_more: false, first_id: null, last_id: null });
  });
});

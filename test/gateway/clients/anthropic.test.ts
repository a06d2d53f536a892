import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Anthropic from '@anthropic-ai/sdk';
import { House } from './house.js';
import { SAID } from './models.js';

/** The package `@anthropic-ai/sdk`, as its users use it: a base URL and a key, nothing else. */
let house: House;
let client: Anthropic;
const hello: Anthropic.MessageParam[] = [{ role: 'user', content: 'hello' }];
const textOf = (m: Anthropic.Message): string => m.content.map((b) => (b.type === 'text' ? b.text : '')).join('');

beforeAll(async () => {
  house = await House.open('client_anthropic');
  client = new Anthropic({ baseURL: house.url, apiKey: house.key, maxRetries: 0 });
});
afterAll(() => house.close());

describe.each(['claude', 'gpt', 'both'])('messages with %s', (model) => {
  it('answers whole, with usage and the ids of the call', async () => {
    const { data, response, request_id } = await client.messages.create({ model, max_tokens: 500, messages: hello }).withResponse();
    expect(data).toMatchObject({ type: 'message', role: 'assistant', stop_reason: 'end_turn' });
    expect(textOf(data)).toMatch(/^amber birch/);
    expect(data.usage.output_tokens).toBeGreaterThan(0);
    expect(response.headers.get('x-modelhub-deployment')).toBe(model);
    expect(response.headers.get('x-modelhub-request-id')).toMatch(/^req_/);
    expect(request_id).toBe(response.headers.get('request-id'));
  });
  it('messages.stream adds up to the same message', async () => {
    const whole = await client.messages.create({ model, max_tokens: 500, messages: hello });
    let heard = '';
    const stream = client.messages.stream({ model, max_tokens: 500, messages: hello }).on('text', (t) => void (heard += t));
    const streamed = await stream.finalMessage();
    expect(textOf(streamed)).toBe(textOf(whole));
    expect(heard).toBe(textOf(whole));
    expect(streamed.stop_reason).toBe('end_turn');
    expect(streamed.usage.output_tokens).toBe(whole.usage.output_tokens);
    expect(streamed.usage.input_tokens).toBe(whole.usage.input_tokens);
  });
  it('ends at the limit of tokens and says so', async () => {
    const answer = await client.messages.create({ model, max_tokens: 3, messages: hello });
    expect([answer.stop_reason, answer.usage.output_tokens]).toEqual(['max_tokens', 3]);
  });
  it('counts tokens', async () => {
    const counted = await client.messages.countTokens({ model, messages: hello });
    expect(counted.input_tokens).toBeGreaterThan(0);
  });
});

describe.each(['claude-tools', 'gpt-tools'])('with %s', (model) => {
  const tools: Anthropic.Tool[] = [
    { name: 'get_weather', input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } },
  ];
  const question: Anthropic.MessageParam[] = [{ role: 'user', content: 'How warm is it in Paris?' }];
  it('a tool is called and its result goes back', async () => {
    const asked = await client.messages.create({ model, max_tokens: 500, messages: question, tools });
    expect(asked.stop_reason).toBe('tool_use');
    const use = asked.content.find((b) => b.type === 'tool_use');
    expect(use?.input).toEqual({ city: 'Paris' });
    const told = await client.messages.create({
      ...{ model, max_tokens: 500, tools },
      messages: [
        ...question,
        { role: 'assistant', content: asked.content },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: use?.id ?? '', content: '21' }] },
      ],
    });
    expect(textOf(told)).toBe(SAID);
  });
  it('a tool call that streams arrives whole', async () => {
    const parts: string[] = [];
    const stream = client.messages.stream({ model, max_tokens: 500, messages: question, tools });
    const message = await stream.on('inputJson', (part) => void parts.push(part)).finalMessage();
    expect(message.content).toMatchObject([{ type: 'tool_use', name: 'get_weather', input: { city: 'Paris' } }]);
    expect(parts.join('')).toBe('{"city":"Paris"}');
  });
  it('structured output follows the schema', async () => {
    const schema = {
      type: 'object',
      properties: { city: { type: 'string' }, celsius: { type: 'number' } },
      required: ['city', 'celsius'],
      additionalProperties: false,
    };
    const answer = await client.messages.create({
      ...{ model, max_tokens: 500, messages: question },
      output_config: { format: { type: 'json_schema', schema } },
    });
    expect(JSON.parse(textOf(answer))).toEqual({ city: 'Paris', celsius: 21 });
  });
});

it('models.list has the names that calls may use, page by page as the client reads them', async () => {
  const ids: string[] = [];
  for await (const model of client.models.list()) ids.push(model.id);
  expect(ids).toEqual(expect.arrayContaining(['claude', 'gpt', 'both']));
});

describe('errors are the classes that programs catch', () => {
  const caught = async (what: Promise<unknown>): Promise<InstanceType<typeof Anthropic.APIError>> => {
    try {
      await what;
    } catch (e) {
      if (e instanceof Anthropic.APIError) return e;
      throw e;
    }
    throw new Error('nothing was thrown');
  };
  const ask = (model: string, o: object = {}, by = client) => caught(by.messages.create({ model, max_tokens: 50, messages: hello, ...o }));
  const typeOf = (e: { error: unknown }): unknown => (e.error as { error?: { type?: unknown } }).error?.type;

  it('AuthenticationError', async () => {
    const e = await ask('claude', {}, new Anthropic({ baseURL: house.url, apiKey: 'sk-none', maxRetries: 0 }));
    expect(e).toBeInstanceOf(Anthropic.AuthenticationError);
    expect(typeOf(e)).toBe('authentication_error');
  });
  it('NotFoundError for a name that nobody serves', async () => {
    const e = await ask('nobody');
    expect(e).toBeInstanceOf(Anthropic.NotFoundError);
    expect(typeOf(e)).toBe('not_found_error');
  });
  it.each(['claude-limited', 'gpt-limited'])('RateLimitError with its retry-after from %s', async (model) => {
    const e = await ask(model);
    expect(e).toBeInstanceOf(Anthropic.RateLimitError);
    expect(typeOf(e)).toBe('rate_limit_error');
    expect(e.headers?.get('retry-after')).toBe('7');
    expect(e.message).toMatch(/Rate limit reached/);
  });
  it.each(['claude-broken', 'gpt-broken'])('InternalServerError from %s', async (model) => {
    const e = await ask(model);
    expect(e).toBeInstanceOf(Anthropic.InternalServerError);
    expect(typeOf(e)).toBe('api_error');
  });
  it('BadRequestError that names what a model of another dialect cannot do', async () => {
    const e = await ask('gpt', { top_k: 5 });
    expect(e).toBeInstanceOf(Anthropic.BadRequestError);
    expect(e.message).toContain('top_k');
  });
});

describe.each(['claude-slow', 'gpt-slow'])('abort of %s', (model) => {
  it('stops the stream, and the event is one that was left', async () => {
    const { data: stream, response } = await client.messages
      .create({ model, max_tokens: 50, messages: hello, stream: true })
      .withResponse();
    let texts = 0;
    for await (const event of stream) {
      if (event.type !== 'content_block_delta') continue;
      if (++texts === 3) stream.controller.abort();
    }
    expect(texts).toBeLessThan(20);
    const event = await house.eventOf(response.headers.get('x-modelhub-request-id') ?? '');
    expect(event).toMatchObject({ status: 'aborted', deployment: model });
  });
});

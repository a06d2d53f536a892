import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { House } from './house.js';
import { SAID } from './models.js';

/** The package `openai`, as its users use it: a base URL and a key, nothing else. */
let house: House;
let client: OpenAI;
const hello = [{ role: 'user' as const, content: 'hello' }];

beforeAll(async () => {
  house = await House.open('client_openai');
  client = new OpenAI({ baseURL: `${house.url}/v1`, apiKey: house.key, maxRetries: 0 });
});
afterAll(() => house.close());

describe.each(['gpt', 'claude', 'both'])('chat with %s', (model) => {
  it('answers whole, with usage and the ids of the call', async () => {
    const { data, response, request_id } = await client.chat.completions.create({ model, messages: hello }).withResponse();
    expect(data.object).toBe('chat.completion');
    expect(data.choices[0]?.message).toMatchObject({ role: 'assistant', content: expect.stringMatching(/^amber birch/) as unknown });
    expect(data.choices[0]?.finish_reason).toBe('stop');
    expect(data.usage?.total_tokens).toBe((data.usage?.prompt_tokens ?? 0) + (data.usage?.completion_tokens ?? 0));
    expect(response.headers.get('x-modelhub-deployment')).toBe(model);
    expect(request_id).toBeTruthy();
  });
  it('streams the same text, and its usage when asked', async () => {
    const whole = await client.chat.completions.create({ model, messages: hello });
    const stream = await client.chat.completions.create({ model, messages: hello, stream: true, stream_options: { include_usage: true } });
    let text = '';
    let usage: OpenAI.CompletionUsage | null | undefined;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      usage = chunk.usage ?? usage;
    }
    expect(text).toBe(whole.choices[0]?.message.content);
    expect(usage).toMatchObject({ prompt_tokens: whole.usage?.prompt_tokens, completion_tokens: whole.usage?.completion_tokens });
  });
  it('ends at the limit of tokens and says so', async () => {
    const answer = await client.chat.completions.create({ model, messages: hello, max_completion_tokens: 3 });
    expect(answer.choices[0]?.finish_reason).toBe('length');
    expect(answer.usage?.completion_tokens).toBe(3);
  });
});

describe.each(['gpt-tools', 'claude-tools'])('with %s', (model) => {
  const tools: OpenAI.ChatCompletionFunctionTool[] = [
    {
      type: 'function',
      function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } },
    },
  ];
  const question = [{ role: 'user' as const, content: 'How warm is it in Paris?' }];
  it('a tool is called and its result goes back', async () => {
    const asked = await client.chat.completions.create({ model, messages: question, tools });
    expect(asked.choices[0]?.finish_reason).toBe('tool_calls');
    const message = asked.choices[0]?.message as OpenAI.ChatCompletionMessage;
    const called = message.tool_calls?.[0] as OpenAI.ChatCompletionMessageFunctionToolCall;
    expect(JSON.parse(called.function.arguments)).toEqual({ city: 'Paris' });
    const told = await client.chat.completions.create({
      ...{ model, tools },
      messages: [...question, message, { role: 'tool', tool_call_id: called.id, content: '21' }],
    });
    expect(told.choices[0]?.message.content).toBe(SAID);
  });
  it('runTools goes the whole way, streamed', async () => {
    const seen: unknown[] = [];
    const runner = client.chat.completions.runTools({
      ...{ model, messages: question, stream: true },
      tools: [
        {
          type: 'function',
          function: {
            name: 'get_weather',
            parse: (s: string) => JSON.parse(s) as { city: string },
            parameters: { type: 'object', properties: { city: { type: 'string' } } },
            description: 'the weather now',
            function: (args: { city: string }) => {
              seen.push(args);
              return '21';
            },
          },
        },
      ],
    });
    expect(await runner.finalContent()).toBe(SAID);
    expect(seen).toEqual([{ city: 'Paris' }]);
  });
  it('structured output is parsed', async () => {
    const weather = z.object({ city: z.string(), celsius: z.number() });
    const answer = await client.chat.completions.parse({
      model,
      messages: question,
      response_format: zodResponseFormat(weather, 'weather'),
    });
    expect(answer.choices[0]?.message.parsed).toEqual({ city: 'Paris', celsius: 21 });
  });
});

describe('other endpoints', () => {
  it('embeddings, as the client decodes them from base64, and as lists', async () => {
    const packed = await client.embeddings.create({ model: 'gpt', input: ['one', 'two'], dimensions: 8 });
    const plain = await client.embeddings.create({ model: 'gpt', input: ['one', 'two'], dimensions: 8, encoding_format: 'float' });
    expect(packed.data.map((d) => d.embedding.length)).toEqual([8, 8]);
    expect(packed.data.map((d) => d.embedding)).toEqual(plain.data.map((d) => d.embedding));
    expect(packed.usage.prompt_tokens).toBeGreaterThan(0);
  });
  it('responses, whole and streamed', async () => {
    const whole = await client.responses.create({ model: 'gpt', input: 'hello' });
    expect(whole.output_text).toMatch(/^amber birch/);
    let text = '';
    let last: string | undefined;
    for await (const event of await client.responses.create({ model: 'gpt', input: 'hello', stream: true })) {
      if (event.type === 'response.output_text.delta') text += event.delta;
      last = event.type;
    }
    expect([text, last]).toEqual([whole.output_text, 'response.completed']);
  });
  it('responses call tools', async () => {
    const answer = await client.responses.create({
      ...{ model: 'gpt-tools', input: 'How warm is it in Paris?' },
      tools: [{ type: 'function', name: 'get_weather', parameters: { type: 'object', properties: {} }, strict: false }],
    });
    expect(answer.output[0]).toMatchObject({ type: 'function_call', name: 'get_weather', arguments: '{"city":"Paris"}' });
  });
  it('completions', async () => {
    const answer = await client.completions.create({ model: 'gpt', prompt: 'once', max_tokens: 2 });
    expect(answer.choices[0]).toMatchObject({ text: 'amber birch ', finish_reason: 'length' });
  });
  it('models.list has the names that calls may use', async () => {
    const models = (await client.models.list()).data;
    expect(models.map((m) => m.id)).toEqual(expect.arrayContaining(['gpt', 'claude', 'both', 'gpt-tools', 'claude-tools']));
    expect(models[0]).toMatchObject({ object: 'model', owned_by: expect.any(String) as unknown });
  });
});

describe('errors are the classes that programs catch', () => {
  const caught = async (what: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> => {
    try {
      await what;
    } catch (e) {
      if (e instanceof OpenAI.APIError) return e;
      throw e;
    }
    throw new Error('nothing was thrown');
  };
  it('AuthenticationError', async () => {
    const stranger = new OpenAI({ baseURL: `${house.url}/v1`, apiKey: 'sk-none', maxRetries: 0 });
    const e = await caught(stranger.chat.completions.create({ model: 'gpt', messages: hello }));
    expect(e).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(e.code).toBe('malformed_api_key');
  });
  it('NotFoundError for a name that nobody serves', async () => {
    const e = await caught(client.chat.completions.create({ model: 'nobody', messages: hello }));
    expect(e).toBeInstanceOf(OpenAI.NotFoundError);
    expect(e).toMatchObject({ code: 'model_not_found', param: 'model', type: 'invalid_request_error' });
  });
  it.each(['gpt-limited', 'claude-limited'])('RateLimitError with its retry-after from %s', async (model) => {
    const e = await caught(client.chat.completions.create({ model, messages: hello }));
    expect(e).toBeInstanceOf(OpenAI.RateLimitError);
    expect(e.headers?.get('retry-after')).toBe('7');
    expect(e.message).toMatch(/Rate limit reached/);
  });
  it.each(['gpt-broken', 'claude-broken'])('InternalServerError from %s', async (model) => {
    const e = await caught(client.chat.completions.create({ model, messages: hello, stream: true }));
    expect(e).toBeInstanceOf(OpenAI.InternalServerError);
    expect(e.status).toBe(500);
  });
  it('BadRequestError for what a model of another dialect cannot do', async () => {
    const e = await caught(client.chat.completions.create({ model: 'claude', messages: hello, n: 2 }));
    expect(e).toBeInstanceOf(OpenAI.BadRequestError);
    expect(e).toMatchObject({ code: 'not_translatable', param: 'n' });
    const embedding = await caught(client.embeddings.create({ model: 'claude', input: 'x' }));
    expect(embedding).toMatchObject({ status: 400, code: 'operation_not_served' });
  });
});

describe.each(['gpt-slow', 'claude-slow'])('abort of %s', (model) => {
  it('throws no more chunks, and the event is one that was left', async () => {
    const abort = new AbortController();
    const asked = client.chat.completions.create({ model, messages: hello, stream: true }, { signal: abort.signal });
    const { data: stream, response } = await asked.withResponse();
    let chunks = 0;
    for await (const _ of stream) if (++chunks === 3) abort.abort();
    expect(chunks).toBeLessThan(20);
    const event = await house.eventOf(response.headers.get('x-modelhub-request-id') ?? '');
    expect(event).toMatchObject({ status: 'aborted', deployment: model });
  });
});

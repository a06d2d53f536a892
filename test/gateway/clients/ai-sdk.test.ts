import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, embedMany, generateObject, generateText, jsonSchema, type LanguageModel, stepCountIs, streamText, tool } from 'ai';
import { House } from './house.js';
import { SAID } from './models.js';

/** Vercel's AI SDK with each of its providers that can take a base URL. */
let house: House;
type Make = (model: string) => LanguageModel;
const PROVIDERS: Record<string, () => Make> = {
  '@ai-sdk/openai, chat': () => {
    const openai = createOpenAI({ baseURL: `${house.url}/v1`, apiKey: house.key });
    return (model) => openai.chat(model);
  },
  '@ai-sdk/openai-compatible': () =>
    createOpenAICompatible({
      name: 'hub',
      baseURL: `${house.url}/v1`,
      apiKey: house.key,
      includeUsage: true,
      supportsStructuredOutputs: true,
    }),
  '@ai-sdk/anthropic': () => createAnthropic({ baseURL: `${house.url}/v1`, apiKey: house.key }),
};
const weather = jsonSchema<{ city: string; celsius: number }>({
  type: 'object',
  properties: { city: { type: 'string' }, celsius: { type: 'number' } },
  required: ['city', 'celsius'],
  additionalProperties: false,
});

beforeAll(async () => {
  globalThis.AI_SDK_LOG_WARNINGS = false; // it warns that it does not know our names of models
  house = await House.open('client_ai_sdk');
});
afterAll(() => house.close());

/** The whole way of a program with tools: asked, called, told. */
async function withTools(model: LanguageModel): Promise<void> {
  const cities: string[] = [];
  const get_weather = tool({
    inputSchema: jsonSchema<{ city: string }>({ type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }),
    execute: ({ city }) => {
      cities.push(city);
      return { celsius: 21 };
    },
  });
  const common = { model, prompt: 'How warm is it in Paris?', tools: { get_weather }, stopWhen: stepCountIs(3), maxRetries: 0 };
  const whole = await generateText(common);
  expect([whole.text, whole.steps.length]).toEqual([SAID, 2]);
  const streamed = streamText(common);
  expect((await streamed.steps).at(-1)?.text).toBe(SAID);
  expect(cities).toEqual(['Paris', 'Paris']);
}

describe.each(Object.keys(PROVIDERS))('%s', (name) => {
  const of = (model: string): LanguageModel => (PROVIDERS[name] as () => Make)()(model);

  it.each(['gpt', 'claude', 'both'])('generateText and streamText say the same with %s', async (deployment) => {
    const model = of(deployment);
    const whole = await generateText({ model, prompt: 'hello', maxRetries: 0 });
    expect(whole.text).toMatch(/^amber birch/);
    expect(whole.finishReason).toBe('stop');
    const streamed = streamText({ model, prompt: 'hello', maxRetries: 0 });
    let text = '';
    for await (const part of streamed.textStream) text += part;
    expect(text).toBe(whole.text);
    expect(await streamed.finishReason).toBe('stop');
    expect((await streamed.usage).outputTokens).toBe(whole.usage.outputTokens);
    expect(whole.usage.outputTokens).toBeGreaterThan(0);
  });
  it.each(['gpt-tools', 'claude-tools'])('tools go the whole way with %s', (deployment) => withTools(of(deployment)));
  it.each(['gpt-tools', 'claude-tools'])('generateObject follows its schema with %s', async (deployment) => {
    const { object } = await generateObject({ model: of(deployment), schema: weather, prompt: 'Paris?', maxRetries: 0 });
    expect(object).toEqual({ city: 'Paris', celsius: 21 });
  });
  it.each(['gpt-limited', 'claude-limited'])('a limit of %s is an APICallError that may be tried again', async (deployment) => {
    const failed: unknown = await generateText({ model: of(deployment), prompt: 'hello', maxRetries: 0 }).catch((e: unknown) => e);
    expect(failed).toBeInstanceOf(APICallError);
    expect(failed).toMatchObject({ statusCode: 429, isRetryable: true });
    expect(Number((failed as APICallError).responseHeaders?.['retry-after'])).toBeGreaterThan(0);
  });
});

describe('@ai-sdk/openai, responses (its default)', () => {
  const of = (model: string): LanguageModel => createOpenAI({ baseURL: `${house.url}/v1`, apiKey: house.key })(model);
  it('generateText and streamText say the same', async () => {
    const whole = await generateText({ model: of('gpt'), prompt: 'hello', maxRetries: 0 });
    const streamed = streamText({ model: of('gpt'), prompt: 'hello', maxRetries: 0 });
    expect(await streamed.text).toBe(whole.text);
    expect(whole.text).toMatch(/^amber birch/);
  });
  it('tools go the whole way', () => withTools(of('gpt-tools')));
  it('generateObject follows its schema', async () => {
    const { object } = await generateObject({ model: of('gpt-tools'), schema: weather, prompt: 'Paris?', maxRetries: 0 });
    expect(object).toEqual({ city: 'Paris', celsius: 21 });
  });
  it('a model without responses says which operations it has', async () => {
    const failed: unknown = await generateText({ model: of('claude'), prompt: 'hello', maxRetries: 0 }).catch((e: unknown) => e);
    expect(failed).toMatchObject({ statusCode: 400, message: expect.stringContaining('has no response') as unknown });
  });
});

it('embedMany', async () => {
  const model = createOpenAI({ baseURL: `${house.url}/v1`, apiKey: house.key }).embedding('gpt');
  const { embeddings, usage } = await embedMany({ model, values: ['one', 'two'], maxRetries: 0 });
  expect(embeddings.map((e) => e.length)).toEqual([256, 256]);
  expect(usage.tokens).toBeGreaterThan(0);
});

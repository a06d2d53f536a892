import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { House } from './house.js';
import { SAID } from './models.js';

/** LangChain's OpenAI classes. */
let house: House;
const chat = (model: string): ChatOpenAI =>
  new ChatOpenAI({ model, apiKey: house.key, maxRetries: 0, configuration: { baseURL: `${house.url}/v1` } });

beforeAll(async () => {
  house = await House.open('client_langchain');
});
afterAll(() => house.close());

describe.each(['gpt', 'claude', 'both'])('with %s', (model) => {
  it('invoke and stream say the same', async () => {
    const whole = await chat(model).invoke('hello');
    expect(whole.text).toMatch(/^amber birch/);
    const used = (m: unknown) => (m as { usage_metadata?: { output_tokens: number } }).usage_metadata?.output_tokens ?? 0;
    expect(used(whole)).toBeGreaterThan(0);
    let text = '';
    let tokens = 0;
    for await (const chunk of await chat(model).stream('hello')) {
      text += chunk.text;
      tokens += used(chunk);
    }
    expect([text, tokens]).toEqual([whole.text, used(whole)]);
  });
});

describe.each(['gpt-tools', 'claude-tools'])('with %s', (model) => {
  const weather = {
    type: 'function' as const,
    function: {
      name: 'get_weather',
      description: 'the weather now',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  };
  it('bindTools: called, told, answered', async () => {
    const bound = chat(model).bindTools([weather]);
    const question = new HumanMessage('How warm is it in Paris?');
    const asked = await bound.invoke([question]);
    expect(asked.tool_calls).toMatchObject([{ name: 'get_weather', args: { city: 'Paris' } }]);
    const result = new ToolMessage({ content: '21', tool_call_id: asked.tool_calls?.[0]?.id ?? '' });
    expect((await bound.invoke([question, asked, result])).text).toBe(SAID);
  });
  it('withStructuredOutput follows its schema', async () => {
    const schema = {
      ...{ title: 'weather', type: 'object', required: ['city', 'celsius'], additionalProperties: false },
      properties: { city: { type: 'string' }, celsius: { type: 'number' } },
    };
    const said = await chat(model).withStructuredOutput(schema, { method: 'jsonSchema' }).invoke('Paris?');
    expect(said).toEqual({ city: 'Paris', celsius: 21 });
  });
});

it('embeddings', async () => {
  const embeddings = new OpenAIEmbeddings({
    model: 'gpt',
    apiKey: house.key,
    dimensions: 8,
    configuration: { baseURL: `${house.url}/v1` },
  });
  expect((await embeddings.embedDocuments(['one', 'two'])).map((v) => v.length)).toEqual([8, 8]);
  expect(await embeddings.embedQuery('one')).toHaveLength(8);
});

it.each(['gpt-limited', 'claude-limited'])('a limit of %s is a status that LangChain backs off from', async (model) => {
  const failed: unknown = await chat(model)
    .invoke('hello')
    .catch((e: unknown) => e);
  expect(failed).toMatchObject({ status: 429 });
});

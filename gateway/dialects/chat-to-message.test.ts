import { describe, expect, it } from '@jest/globals';
import { Untranslatable } from '#adapters/providers/translator.js';
import { chatToMessageAt } from './chat-to-message.js';
import type { Json } from './fields.js';

const NOW = 1_700_000_000_000;
const HI = [{ role: 'user', content: 'hi' }];
const chatToMessage = chatToMessageAt(() => NOW);
const text = (body: Json, defaults: Json = {}): string =>
  chatToMessage({ model: 'd', messages: HI, ...body }, 'claude', defaults).body.toString();
const sent = (body: Json, defaults: Json = {}): Json => JSON.parse(text(body, defaults)) as Json;
const refused = (body: Json): string => {
  try {
    sent(body);
  } catch (e) {
    if (e instanceof Untranslatable) return e.field;
    throw e;
  }
  return 'nothing';
};
const fn = { type: 'function', function: { name: 'f', description: 'does', parameters: { type: 'object', properties: { a: {} } } } };
const PNG = 'data:image/png;base64,iVBORw0KGgo=';

describe('a chat request as a messages request', () => {
  it('is the smallest one with a limit', () =>
    expect(sent({})).toEqual({ model: 'claude', max_tokens: 8192, messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }] }));

  it.each<[string, Json, Json]>([
    ['max_tokens', { max_tokens: 5 }, { max_tokens: 5 }],
    ['max_completion_tokens', { max_completion_tokens: 6 }, { max_tokens: 6 }],
    ['temperature', { temperature: 1 }, { temperature: 1 }],
    ['top_p', { top_p: 0.5 }, { top_p: 0.5 }],
    ['stop, one', { stop: 'END' }, { stop_sequences: ['END'] }],
    ['stop, several', { stop: ['a', 'b'] }, { stop_sequences: ['a', 'b'] }],
    ['stream', { stream: true, stream_options: { include_usage: true, include_obfuscation: false } }, { stream: true }],
    ['user', { user: 'u1' }, { metadata: { user_id: 'u1' } }],
    ['safety_identifier', { safety_identifier: 'u2', user: 'u2' }, { metadata: { user_id: 'u2' } }],
    ['reasoning_effort', { reasoning_effort: 'xhigh' }, { thinking: { type: 'adaptive' }, output_config: { effort: 'xhigh' } }],
    ['no reasoning', { reasoning_effort: 'none' }, { thinking: { type: 'disabled' } }],
    ['service_tier auto', { service_tier: 'auto' }, { service_tier: 'auto' }],
    ['service_tier default', { service_tier: 'default' }, { service_tier: 'standard_only' }],
    [
      'response_format',
      {
        response_format: { type: 'json_schema', json_schema: { name: 'n', description: 'why', strict: true, schema: { type: 'object' } } },
      },
      { output_config: { format: { type: 'json_schema', schema: { type: 'object', description: 'why' } } } },
    ],
    ['tools', { tools: [fn] }, { tools: [{ name: 'f', description: 'does', input_schema: { type: 'object', properties: { a: {} } } }] }],
    [
      'a tool without parameters',
      { tools: [{ type: 'function', function: { name: 'f', strict: true } }] },
      { tools: [{ name: 'f', input_schema: { type: 'object', properties: {} }, strict: true }] },
    ],
    ['tool_choice auto', { tool_choice: 'auto' }, { tool_choice: { type: 'auto' } }],
    ['tool_choice none', { tool_choice: 'none' }, { tool_choice: { type: 'none' } }],
    ['tool_choice required', { tool_choice: 'required', parallel_tool_calls: true }, { tool_choice: { type: 'any' } }],
    [
      'tool_choice by name, one call',
      { tool_choice: { type: 'function', function: { name: 'f' } }, parallel_tool_calls: false },
      { tool_choice: { type: 'tool', name: 'f', disable_parallel_tool_use: true } },
    ],
    ['one call at a time', { tools: [fn], parallel_tool_calls: false }, { tool_choice: { type: 'auto', disable_parallel_tool_use: true } }],
  ])('translates %s', (_name, given, expected) => expect(sent(given)).toMatchObject(expected));

  it('leaves out what says the default', () => {
    const neutral = {
      n: 1,
      logprobs: false,
      top_logprobs: 0,
      presence_penalty: 0,
      frequency_penalty: 0,
      logit_bias: {},
      modalities: ['text'],
      store: false,
      metadata: {},
      verbosity: 'medium',
      response_format: { type: 'text' },
      prompt_cache_key: 'k',
      seed: null,
      audio: null,
      parallel_tool_calls: false,
    };
    expect(sent(neutral)).toEqual(sent({}));
  });

  it.each<[string, Json]>([
    ['n', { n: 2 }],
    ['logprobs', { logprobs: true }],
    ['top_logprobs', { top_logprobs: 3 }],
    ['logit_bias', { logit_bias: { 5: 1 } }],
    ['seed', { seed: 1 }],
    ['presence_penalty', { presence_penalty: 0.1 }],
    ['frequency_penalty', { frequency_penalty: -1 }],
    ['audio', { audio: { voice: 'a', format: 'mp3' } }],
    ['modalities', { modalities: ['text', 'audio'] }],
    ['prediction', { prediction: { type: 'content', content: 'x' } }],
    ['store', { store: true }],
    ['metadata', { metadata: { a: 'b' } }],
    ['verbosity', { verbosity: 'low' }],
    ['moderation', { moderation: {} }],
    ['web_search_options', { web_search_options: {} }],
    ['functions', { functions: [] }],
    ['function_call', { function_call: 'auto' }],
    ['top_k', { top_k: 3 }],
    ['something_new', { something_new: false }],
    ['constructor', { constructor: 1 }],
    ['valueOf', { valueOf: 1 }],
    ['__proto__', JSON.parse('{"__proto__":1}') as Json],
    ['temperature', { temperature: 1.5 }],
    ['temperature', { temperature: '1' }],
    ['max_tokens', { max_tokens: 0 }],
    ['max_tokens', { max_tokens: 1, max_completion_tokens: 2 }],
    ['service_tier', { service_tier: 'flex' }],
    ['user', { user: 'a', safety_identifier: 'b' }],
    ['stream_options.include_words', { stream_options: { include_words: true } }],
    ['stream_options.include_obfuscation', { stream_options: { include_obfuscation: true } }],
    ['reasoning_effort', { reasoning_effort: 'minimal' }],
    ['response_format.type', { response_format: { type: 'json_object' } }],
    ['response_format.json_schema.schema', { response_format: { type: 'json_schema', json_schema: { name: 'n' } } }],
    ['tools[1].type', { tools: [fn, { type: 'custom', custom: { name: 'c' } }] }],
    ['tools[0].function.parameters.type', { tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'array' } } }] }],
    ['tool_choice.type', { tool_choice: { type: 'allowed_tools', allowed_tools: {} } }],
    ['messages', { messages: 'hi' }],
    ['messages[0].role', { messages: [{ role: 'function', name: 'f', content: 'x' }] }],
    ['messages[0].name', { messages: [{ role: 'user', name: 'Ann', content: 'x' }] }],
    [
      'messages[0].content[1].type',
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'a' },
              { type: 'input_audio', input_audio: {} },
            ],
          },
        ],
      },
    ],
    ['messages[0].content[0].type', { messages: [{ role: 'user', content: [{ type: 'file', file: {} }] }] }],
    [
      'messages[0].content[0].image_url.detail',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: PNG, detail: 'low' } }] }] },
    ],
    [
      'messages[0].content[0].image_url.url',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'http://a/b.png' } }] }] },
    ],
    [
      'messages[0].content[0].image_url.url',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/tiff;base64,AA' } }] }] },
    ],
    [
      'messages[0].function_call',
      { messages: [{ role: 'assistant', content: 'x', function_call: { name: 'f', arguments: '{}' } }, ...HI] },
    ],
    ['messages[0].content', { messages: [{ role: 'assistant', content: null }, ...HI] }],
    ['messages[1]', { messages: [...HI, { role: 'assistant', content: 'I begin' }] }],
    [
      'messages[1].tool_calls[0].function.arguments',
      {
        messages: [
          ...HI,
          { role: 'assistant', tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"a":' } }] },
          ...HI,
        ],
      },
    ],
  ])('refuses %s by name', (field, body) => expect(refused(body)).toBe(field));

  it('translates a conversation with tools and images', () => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'developer', content: [{ type: 'text', text: 'Be exact.', prompt_cache_breakpoint: { mode: 'explicit' } }] },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look' },
          { type: 'image_url', image_url: { url: PNG } },
          { type: 'image_url', image_url: { url: 'https://a.example/b.png', detail: 'auto' } },
        ],
      },
      {
        role: 'assistant',
        content: '',
        refusal: null,
        annotations: [],
        reasoning_content: 'Hm.',
        thinking_blocks: [{ type: 'thinking', thinking: 'Hm.', signature: 's' }],
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'f', arguments: '{"id":12345678901234567890}' } },
          { id: 'c2', type: 'function', function: { name: 'g', arguments: '' } },
        ],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'one' },
      { role: 'tool', tool_call_id: 'c2', content: [{ type: 'text', text: 'two' }] },
      { role: 'user', content: 'Go on' },
    ];
    expect(sent({ messages })).toMatchObject({
      system: [
        { type: 'text', text: 'Be brief.' },
        { type: 'text', text: 'Be exact.', cache_control: { type: 'ephemeral' } },
      ],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } },
            { type: 'image', source: { type: 'url', url: 'https://a.example/b.png' } },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm.', signature: 's' },
            { type: 'tool_use', id: 'c1', name: 'f' },
            { type: 'tool_use', id: 'c2', name: 'g', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'c1', content: 'one' },
            { type: 'tool_result', tool_use_id: 'c2', content: [{ type: 'text', text: 'two' }] },
            { type: 'text', text: 'Go on' },
          ],
        },
      ],
    });
    expect(text({ messages })).toContain('"input":{"id":12345678901234567890}'); // every digit
  });

  it('fills what the caller left out with the revision’s parameters, whatever name they have', () => {
    expect(sent({}, { max_tokens: 7, temperature: 0.2, top_k: 5 })).toMatchObject({ max_tokens: 7, temperature: 0.2, top_k: 5 });
    expect(sent({}, { max_completion_tokens: 9, stop: ['x'] })).toMatchObject({ max_tokens: 9, stop_sequences: ['x'] });
    expect(sent({ max_completion_tokens: 3, stop: 'a' }, { max_tokens: 7, stop: ['b'], model: 'other' })).toMatchObject({
      model: 'claude',
      max_tokens: 3,
      stop_sequences: ['a'],
    });
    expect(sent({ stop: 'a' }, { stop_sequences: ['b'] })).toMatchObject({ stop_sequences: ['a'] });
    expect(sent({ max_tokens: 3 }, { max_completion_tokens: 9 })).toMatchObject({ max_tokens: 3 });
  });
});

const answer = (m: Json): Json =>
  JSON.parse(
    chatToMessage({ model: 'd', messages: HI }, 'claude', {}).answer(Buffer.from(JSON.stringify({ type: 'message', ...m }))),
  ) as Json;

describe('a message as a chat completion', () => {
  it('has everything', () =>
    expect(
      answer({
        id: 'msg_1',
        model: 'claude-x',
        stop_reason: 'tool_use',
        usage: { input_tokens: 10, output_tokens: 4 },
        content: [
          { type: 'thinking', thinking: 'Hm.', signature: 's' },
          { type: 'text', text: 'Let me ' },
          { type: 'text', text: 'see.' },
          { type: 'tool_use', id: 't1', name: 'f', input: { a: 1 } },
          { type: 'tool_use', id: 't2', name: 'g', input: {} },
        ],
      }),
    ).toEqual({
      id: 'msg_1',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'claude-x',
      choices: [
        {
          index: 0,
          logprobs: null,
          finish_reason: 'tool_calls',
          message: {
            role: 'assistant',
            content: 'Let me see.',
            refusal: null,
            reasoning_content: 'Hm.',
            thinking_blocks: [{ type: 'thinking', thinking: 'Hm.', signature: 's' }],
            tool_calls: [
              { id: 't1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } },
              { id: 't2', type: 'function', function: { name: 'g', arguments: '{}' } },
            ],
          },
        },
      ],
      usage: { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14, prompt_tokens_details: { cached_tokens: 0 } },
    }));
  it('has no content beside tool calls, and empty content without', () => {
    const message = (m: Json): unknown => (answer(m)['choices'] as { message: unknown }[])[0]?.message;
    expect(message({ content: [{ type: 'tool_use', id: 't', name: 'f', input: {} }] })).toMatchObject({ content: null });
    expect(message({ content: [] })).toMatchObject({ content: '' });
  });
  it('keeps every digit of a tool call', () => {
    const body = '{"type":"message","content":[{"type":"tool_use","id":"t","name":"f","input":{"id":12345678901234567890}}]}';
    const text = chatToMessage({ messages: HI }, 'claude', {}).answer(Buffer.from(body));
    expect(text).toContain('"arguments":"{\\"id\\":12345678901234567890}"');
  });
  it.each([
    ['not JSON', 'oops'],
    ['no message', '{"type":"error"}'],
    ['a server tool', '{"type":"message","content":[{"type":"server_tool_use"}]}'],
  ])('fails for %s', (_name, body) =>
    expect(() => chatToMessage({ messages: HI }, 'claude', {}).answer(Buffer.from(body))).toThrow('the provider sent'),
  );
});

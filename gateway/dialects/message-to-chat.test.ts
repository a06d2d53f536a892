import { describe, expect, it } from '@jest/globals';
import { Untranslatable } from '#adapters/providers/translator.js';
import { parse } from './exact-json.js';
import type { Json } from './fields.js';
import { messageToChat } from './message-to-chat.js';

const HI = [{ role: 'user', content: 'hi' }];
const translate = messageToChat('max_completion_tokens');
const sent = (body: Json, defaults: Json = {}): Json =>
  JSON.parse(translate({ model: 'd', max_tokens: 9, messages: HI, ...body }, 'gpt', defaults).body.toString()) as Json;
const refused = (body: Json): string => {
  try {
    sent(body);
  } catch (e) {
    if (e instanceof Untranslatable) return e.field;
    throw e;
  }
  return 'nothing';
};
const tool = { name: 'f', description: 'does', input_schema: { type: 'object' }, cache_control: { type: 'ephemeral' } };
const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } };
const user = (...content: Json[]): Json => ({ messages: [{ role: 'user', content }] });

describe('a messages request as a chat request', () => {
  it('is the smallest one', () => expect(sent({})).toEqual({ model: 'gpt', messages: HI, max_completion_tokens: 9 }));
  it('uses the older name of the limit for compatible servers', () =>
    expect(JSON.parse(messageToChat('max_tokens')({ messages: HI, max_tokens: 4 }, 'm', {}).body.toString())).toMatchObject({
      max_tokens: 4,
    }));

  it.each<[string, Json, Json]>([
    ['system', { system: 'Be brief.' }, { messages: [{ role: 'system', content: 'Be brief.' }, ...HI] }],
    [
      'system blocks with cache marks',
      {
        system: [
          { type: 'text', text: 'a', cache_control: { type: 'ephemeral' } },
          { type: 'text', text: 'b', citations: null },
        ],
      },
      { messages: [{ role: 'system', content: 'a\nb' }, ...HI] },
    ],
    ['temperature', { temperature: 0.3, top_p: 0.9 }, { temperature: 0.3, top_p: 0.9 }],
    ['stop_sequences', { stop_sequences: ['END'] }, { stop: ['END'] }],
    ['stream', { stream: true }, { stream: true, stream_options: { include_usage: true } }],
    ['metadata', { metadata: { user_id: 'u' } }, { user: 'u' }],
    ['service_tier', { service_tier: 'standard_only', speed: 'standard' }, { service_tier: 'default' }],
    ['thinking off', { thinking: { type: 'disabled' } }, { reasoning_effort: 'none' }],
    ['a small budget', { thinking: { type: 'enabled', budget_tokens: 1024 } }, { reasoning_effort: 'low' }],
    ['a middling budget', { thinking: { type: 'enabled', budget_tokens: 4096 } }, { reasoning_effort: 'medium' }],
    ['a large budget', { thinking: { type: 'enabled', budget_tokens: 16_384 } }, { reasoning_effort: 'high' }],
    ['effort', { thinking: { type: 'adaptive' }, output_config: { effort: 'max' } }, { reasoning_effort: 'max' }],
    [
      'output format',
      { output_config: { format: { type: 'json_schema', schema: { type: 'object' } } } },
      { response_format: { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema: { type: 'object' } } } },
    ],
    [
      'tools',
      { tools: [tool] },
      { tools: [{ type: 'function', function: { name: 'f', description: 'does', parameters: { type: 'object' } } }] },
    ],
    ['any tool', { tool_choice: { type: 'any' } }, { tool_choice: 'required' }],
    ['no tool', { tool_choice: { type: 'none' } }, { tool_choice: 'none' }],
    ['one call', { tool_choice: { type: 'auto', disable_parallel_tool_use: true } }, { tool_choice: 'auto', parallel_tool_calls: false }],
    ['a named tool', { tool_choice: { type: 'tool', name: 'f' } }, { tool_choice: { type: 'function', function: { name: 'f' } } }],
    ['cache marks', { cache_control: { type: 'ephemeral' } }, {}],
  ])('translates %s', (_name, given, expected) => expect(sent(given)).toMatchObject(expected));

  it('says nothing of reasoning when the model decides', () => expect(sent({ thinking: { type: 'adaptive' } })).toEqual(sent({})));

  it.each<[string, Json]>([
    ['top_k', { top_k: 1 }],
    ['container', { container: 'c' }],
    ['inference_geo', { inference_geo: 'us' }],
    ['diagnostics', { diagnostics: {} }],
    ['speed', { speed: 'fast' }],
    ['context_management', { context_management: {} }],
    ['mcp_servers', { mcp_servers: [] }],
    ['something_new', { something_new: 0 }],
    ['max_tokens', { max_tokens: 0 }],
    ['max_tokens', { max_tokens: null }],
    ['temperature', { temperature: 1.2 }],
    ['service_tier', { service_tier: 'batch' }],
    ['metadata.team', { metadata: { team: 't' } }],
    ['thinking.type', { thinking: { type: 'between_tools' } }],
    ['thinking.display', { thinking: { type: 'adaptive', display: 'omitted' } }],
    ['output_config.format.type', { output_config: { format: { type: 'xml' } } }],
    ['output_config.task_budget', { output_config: { task_budget: {} } }],
    ['tools.0.type', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
    ['tools.0.input_examples', { tools: [{ ...tool, input_examples: [{}] }] }],
    ['tools.0.defer_loading', { tools: [{ ...tool, defer_loading: true }] }],
    ['tool_choice.type', { tool_choice: { type: 'some' } }],
    ['system.0.type', { system: [image] }],
    ['messages.0.role', { messages: [{ role: 'tool', content: 'x' }] }],
    ['messages.0.content.1.type', user({ type: 'text', text: 'a' }, { type: 'document', source: {} })],
    ['messages.0.content.0.citations', user({ type: 'text', text: 'a', citations: [{}] })],
    ['messages.0.content.0.source.type', user({ type: 'image', source: { type: 'file', file_id: 'f' } })],
    ['messages.0.content.0.transformations', user({ ...image, transformations: { oversized_image: 'error' } })],
    ['messages.0.content.0.content.0.type', user({ type: 'tool_result', tool_use_id: 't', content: [{ type: 'search_result' }] })],
    ['messages.1', { messages: [...HI, { role: 'assistant', content: 'I begin' }] }],
    ['messages.0.content.0.type', { messages: [{ role: 'assistant', content: [{ type: 'redacted_thinking', data: 'x' }] }, ...HI] }],
    ['constructor', { constructor: 1 }],
    ['__proto__', JSON.parse('{"__proto__":1}') as Json],
  ])('refuses %s by name', (field, body) => expect(refused(body)).toBe(field));

  it('translates a conversation with tools, images and errors', () => {
    const messages = [
      {
        role: 'user',
        content: [{ type: 'text', text: 'Look' }, image, { type: 'image', source: { type: 'url', url: 'https://a.example/b.png' } }],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Hm.', signature: '' },
          { type: 'text', text: 'I ask.' },
          { type: 'tool_use', id: 't1', name: 'f', input: { a: 1 }, caller: { type: 'direct' } },
          { type: 'tool_use', id: 't2', name: 'g', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 't1', is_error: true, content: 'no such file' },
          { type: 'tool_result', tool_use_id: 't2', content: [{ type: 'text', text: 'seen' }, image] },
          { type: 'text', text: 'Go on', cache_control: { type: 'ephemeral' } },
        ],
      },
      { role: 'system', content: 'Now in German.' },
    ];
    const url = 'data:image/png;base64,AAAA';
    expect(sent({ messages })['messages']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look' },
          { type: 'image_url', image_url: { url } },
          { type: 'image_url', image_url: { url: 'https://a.example/b.png' } },
        ],
      },
      {
        role: 'assistant',
        content: 'I ask.',
        reasoning_content: 'Hm.',
        tool_calls: [
          { id: 't1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } },
          { id: 't2', type: 'function', function: { name: 'g', arguments: '{}' } },
        ],
      },
      { role: 'tool', tool_call_id: 't1', content: 'Error: no such file' },
      { role: 'tool', tool_call_id: 't2', content: 'seen' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Images in the result of the tool call t2:' },
          { type: 'image_url', image_url: { url } },
          { type: 'text', text: 'Go on' },
        ],
      },
      { role: 'system', content: 'Now in German.' },
    ]);
  });

  it('keeps every digit of a body that was parsed exactly', () => {
    const messages =
      '[{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{"id":12345678901234567890}}]},{"role":"user","content":"x"}]';
    const tools = '[{"name":"f","input_schema":{"type":"object","maximum":9223372036854775807}}]';
    const body = parse(`{"max_tokens":1,"messages":${messages},"tools":${tools}}`) as Json;
    const out = translate(body, 'gpt', {}).body.toString();
    expect(out).toContain('"arguments":"{\\"id\\":12345678901234567890}"');
    expect(out).toContain('"maximum":9223372036854775807');
  });

  it('fills what the caller left out', () => {
    expect(sent({ max_tokens: undefined }, { max_tokens: 5 })).toMatchObject({ max_tokens: 5 });
    expect(sent({}, { max_tokens: 5, seed: 4, stop_sequences: ['x'] })).toMatchObject({ max_completion_tokens: 9, seed: 4, stop: ['x'] });
    expect(sent({}, { max_tokens: 5 })).not.toHaveProperty('max_tokens');
    expect(sent({ stop_sequences: ['a'] }, { stop: ['b'] })).toMatchObject({ stop: ['a'] });
  });
});

const answer = (choice: Json, rest: Json = {}): Json => {
  const body = { id: 'c1', model: 'gpt-x', choices: [choice], ...rest };
  return JSON.parse(translate({ max_tokens: 1, messages: HI }, 'gpt', {}).answer(Buffer.from(JSON.stringify(body)))) as Json;
};
const call = (args: string): Json => ({ id: 't1', type: 'function', function: { name: 'f', arguments: args } });

describe('a chat completion as a message', () => {
  it('has everything', () =>
    expect(
      answer(
        { finish_reason: 'stop', message: { content: 'Hello', reasoning_content: 'Hm.', tool_calls: [call('{"a":1}')] } },
        { usage: { prompt_tokens: 10, completion_tokens: 4 } },
      ),
    ).toEqual({
      id: 'c1',
      type: 'message',
      role: 'assistant',
      model: 'gpt-x',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: '' },
        { type: 'text', text: 'Hello' },
        { type: 'tool_use', id: 't1', name: 'f', input: { a: 1 }, caller: { type: 'direct' } },
      ],
      stop_reason: 'tool_use',
      stop_sequence: null,
      stop_details: null,
      container: null,
      diagnostics: null,
      usage: {
        input_tokens: 10,
        output_tokens: 4,
        cache_read_input_tokens: null,
        cache_creation_input_tokens: null,
        cache_creation: null,
        output_tokens_details: null,
        server_tool_use: null,
        inference_geo: null,
        service_tier: null,
        speed: null,
      },
    }));
  it('keeps every digit of a tool call', () => {
    const body = { choices: [{ finish_reason: 'tool_calls', message: { tool_calls: [call('{"id":12345678901234567890}')] } }] };
    expect(translate({ max_tokens: 1, messages: HI }, 'gpt', {}).answer(Buffer.from(JSON.stringify(body)))).toContain(
      '{"id":12345678901234567890}',
    );
  });
  it('says that a model refused', () =>
    expect(answer({ finish_reason: 'stop', message: { content: null, refusal: 'No.' } })).toMatchObject({
      stop_reason: 'refusal',
      content: [{ type: 'text', text: 'No.' }],
    }));
  it('gives an empty input for arguments that broke off at the limit, and fails for others', () => {
    expect(answer({ finish_reason: 'length', message: { tool_calls: [call('{"a":')] } })).toMatchObject({
      stop_reason: 'max_tokens',
      content: [{ input: {} }],
    });
    expect(() => answer({ finish_reason: 'tool_calls', message: { tool_calls: [call('{"a":')] } })).toThrow(
      'the provider sent a tool call',
    );
    expect(() => answer({}, { choices: [] })).toThrow('no chat completion');
  });
});

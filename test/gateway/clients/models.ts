import type { Behaviour } from '../support/upstream.js';

/**
 * Two fake models that do what clients build on: each calls a tool that it is given, follows a schema that it is given, and
 * talks once it has a tool's result. Forms: OpenAI's chat completions and responses (openai 6.49.0), Anthropic's messages
 * (@anthropic-ai/sdk 1.12.0). Streams come in small pieces, the arguments of a tool cut in the middle.
 */
export const WEATHER = '{"city":"Paris","celsius":21}';
const CITY = '{"city":"Paris"}';
export const SAID = 'It is 21 °C in Paris.';

type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- bodies of many clients

/** What the model does with a request: talk, or call the tool of that name. */
const deed = (tool: string | undefined, answered: boolean, schema: boolean): { text: string } | { tool: string; args: string } => {
  if (schema) return { text: WEATHER };
  if (!tool || answered) return { text: SAID };
  return { tool, args: tool === 'get_weather' ? CITY : WEATHER };
};
const halves = (s: string): [string, string] => [s.slice(0, 8), s.slice(8)];
const event = (type: string, o: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...o })}\n\n`;

export const openaiModel: Behaviour = (res, seen) => {
  const body = JSON.parse(seen.body) as Json;
  const stream = body['stream'] === true;
  const head = (): void =>
    void res.writeHead(200, { 'content-type': stream ? 'text/event-stream' : 'application/json', 'x-request-id': 'up-openai' });
  head();
  res.end(seen.path.endsWith('/responses') ? responses(body, stream) : chat(body, stream));
};

function chat(body: Json, stream: boolean): string {
  const messages = body['messages'] as Json[];
  const does = deed(
    body['tools']?.[0]?.function?.name as string | undefined,
    messages.at(-1)?.['role'] === 'tool',
    body['response_format']?.type === 'json_schema',
  );
  const common = { id: 'chatcmpl-1', created: 1_700_000_000, model: body['model'] as string };
  const usage = { prompt_tokens: 20, completion_tokens: 9, total_tokens: 29 };
  const finish = 'tool' in does ? 'tool_calls' : 'stop';
  if (!stream) {
    const message =
      'tool' in does
        ? { content: null, tool_calls: [{ id: 'call_1', type: 'function', function: { name: does.tool, arguments: does.args } }] }
        : { content: does.text };
    const choices = [{ index: 0, message: { role: 'assistant', refusal: null, ...message }, logprobs: null, finish_reason: finish }];
    return JSON.stringify({ ...common, object: 'chat.completion', choices, usage });
  }
  const chunk = (delta: object, finish_reason: string | null = null): string =>
    `data: ${JSON.stringify({ ...common, object: 'chat.completion.chunk', choices: [{ index: 0, delta, logprobs: null, finish_reason }] })}\n\n`;
  const pieces =
    'tool' in does
      ? [
          chunk({
            role: 'assistant',
            content: null,
            tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: does.tool, arguments: '' } }],
          }),
          ...halves(does.args).map((a) => chunk({ tool_calls: [{ index: 0, function: { arguments: a } }] })),
        ]
      : [chunk({ role: 'assistant', content: '' }), ...halves(does.text).map((content) => chunk({ content }))];
  const told = body['stream_options']?.include_usage
    ? `data: ${JSON.stringify({ ...common, object: 'chat.completion.chunk', choices: [], usage })}\n\n`
    : '';
  return `${pieces.join('')}${chunk({}, finish)}${told}data: [DONE]\n\n`;
}

function responses(body: Json, stream: boolean): string {
  const input = body['input'] as Json[] | string;
  const answered = Array.isArray(input) && input.at(-1)?.['type'] === 'function_call_output';
  const does = deed(body['tools']?.[0]?.name as string | undefined, answered, body['text']?.format?.type === 'json_schema');
  const usage = {
    ...{ input_tokens: 20, input_tokens_details: { cached_tokens: 0 }, output_tokens: 9, total_tokens: 29 },
    output_tokens_details: { reasoning_tokens: 0 },
  };
  const item =
    'tool' in does
      ? { id: 'fc_1', type: 'function_call', call_id: 'call_1', name: does.tool, arguments: does.args, status: 'completed' }
      : {
          ...{ id: 'msg_1', type: 'message', role: 'assistant', status: 'completed' },
          content: [{ type: 'output_text', text: does.text, annotations: [], logprobs: [] }],
        };
  const response = (status: string, output: object[], used: object | null): object => ({
    ...{ id: 'resp_1', object: 'response', created_at: 1_700_000_000, status, model: body['model'], output, usage: used },
    ...{ error: null, incomplete_details: null, instructions: null, metadata: {}, parallel_tool_calls: true, temperature: 1, top_p: 1 },
    ...{ tool_choice: 'auto', tools: [] },
  });
  if (!stream) return JSON.stringify(response('completed', [item], usage));
  let n = 0;
  const say = (type: string, o: object): string => event(type, { sequence_number: n++, ...o });
  const at = { item_id: item.id, output_index: 0 };
  const text = { ...at, content_index: 0 };
  const middle =
    'tool' in does
      ? [
          say('response.output_item.added', { output_index: 0, item: { ...item, arguments: '', status: 'in_progress' } }),
          ...halves(does.args).map((delta) => say('response.function_call_arguments.delta', { ...at, delta })),
          say('response.function_call_arguments.done', { ...at, arguments: does.args }),
        ]
      : [
          say('response.output_item.added', { output_index: 0, item: { ...item, content: [], status: 'in_progress' } }),
          say('response.content_part.added', { ...text, part: { type: 'output_text', text: '', annotations: [], logprobs: [] } }),
          ...halves(does.text).map((delta) => say('response.output_text.delta', { ...text, delta, logprobs: [] })),
          say('response.output_text.done', { ...text, text: does.text, logprobs: [] }),
          say('response.content_part.done', { ...text, part: { type: 'output_text', text: does.text, annotations: [], logprobs: [] } }),
        ];
  return [
    say('response.created', { response: response('in_progress', [], null) }),
    ...middle,
    say('response.output_item.done', { output_index: 0, item }),
    say('response.completed', { response: response('completed', [item], usage) }),
  ].join('');
}

export const messageModel: Behaviour = (res, seen) => {
  const body = JSON.parse(seen.body) as Json;
  const stream = body['stream'] === true;
  const last = (body['messages'] as Json[]).at(-1)?.['content'] as Json[] | string;
  const answered = Array.isArray(last) && last.some((b) => b['type'] === 'tool_result');
  const does = deed(body['tools']?.[0]?.name as string | undefined, answered, body['output_config']?.format?.type === 'json_schema');
  const block = 'tool' in does ? { type: 'tool_use', id: 'toolu_1', name: does.tool } : { type: 'text' };
  const stop_reason = 'tool' in does ? 'tool_use' : 'end_turn';
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: body['model'] as string, stop_sequence: null };
  const input = { input_tokens: 20, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
  res.writeHead(200, { 'content-type': stream ? 'text/event-stream' : 'application/json', 'request-id': 'up-anthropic' });
  if (!stream) {
    const content = 'tool' in does ? { ...block, input: JSON.parse(does.args) as unknown } : { ...block, text: does.text };
    res.end(JSON.stringify({ ...message, content: [content], stop_reason, usage: { ...input, output_tokens: 9 } }));
    return;
  }
  const pieces = 'tool' in does ? halves(does.args) : halves(does.text);
  const delta = (piece: string): object =>
    'tool' in does ? { type: 'input_json_delta', partial_json: piece } : { type: 'text_delta', text: piece };
  res.end(
    [
      event('message_start', { message: { ...message, content: [], stop_reason: null, usage: { ...input, output_tokens: 1 } } }),
      event('content_block_start', { index: 0, content_block: 'tool' in does ? { ...block, input: {} } : { ...block, text: '' } }),
      event('ping', {}),
      ...pieces.map((p) => event('content_block_delta', { index: 0, delta: delta(p) })),
      event('content_block_stop', { index: 0 }),
      event('message_delta', { delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 9 } }),
      event('message_stop', {}),
    ].join(''),
  );
};
